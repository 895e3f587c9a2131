#!/usr/bin/env bash
# train.sh [CONFIG.yaml] [OUT]: training speed of nanobrain and of PyTorch (eager and torch.compile) on the same config, one after
# another in one session, whole steps on random tokens; prints a Markdown table of tokens/s (median, min, max), ratios and memory.
# Nothing else should run meanwhile. THREADS="2 1" and STEPS=10 change what is timed.
set -euo pipefail
cd "$(dirname "$0")/../.."
config=${1:-experiments/first_run.yaml}
out=${2:-build/peers/train}
nanobrain=${NANOBRAIN:-build/release/bin/nanobrain}
python=build/deps/test/bin/python
[ -x "$nanobrain" ] && [ -x "$python" ] || { echo "train.sh: run 'make test' first: it builds nanobrain and installs PyTorch" >&2; exit 1; }

mkdir -p "$out"
: >"$out/results.jsonl"
steps=${STEPS:-10}
for threads in ${THREADS:-$(nproc) 1}; do
  for precision in bf16 f32; do
    echo "nanobrain $precision, $threads threads" >&2
    "$nanobrain" bench train "$config" --json --steps "$steps" --threads "$threads" --set train.precision=$precision |
      tr -d '\n' >>"$out/results.jsonl"
    echo >>"$out/results.jsonl"
    for mode in compile eager; do
      echo "PyTorch $mode $precision, $threads threads" >&2
      "$python" experiments/peers/train_torch.py "$config" --mode $mode --precision $precision --threads "$threads" \
        --steps "$steps" >>"$out/results.jsonl"
    done
  done
done
"$python" experiments/peers/train_table.py "$out/results.jsonl" | tee "$out/table.md"
