#!/usr/bin/env bash
# gpt2.sh [--isa avx2] TOKENIZER TEXT [OUT]
# The speed of scoring with GPT-2 small (124M, context 1,024), nanobrain against transformers on one model of random weights, in one
# session; prints a Markdown table: loss, tokens/s, ratios, memory. TOKENIZER is a folder with GPT-2's vocab.json and merges.txt (or
# encoder.json and vocab.bpe), TEXT any text: its first BYTES (36,000, some eight windows) are scored, by one and the other in turn,
# ROUNDS (3) times.
# Nothing else should run meanwhile. THREADS="2 1" and PRECISIONS="f32 bf16" change what is timed.
source "$(dirname "$0")/../lib.sh"
hold_isa "$@"
set -- "${rest[@]}"
positional 2 3 "$@"
need_peers
need_paths "$1" "$2"
tokenizer=$1 text=$2
out=$(realpath -m "${3:-$root/build/peers/gpt2}")
take_folder "$out"
peer() { "$test_python" "$experiments/peers/gpt2_torch.py" "$@"; }

text_of "${BYTES:-36000}" "$text" >"$out/text.txt"
[ -e "$out/model/model.safetensors" ] || peer make "$tokenizer" "$out/model"
: >"$out/results.jsonl"
for threads in ${THREADS:-$(nproc) 1}; do
  for precision in ${PRECISIONS:-f32 bf16}; do
    for round in $(seq "${ROUNDS:-3}"); do
      echo "$precision, threads: $threads, round $round" >&2
      json_line "$nanobrain" eval --model "$out/model" --input "$out/text.txt" --protocol hf --precision "$precision" \
        --threads "$threads" --json >>"$out/results.jsonl"
      peer eval "$out/model" "$out/text.txt" --precision "$precision" \
        --threads "$threads" >>"$out/results.jsonl"
    done
  done
done
peer table "$out/results.jsonl" | tee "$out/table.md"
