#!/usr/bin/env bash
# train.sh [--isa avx2] [CONFIG.yaml] [OUT]
# Training speed of nanobrain and of PyTorch (eager, torch.compile, and that with head and loss in chunks of 1,024 tokens) on the
# same config, one after another in one session, whole steps on random tokens; prints a Markdown table of tokens/s (median, min,
# max), ratios and memory.
# Nothing else should run meanwhile. THREADS="2 1", ROUNDS=3, STEPS=10 and PRECISIONS="bf16 f32" change what is timed; every system
# has its turn in each round.
source "$(dirname "$0")/../lib.sh"
hold_isa "$@"
set -- "${rest[@]}"
positional 0 2 "$@"
need_peers
config=${1:-$experiments/adamw.yaml}
need_paths "$config"
out=$(realpath -m "${2:-$root/build/peers/train}")
take_folder "$out"

: >"$out/results.jsonl"
steps=${STEPS:-10}
measure() { # SYSTEM PRECISION THREADS
  if [ "$1" = nanobrain ]; then
    json_line "$nanobrain" bench train "$config" --json --steps "$steps" --threads "$3" --set train.precision="$2"
  else
    local mode=${1#chunked-} chunk=0
    [ "$mode" = "$1" ] || chunk=1024
    "$test_python" "$experiments/peers/train_torch.py" "$config" --mode "$mode" --precision "$2" --threads "$3" --steps "$steps" \
      --chunk "$chunk"
  fi
}
for threads in ${THREADS:-$(nproc) 1}; do
  for round in $(seq "${ROUNDS:-3}"); do
    for precision in ${PRECISIONS:-bf16 f32}; do
      for system in nanobrain compile chunked-compile eager; do
        echo "$threads threads, round $round: $system $precision" >&2
        measure "$system" "$precision" "$threads" >>"$out/results.jsonl"
      done
    done
  done
done
"$test_python" "$experiments/peers/train_table.py" "$out/results.jsonl" | tee "$out/table.md"
