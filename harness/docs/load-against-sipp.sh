#!/usr/bin/env bash
# Places the same calls with sipp and with `rgdrill load`, one after the other, to the same sipp that answers them:
# INVITE, 180, 200, ACK, BYE, 200 over UDP on the loopback network, no media. Prints how many calls each placed
# for a second of its own processor time, and how many failed.
#
#   harness/docs/load-against-sipp.sh [CALLS_A_SECOND [SECONDS [RGDRILL]]]
#
# Needs sipp (Debian's package sip-tester) and `cargo build --release`.
set -euo pipefail

rate=${1:-2000}
seconds=${2:-10}
rgdrill=${3:-target/release/rgdrill}
calls=$((rate * seconds))
answers=127.0.0.1:15060
work=$(mktemp -d)

sipp -sn uas -i 127.0.0.1 -p "${answers#*:}" -nostdin >"$work/uas" 2>&1 &
uas=$!
trap 'kill -KILL "$uas" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
sleep 1

TIMEFORMAT='%U %S'
told() { # who, failed
    read -r user system <"$work/time"
    awk -v who="$1" -v failed="$2" -v calls="$calls" -v user="$user" -v system_="$system" 'BEGIN {
        printf "%-8s %8d calls, %d failed, %6.2f s of processor time, %7.0f calls for each second of it\n",
            who, calls, failed, user + system_, calls / (user + system_)
    }'
}

# sipp exits with 1 if a call failed, and tells how many in its statistics.
{ time sipp -sn uac "$answers" -i 127.0.0.1 -p 15070 -r "$rate" -m "$calls" -l 20000 -nostdin \
    -trace_stat -stf "$work/stat" -fd 3600 >"$work/uac" 2>&1 || true; } 2>"$work/time"
failed=$(awk -F';' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "FailedCall(C)") column = i }
    END { print $column }' "$work/stat")
told sipp "$failed"

{ time "$rgdrill" load --to "sip:service@$answers" --rate "$rate" --hold 0s --for "${seconds}s" --most 20000 \
    --at 127.0.0.1 --quiet --format json >"$work/load" || true; } 2>"$work/time"
completed=$(grep -m1 '"completed"' "$work/load" | tr -dc '0-9')
told rgdrill $((calls - completed))
