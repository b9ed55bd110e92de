# Sourced by the other scripts: how they name themselves, report their steps, and fail.
# shellcheck shell=bash

set -euo pipefail

script_name=${0##*/}
# shellcheck disable=SC2034 # for those who source this
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# fail MESSAGE [EXIT_STATUS]: one line on stderr, as the tools themselves do it.
fail() {
    printf '%s: %s\n' "$script_name" "$1" >&2
    exit "${2:-1}"
}

# usage [EXIT_STATUS]: the script's own header comment, without its marks.
usage() {
    local status=${1:-0}
    local text
    text=$(sed -n '2,/^$/{s/^# \{0,1\}//p}' "$0")
    if ((status == 0)); then printf '%s\n' "$text"; else printf '%s\n' "$text" >&2; fi
    exit "$status"
}

# say TEXT: a line about what happens now; on stderr, since stdout is for results.
say() { printf '%s\n' "$1" >&2; }

# phase TEXT COMMAND...: runs the command in the open and says how long it took.
phase() {
    local title=$1 start=$SECONDS
    shift
    say "==> $title"
    "$@"
    say "==> $title: $((SECONDS - start)) s"
}

# quiet_step TEXT LOG COMMAND...: runs the command with its output in LOG, on one line; shows the end of LOG if it fails.
quiet_step() {
    local title=$1 log=$2 start=$SECONDS status=0
    shift 2
    printf '  %-50s' "$title" >&2
    "$@" >>"$log" 2>&1 </dev/null || status=$?
    if ((status != 0)); then
        printf 'failed\n\n' >&2
        tail -n 40 "$log" >&2
        fail "'$title' failed with exit status $status: the lines above are the last that it said"
    fi
    printf '%4d s\n' $((SECONDS - start)) >&2
}
