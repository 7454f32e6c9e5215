#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Measures the same model with inkling and with a llama-bench that is already on this machine, in turn, and prints both
# and their ratio. Needs a POSIX shell and awk.

set -eu

usage() {
    cat <<'END'
usage: compare.sh LLAMA_BENCH MODEL.gguf [THREADS]

Runs "inkling bench model" and LLAMA_BENCH (a path, or a name on PATH) in turn on the same file and prints tokens per
second of both, means over all runs, for reading a prompt (pp), generating (tg) and verifying B tokens in one pass
(verify), with the ratio: above 1 inkling is faster. Without a llama-bench it says so and ends.

Environment: INKLING  the program (default: the release build of this checkout)
             P, N, B  prompt tokens (256), generated tokens (32), sizes of verifying passes (1,2,4,8,16)
             R        runs of each test (5)
             ROUNDS   how often both sides take their turn (3)
END
}

case "${1:-}" in
-h | --help)
    usage
    exit 0
    ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
inkling=${INKLING:-$here/../.build/release/inkling}
other=${1:-}
model=${2:-}
threads=${3:-$(getconf _NPROCESSORS_ONLN)}
prompt=${P:-256}
generated=${N:-32}
batches=${B:-1,2,4,8,16}
runs=${R:-5}
rounds=${ROUNDS:-3}
# What inkling verifies after: drafts come after a prompt.
depth=$prompt
[ "$depth" -gt 0 ] || depth=256

if [ -z "$other" ] || ! command -v "$other" >/dev/null 2>&1; then
    echo "compare: skipped: no llama-bench${other:+ at \"$other\"}"
    exit 0
fi
if [ -z "$model" ]; then
    usage >&2
    exit 64
fi
if [ ! -r "$model" ]; then
    echo "compare: cannot read \"$model\"" >&2
    exit 1
fi
if [ ! -x "$inkling" ]; then
    echo "compare: no program at \"$inkling\": run \"swift build -c release\" first, or set INKLING" >&2
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Both programs print JSON with one key a line; what follows picks the keys out as "side test rate".
ours() {
    "$inkling" bench model -m "$model" -t "$threads" -p "$prompt" -n "$generated" -b "$batches" -r "$runs" -o json \
        2>>"$work/log" >"$work/json" || fail "inkling"
    awk -F'[:,]' '
        $1 ~ /"test" *$/ { gsub(/[" ]/, "", $2); test = $2 }
        $1 ~ /"tps" *$/ { gsub(/ /, "", $2); print "ours", test, $2 }
    ' "$work/json" >>"$work/rates"
}

theirs() {
    {
        "$other" -m "$model" -t "$threads" -p "$prompt" -n "$generated" -r "$runs" -ngl 0 -o json 2>>"$work/log" &&
            "$other" -m "$model" -t "$threads" -p "$batches" -n 0 -d "$depth" -r "$runs" -ngl 0 -o json 2>>"$work/log"
    } >"$work/json" || fail "$other"
    awk -F'[:,]' '
        $1 ~ /"n_prompt" *$/ { prompt = $2 + 0 }
        $1 ~ /"n_gen" *$/ { generated = $2 + 0 }
        $1 ~ /"n_depth" *$/ { depth = $2 + 0 }
        $1 ~ /"avg_ts" *$/ {
            test = depth > 0 ? "verify" prompt : generated > 0 ? "tg" generated : "pp" prompt
            print "theirs", test, $2 + 0
        }
    ' "$work/json" >>"$work/rates"
}

fail() {
    echo "compare: $1 failed:" >&2
    tail -n 5 "$work/log" >&2
    exit 1
}

round=1
while [ "$round" -le "$rounds" ]; do
    ours
    theirs
    round=$((round + 1))
done

echo "$(basename "$model"), $threads threads, $rounds rounds of $runs runs; tokens/s"
awk '
    { sum[$1, $2] += $3; count[$1, $2]++ }
    $1 == "ours" && !($2 in seen) { seen[$2] = 1; order[++tests] = $2 }
    END {
        printf "%-10s %12s %12s %8s\n", "test", "inkling", "llama-bench", "ratio"
        for (i = 1; i <= tests; i++) {
            test = order[i]
            ours = sum["ours", test] / count["ours", test]
            if (count["theirs", test] > 0) {
                theirs = sum["theirs", test] / count["theirs", test]
                printf "%-10s %12.2f %12.2f %8.2f\n", test, ours, theirs, ours / theirs
            } else {
                printf "%-10s %12.2f %12s %8s\n", test, ours, "-", "-"
            }
        }
    }
' "$work/rates"
