# Sourced by the benchmarks: the servers that they run against, each private to this run, and how a command is measured.
# shellcheck shell=bash

source "$(dirname "${BASH_SOURCE[0]}")/../../../scripts/support/steps.sh"

bench_dir=$source_dir/tests/bench
bin=$source_dir/build/bin
scratch=
gateway_pid=
proxy_pids=()

end_bench() {
    local pid
    trap - EXIT
    trap '' INT TERM HUP
    for pid in $gateway_pid "${proxy_pids[@]}"; do
        if kill -TERM "$pid" 2>/dev/null; then
            wait "$pid" 2>/dev/null || true
        fi
    done
    if [[ -n $scratch ]]; then
        "$source_dir/scripts/local-postgres" remove --dir "$scratch/postgres" || true
        rm -rf "$scratch"
    fi
}

begin_bench() {
    trap end_bench EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/blast-bench-XXXXXX")
    # Where root runs this, PostgreSQL's own user must be able to pass through.
    chmod 711 "$scratch"
    # Nothing of the user's own configuration takes part.
    export XDG_CONFIG_HOME=$scratch/config XDG_STATE_HOME=$scratch/state
    export WSAPME_USER_TOKEN=bench-token WSAPME_DEVICE=5850 BLAST_REGION=MY
    unset DATABASE_URL WSAPME_API_URL WSAPME_CA_FILE
}

free_port() {
    local port
    for _ in {1..100}; do
        port=$((20000 + SRANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            printf '%s' "$port"
            return
        fi
    done
    fail 'found no free port'
}

# start_instant_gateway: nginx answers every call at once, each message with an id of its own. Sets WSAPME_API_URL, and
# slow_gateway_url, where nginx takes 50 ms for a message. A port that another took in between is answered with another.
start_instant_gateway() {
    local port slow_port prefix=$scratch/gateway
    mkdir -p "$prefix/logs"
    for _ in {1..10}; do
        port=$(free_port)
        slow_port=$(free_port)
        sed "s/@PORT@/$port/; s/@SLOW_PORT@/$slow_port/" "$bench_dir/support/gateway.conf" >"$prefix/nginx.conf"
        nginx -p "$prefix" -c nginx.conf -e "$prefix/error.log" >"$prefix/nginx.out" 2>&1 </dev/null &
        gateway_pid=$!
        for _ in {1..100}; do
            if [[ $(curl -s "http://127.0.0.1:$port/v1/server") == *instant* ]]; then
                export WSAPME_API_URL=http://127.0.0.1:$port
                # shellcheck disable=SC2034 # for the benchmarks
                slow_gateway_url=http://127.0.0.1:$slow_port
                return
            fi
            kill -0 "$gateway_pid" 2>/dev/null || break
            read -rt 0.05 <> <(:) || true # a pause
        done
    done
    fail "nginx does not start: $(tail -n 3 "$prefix/error.log")"
}

# start_delaying_proxy URL MILLISECONDS: a round trip to URL's port takes so much longer through it. Sets proxied_url.
start_delaying_proxy() {
    local hop=${1#*127.0.0.1:} out=$scratch/proxy_${#proxy_pids[@]} port
    hop=${hop%%/*}
    node "$bench_dir/support/delaying_proxy.js" "$hop" $(($2 / 2)) >"$out" 2>&1 </dev/null &
    proxy_pids+=("$!")
    for _ in {1..200}; do
        if [[ -s $out ]] && read -r port <"$out"; then
            # shellcheck disable=SC2034 # for the benchmarks
            proxied_url=${1/127.0.0.1:$hop/127.0.0.1:$port}
            return
        fi
        kill -0 "${proxy_pids[-1]}" 2>/dev/null || break
        read -rt 0.05 <> <(:) || true # a pause
    done
    fail "the delaying proxy does not start: $(tail -n 3 "$out")"
}

# start_database_server: a private PostgreSQL with its default durability. Sets server_url, of the database postgres.
start_database_server() {
    "$source_dir/scripts/local-postgres" start --dir "$scratch/postgres"
    server_url=$("$source_dir/scripts/local-postgres" url --dir "$scratch/postgres" | sed 's,/blast$,/postgres,')
}

# new_database NAME: an empty one; sets DATABASE_URL. A checkpoint is due before each run instead of within one.
new_database() {
    psql -Xq -d "$server_url" -c "CREATE DATABASE $1" -c CHECKPOINT
    export DATABASE_URL=${server_url%/postgres}/$1
}

drop_database() {
    psql -Xq -d "$server_url" -c "DROP DATABASE $1 WITH (FORCE)"
}

# measure FILE COMMAND...: appends "seconds cpu_seconds peak_kib" of the command to FILE. Its output goes to FILE.log.
measure() {
    local file=$1
    shift
    env time -f '%e %U %S %M' -o "$file.time" "$@" >"$file.log" 2>&1 </dev/null || {
        tail -n 5 "$file.log" >&2
        fail "$1 failed while it was measured"
    }
    awk '{ printf "%s %.3f %s\n", $1, $2 + $3, $4 }' "$file.time" >>"$file"
}

# median FILE COLUMN
median() {
    awk -v column="$2" '{ print $column }' "$1" | sort -n |
        awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

# write_recipients COUNT FILE: Malaysian mobile numbers, each once, as people write them.
write_recipients() {
    awk -v count="$1" 'BEGIN {
        print "name,phone,city"
        for (i = 0; i < count; i++) {
            format = i % 3 == 0 ? "012-%03d %04d" : i % 3 == 1 ? "+60 12 %03d %04d" : "6012%03d%04d"
            printf "Customer %d," format ",Kuala Lumpur\n", i, int(i / 10000) + 200, i % 10000
        }
    }' >"$2"
}
