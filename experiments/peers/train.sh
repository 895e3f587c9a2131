#!/usr/bin/env bash
# train.sh [--isa avx2] [CONFIG.yaml] [OUT]
# Training speed of nanobrain and of PyTorch (eager and torch.compile) on the same config, one after another in one session, whole
# steps on random tokens; prints a Markdown table of tokens/s (median, min, max), ratios and memory.
# Nothing else should run meanwhile. THREADS="2 1" and STEPS=10 change what is timed.
source "$(dirname "$0")/../lib.sh"
hold_isa "$@"
set -- "${rest[@]}"
positional 0 2 "$@"
need_peers
config=${1:-$experiments/first_run.yaml}
need_paths "$config"
out=$(realpath -m "${2:-$root/build/peers/train}")
take_folder "$out"

: >"$out/results.jsonl"
steps=${STEPS:-10}
for threads in ${THREADS:-$(nproc) 1}; do
  for precision in bf16 f32; do
    echo "nanobrain $precision, $threads threads" >&2
    json_line "$nanobrain" bench train "$config" --json --steps "$steps" --threads "$threads" --set train.precision=$precision \
      >>"$out/results.jsonl"
    for mode in compile eager; do
      echo "PyTorch $mode $precision, $threads threads" >&2
      "$test_python" "$experiments/peers/train_torch.py" "$config" --mode $mode --precision $precision --threads "$threads" \
        --steps "$steps" >>"$out/results.jsonl"
    done
  done
done
"$test_python" "$experiments/peers/train_table.py" "$out/results.jsonl" | tee "$out/table.md"
