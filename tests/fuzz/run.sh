#!/usr/bin/env bash
# run.sh BUILD SECONDS: each fuzzer side by side for so long, from the seeds and what earlier runs found interesting
# (BUILD/corpus). Prints what was covered; an input that ends a fuzzer is kept in BUILD/findings, and the exit code is 1.
set -euo pipefail
build=$1
seconds=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$build/findings"

fuzz() {  # target options...
  local target=$1
  shift
  mkdir -p "$build/corpus/$target" "$build/seeds/$target"
  # The largest allocation of the seeds' models is far below the limits: counts that a file only claims would pass them.
  "$build/bin/$target" -max_total_time="$seconds" -timeout=10 -malloc_limit_mb=64 -rss_limit_mb=1024 -use_value_profile=1 \
    -print_final_stats=1 -artifact_prefix="$build/findings/$target-" "$@" \
    "$build/corpus/$target" "$build/seeds/$target" >"$build/$target.log" 2>&1
}
report() {  # target exit-code
  local log=$build/$1.log
  echo "$1: $(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$log" | tail -1)," \
    "$(awk '/number_of_executed_units/ {print $2}' "$log") inputs, $(awk '/average_exec_per_sec/ {print $2}' "$log") a second"
  [ "$2" -eq 0 ] && return
  grep -vE '^#[0-9]+|NEW_FUNC|^INFO' "$log" | tail -60
  echo "$1 FAILED; run it again with: $build/bin/$1 $(ls -t "$build/findings/$1"-* 2>/dev/null | head -1)"
  return 1
}

fuzz model_reader -max_len=32768 -dict="$here/model_reader.dict" & reader=$!
fuzz c_api -max_len=4096 & api=$!
failed=0
code=0; wait "$reader" || code=$?
report model_reader "$code" || failed=1
code=0; wait "$api" || code=$?
report c_api "$code" || failed=1
exit $failed
