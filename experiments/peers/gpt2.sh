#!/usr/bin/env bash
# gpt2.sh TOKENIZER TEXT [OUT]: the speed of scoring with GPT-2 small (124M, context 1,024), nanobrain against transformers on one
# model of random weights, in one session; prints a Markdown table: loss, tokens/s, ratios, memory. TOKENIZER is a folder with
# GPT-2's vocab.json and merges.txt (or encoder.json and vocab.bpe), TEXT any text: its first BYTES (36,000, some eight
# windows) are scored, by one and the other in turn, ROUNDS (3) times.
# Nothing else should run meanwhile. THREADS="2 1" and PRECISIONS="f32 bf16" change what is timed.
set -euo pipefail
[ $# -ge 2 ] || { sed -n 2,6p "$0" | cut -c3- >&2; exit 2; }
tokenizer=$(realpath "$1")
text=$(realpath "$2")
cd "$(dirname "$0")/../.."
out=${3:-build/peers/gpt2}
nanobrain=${NANOBRAIN:-build/release/bin/nanobrain}
python=build/deps/test/bin/python
[ -x "$nanobrain" ] && [ -x "$python" ] ||
  { echo "gpt2.sh: run 'make test' first: it builds nanobrain and installs transformers" >&2; exit 1; }

mkdir -p "$out"
head -c "${BYTES:-36000}" "$text" | iconv -c -f utf-8 -t utf-8 >"$out/text.txt"
[ -e "$out/model/model.safetensors" ] || "$python" experiments/peers/gpt2_torch.py make "$tokenizer" "$out/model"
: >"$out/results.jsonl"
for threads in ${THREADS:-$(nproc) 1}; do
  for precision in ${PRECISIONS:-f32 bf16}; do
    for round in $(seq "${ROUNDS:-3}"); do
      echo "$precision, threads: $threads, round $round" >&2
      "$nanobrain" eval --model "$out/model" --input "$out/text.txt" --protocol hf --precision "$precision" \
        --threads "$threads" --json | tr -d '\n' >>"$out/results.jsonl"
      echo >>"$out/results.jsonl"
      "$python" experiments/peers/gpt2_torch.py eval "$out/model" "$out/text.txt" --precision "$precision" \
        --threads "$threads" >>"$out/results.jsonl"
    done
  done
done
"$python" experiments/peers/gpt2_torch.py table "$out/results.jsonl" | tee "$out/table.md"
