#!/usr/bin/env bash
# Loads a reference pool with plain calls to registered users, and with calls to a group whose agents are asked in
# turn, one kind after the other. Prints how many calls of each came to their end for a second of the pool's
# processor time, how many did not, and how much memory the pool took.
#
#   harness/docs/load-a-pool.sh [CALLS_A_SECOND [SECONDS [RGDRILL]]]
#
# Needs `cargo build --release`.
set -euo pipefail

rate=${1:-1000}
seconds=${2:-6}
rgdrill=${3:-target/release/rgdrill}
network=127.77.3
work=$(mktemp -d)
started=()
trap 'kill -KILL "${started[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT

users=$(seq -f '  - { name: a%g, home: primary }' 1 100)
agents=$(seq -s ', ' -f 'a%g' 1 100)
cat >"$work/database.yaml" <<YAML
pool: primary
http: $network.12:8090
password: drill
YAML
cat >"$work/pool.yaml" <<YAML
name: primary
sip: $network.11:5060
rtp: { first: 20000, last: 29999 }
http: $network.11:8080
database: $network.12:8090
password: drill
limits: { calls_per_second: 20000 }
timing: { register_expires: 600s }
users:
$users
deployment:
  workflows:
    - { name: sales, spec: { queue: sales } }
  queues:
    - { name: sales, spec: { agent_groups: [sales] } }
  agent_groups:
    - { name: sales, spec: { agents: [$agents], routing: serial } }
YAML

"$rgdrill" database --config "$work/database.yaml" --data "$work/data" 2>"$work/database" &
started+=($!)
"$rgdrill" pool --config "$work/pool.yaml" 2>"$work/pool" &
pool=$!
started+=("$pool")
until grep -qs "the database is loaded" "$work/pool"; do sleep 0.2; done
"$rgdrill" load --agent "sip:a{1-100}@$network.11" --at "$network.30" --quiet >"$work/agents" &
started+=($!)
sleep 3

ticks() { awk '{ print $14 + $15 }' "/proc/$pool/stat"; }
field() { grep -m1 "\"$1\"" "$work/load" | tr -dc '0-9'; }

for to in "sip:a{1-100}@$network.11" "sip:sales@$network.11"; do
    before=$(ticks)
    "$rgdrill" load --to "$to" --at "$network.31" --rate "$rate" --for "${seconds}s" --hold 0s --quiet \
        --format json >"$work/load" || true
    awk -v to="$to" -v ticks=$(($(ticks) - before)) -v hertz="$(getconf CLK_TCK)" \
        -v calls="$(field attempted)" -v done="$(field completed)" 'BEGIN {
        printf "%-28s %6d calls, %d not completed, %5.2f s of the pool, %6.0f calls for each second of it\n",
            to, calls, calls - done, ticks / hertz, done * hertz / ticks
    }'
done
grep VmHWM "/proc/$pool/status"
