# Sourced by the benchmarks of sending, after fixture.sh: the senders, and how one compares with another.
# shellcheck shell=bash

node_sender=$source_dir/build/bench/node_sender
database_number=0

# Beside the sources nothing is installed: node_modules lies in the build folder.
install_node_sender() {
    mkdir -p "$node_sender"
    cp "$bench_dir"/node_sender/* "$node_sender/"
    (cd "$node_sender" && npm ci --silent --no-audit --no-fund) >&2
}

# in_new_database COMMAND...
in_new_database() {
    database_number=$((database_number + 1))
    new_database "bench_$database_number"
    "$@"
    drop_database "bench_$database_number"
}

# run_blast FILE CSV SIZE CONCURRENCY [SERVER_URL]: by way of SERVER_URL, where that is not the server's own.
run_blast() {
    local server=${5:-$server_url}
    "$bin/blast-admin" migrate >&2
    # shellcheck disable=SC2016 # a template
    DATABASE_URL=${server%/postgres}/${DATABASE_URL##*/} measure "$1" "$bin/blast-send" --csv "$2" \
        --message 'Hi {{name}}, see you in {{city}}!' --tag bench --rate max --concurrency "$4" --yes --quiet
    check_count 'SELECT count(*) FROM blast_recipients' "$3"
}

# run_node SCRIPT FILE CSV SIZE [CONCURRENCY]
run_node() {
    measure "$2" node "$node_sender/$1.js" "$3" "${@:5}"
    check_count 'SELECT count(*) FROM sent_messages' "$4"
}

# check_count QUERY COUNT: a run that lost or doubled a message has no time.
check_count() {
    local recorded
    recorded=$(psql -XAtq -d "$DATABASE_URL" -c "$1")
    [[ $recorded == "$2" ]] || fail "$recorded of $2 messages are recorded"
}

# gateway_limit URL CONNECTIONS: what the gateway itself can take, as wrk finds it.
gateway_limit() {
    wrk -t1 -c"$2" -d5s -s "$bench_dir/support/send_message.lua" "$1" | awk '/^Requests\/sec/ { print $2 }'
}

print_head() {
    printf '\n%s\n  %-20s %11s  %10s  %14s  %10s\n' "$1" '' 'recipients' 'elapsed' 'CPU s / 10,000' 'peak MiB'
}

# print_row NAME FILE SIZE: medians over the rounds.
print_row() {
    awk -v name="$1" -v size="$3" -v seconds="$(median "$2" 1)" -v cpu="$(median "$2" 2)" -v peak="$(median "$2" 3)" \
        'BEGIN { printf "  %-20s %9.0f/s  %8.2f s  %14.3f  %10.1f\n", name, size / seconds, seconds,
                 cpu * 10000 / size, peak / 1024 }'
}

# print_ratio NAME FILE OTHER: how blast-send compares with it.
print_ratio() {
    awk -v name="$1" -v ours="$(median "$2" 1)" -v theirs="$(median "$3" 1)" -v our_cpu="$(median "$2" 2)" \
        -v their_cpu="$(median "$3" 2)" -v our_peak="$(median "$2" 3)" -v their_peak="$(median "$3" 3)" \
        'BEGIN { printf "  blast-send / %-15s %.2f times as fast, %.2f of the CPU, %.2f of the memory\n", name,
                 theirs / ours, our_cpu / their_cpu, our_peak / their_peak }'
}
