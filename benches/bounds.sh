#!/usr/bin/env bash
# Feeds the release binary what is huge or hostile, at half and at full size, and prints how long the full
# size took (wall, and how long processors were busy with it), how much busier than with half of it (2 is
# linear), and peak memory at both sizes. benches/README.md has what it printed. Takes half a gigabyte of disk in a temporary folder, which is removed.
#
#     cargo build --release && benches/bounds.sh [NAME…]
#
# With names, only those cases. What can be is piped, so that the wall time includes making it. All but the
# wall time needs GNU time, and is 0 without it.
# Environment: SSOAUDIT (target/release/ssoaudit), PERCENT of the sizes (100)
set -u
cd "$(dirname "$0")/.."

ssoaudit=$(realpath "${SSOAUDIT:-target/release/ssoaudit}") percent=${PERCENT:-100} only=" $* "
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
event=$(head -n 1 testdata/sso-events.ndjson)
export event
G=$((1000 * 1000 * 1000))

# What is fed, by size; each writes to standard output.
xs() { head -c "$1" /dev/zero | tr '\0' x; }
long_line() { xs "$1"; printf '\n%s\n' "$event"; }
long_event() { printf '[{"a":"'; xs "$1"; printf '"},%s]\n' "$event"; }
spaces_in_array() { printf '['; head -c "$1" /dev/zero | tr '\0' ' '; printf '%s]\n' "$event"; }
blank_lines() { head -c "$1" /dev/zero | tr '\0' '\n'; }
invalid_lines() { yes x | head -n "$1"; }
# Lines of which every one has a number in it, in place of a word of the sample's first event.
numbered() { awk -v n="$1" -v at="$2" -v put="$3" 'BEGIN {
  i = index(ENVIRON["event"], at); a = substr(ENVIRON["event"], 1, i - 1); b = substr(ENVIRON["event"], i + length(at))
  j = index(put, "#"); a = a substr(put, 1, j - 1); b = substr(put, j + 1) b
  for (k = 0; k < n; k++) printf "%s%09d%s\n", a, k, b }'; }
shapes() { numbered "$1" '{"action"' '{"field_#":1,"action"'; }
actors() { numbered "$1" 'user_01GZZS7ZVG5AF8AX46YP6PVGWP' 'user_01GZZS7ZVG5AF8AX#'; }
events() { numbered "$1" 'Mozilla/5.0' 'Mozilla/#'; }
# One line with many members.
members() { printf '%s,"n":{' "${event%\}}"; awk -v n="$1" -v put="$2" 'BEGIN { j = index(put, "#")
  for (k = 0; k < n; k++) if (j) printf "%s%d%s,", substr(put, 1, j - 1), k, substr(put, j + 1); else printf "%s,", put
  print "\"\":0}}" }'; }
different_keys() { members "$1" '"#":0'; }
duplicate_keys() { members "$1" '"a":0'; }
nested() { head -c "$1" /dev/zero | tr '\0' '['; echo; }
lists_in_list() { printf '{"a":[0'; yes ',[1]' | head -n "$1" | tr -d '\n'; printf ']}\n'; }
# gzip unpacks a thousandfold at most: members of 64 MB, put together.
gzip_bomb() {
  xs 64000000 | gzip -9 >"$work/member"
  for _ in $(seq $((($1 + 63999999) / 64000000))); do cat "$work/member"; done
}
# One frame with a window of 128 MiB (the largest that is read) of blocks that repeat one byte 131072 times.
zstd_bomb() {
  printf '\x28\xb5\x2f\xfd\x00\x88'
  yes '02001078' | head -n $(($1 / 131072)) | tr -d '\n' | xxd_r
  printf '\x01\x00\x00'
}
xxd_r() { sed 's/../\\x&/g' | while IFS= read -r hex || [ -n "$hex" ]; do printf "%b" "$hex"; done; }
# The same with a window of 2 TiB.
huge_window() { printf '\x28\xb5\x2f\xfd\x00\xf8\x09\x00\x00\n'; }

