#!/usr/bin/env bash
# Races the release binary against what one would use instead, on one generated file: whole processes,
# the page cache warm, the best of RUNS runs each, as ratios to ssoaudit's time.
#
#     cargo build --release && benches/race.sh
#
# Tools that are not installed are left out. DuckDB needs a Python with its package: PYTHON=…
# Environment: LINES (1500000), RUNS (5), PYTHON (python3)
set -eu
cd "$(dirname "$0")/.."

lines=${LINES:-1500000} runs=${RUNS:-5} python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
events=$work/events.ndjson

# The sample export, as often as it takes.
sample=testdata/sso-events.ndjson
yes "$sample" | head -n $((lines / $(wc -l <"$sample"))) | xargs cat >"$events"
size=$(wc -c <"$events")

# best NAME COMMAND…: the smallest wall time in milliseconds, as a line of $work/times
best() {
  local name=$1 best="" from took
  shift
  for _ in $(seq "$runs"); do
    from=$(date +%s%N)
    "$@" >/dev/null 2>"$work/error" || { echo "$name failed: $(tail -n 1 "$work/error")" >&2; return 0; }
    took=$((($(date +%s%N) - from) / 1000000))
    if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
  done
  echo "$name $best" >>"$work/times"
}

cat >"$work/query.py" <<PY
import duckdb
duckdb.connect().execute("""copy (select json from read_ndjson_objects('$events')
 where json->>'action' = 'sso.delete_connection' and json->>'\$.targets[0].metadata.connection_type' = 'GoogleSAML')
 to '/dev/null' (format csv, header false, quote '', delimiter E'\\x01')""")
PY
query='select(.action == "sso.delete_connection" and .targets[0].metadata.connection_type == "GoogleSAML")'
has() { command -v "$1" >/dev/null; }

filter=(target/release/ssoaudit filter --action sso.delete_connection --connection-type GoogleSAML --format ndjson)
best "ssoaudit-filter" "${filter[@]}" "$events"
best "ssoaudit-filter-1-thread" "${filter[@]}" --threads 1 "$events"
best "ssoaudit-validate" target/release/ssoaudit validate --format ndjson "$events"
if has rg; then best "rg-count" rg -c '"sso.delete_connection".*GoogleSAML' "$events"; fi
if "$python" -c 'import duckdb' 2>/dev/null; then best "duckdb" "$python" "$work/query.py"; fi
runs=1
if has jaq; then best "jaq" jaq -c "$query" "$events"; fi
if has jq; then best "jq" jq -c "$query" "$events"; fi

awk -v size="$size" '
  { time[$1] = $2; name[NR] = $1 }
  END {
    own = time["ssoaudit-filter"]
    printf "%.2f GB; ssoaudit filter reads %.2f GB/s\n", size / 1e9, size / 1e6 / own
    for (i = 1; i <= NR; i++) printf "%-26s %8d ms  %6.2f x\n", name[i], time[name[i]], time[name[i]] / own
  }' "$work/times"