# Files of one event each, 4000 to a folder, in which there is also a link that leads back.
files() {
  mkdir -p "$work/files"
  for folder in $(seq $((($1 + 3999) / 4000))); do
    mkdir -p "$work/files/$folder"
    ln -sfn .. "$work/files/$folder/back"
    numbered 4000 user_01GZZS7ZVG5AF8AX46YP6PVGWP 'user_01GZZS7ZVG5AF8AX#' |
      (cd "$work/files/$folder" && split -l 1 -a 4 -d --additional-suffix=.ndjson -)
  done
}

has_gnu_time=$(command -v time >/dev/null && command time -f %M true 2>&1 | grep -c '^[0-9]*$')

# run PRODUCER SIZE ARGS…: sets wall and busy in milliseconds, and megabytes.
run() {
  local producer=$1 size=$2 from
  shift 2
  # A history is not replaced by one that lacks its inputs.
  rm -f "$work/history"
  # Files are there before anything reads them.
  if [ "$producer" = files ]; then files "$size"; producer=true; fi
  from=$(date +%s%N)
  if [ "$has_gnu_time" = 1 ]; then
    "$producer" "$size" 2>"$work/producer" |
      command time -q -o "$work/spent" -f '%U %S %M' "$ssoaudit" "$@" >"$work/out" 2>"$work/error"
  else
    "$producer" "$size" 2>"$work/producer" | "$ssoaudit" "$@" >"$work/out" 2>"$work/error"
    echo 0 0 0 >"$work/spent"
  fi
  wall=$((($(date +%s%N) - from) / 1000000))
  read -r busy megabytes < <(awk 'END { printf "%d %d\n", ($1 + $2) * 1000, $3 / 1024 }' "$work/spent")
}

# measure NAME PRODUCER SIZE ARGS…
measure() {
  local name=$1 producer=$2 size=$(($3 * percent / 100)) half half_megabytes
  shift 3
  case $only in "  " | *" $name "*) ;; *) return ;; esac
  run "$producer" $((size / 2)) "$@"
  half=$busy half_megabytes=$megabytes
  run "$producer" "$size" "$@"
  printf '%-16s %-10s %11d %8d ms %8d ms %3d.%02d %5d MB %5d MB  %s\n' "$name" "$1" "$size" "$wall" "$busy" \
    $((busy / (half + 1))) $((busy * 100 / (half + 1) % 100)) "$half_megabytes" "$megabytes" \
    "$(head -n 1 "$work/error" | cut -c 1-100)"
}

printf '%-16s %-10s %11s %11s %8s %8s %8s  %s\n' case command size time "to half" half full "said"
validate=(validate --format ndjson) summary=(summary --format json --top 1) check=(check --format ndjson --now 2026-01-01)
measure long-line long_line $((4 * G)) "${validate[@]}"
measure long-event long_event $((4 * G)) "${validate[@]}"
measure spaces spaces_in_array $((4 * G)) "${validate[@]}"
measure gzip-bomb gzip_bomb $((4 * G)) "${validate[@]}"
measure zstd-bomb zstd_bomb $((4 * G)) "${validate[@]}"
measure huge-window huge_window 10 "${validate[@]}"
measure blank-lines blank_lines $G "${validate[@]}"
measure invalid-lines invalid_lines 20000000 "${validate[@]}"
measure invalid-lines invalid_lines 20000000 "${check[@]}"
measure shapes shapes 1000000 filter --count
measure shapes shapes 1000000 "${validate[@]}" --notices
measure actors actors 1000000 filter --count
measure actors actors 1000000 "${summary[@]}"
measure actors actors 1000000 report admins --format json
measure actors actors 1000000 "${check[@]}"
measure actors actors 1000000 collect -o "$work/history"
measure events events 6000000 collect -o "$work/history"
measure different-keys different_keys 1300000 "${validate[@]}" --notices
measure duplicate-keys duplicate_keys 2700000 "${validate[@]}"
measure lists-in-list lists_in_list 4100000 "${validate[@]}"
measure nested nested 16000000 "${validate[@]}"
for reader in "filter --count" "summary --format json --top 1" "check --format ndjson --now 2026-01-01"; do
  rm -rf "$work/files"
  # shellcheck disable=SC2086
  measure files files 100000 $reader "$work/files"
done
