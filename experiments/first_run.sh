#!/usr/bin/env bash
# first_run.sh INPUT... OUT [--val FILE]... [--set key=value]...
# The first run, from text to a trained, evaluated, generating Nano Brain. INPUT: files or folders (FineWeb-EDU parquet shards as
# published, jsonl, plain text; each also .gz .xz .zst). Without --val a part of INPUT is held out (0.5 % of the documents, by hash).
#
#   tokens: 1,000 steps x 32 x 256 = 8.19 million; parameters: 2.18 million; arithmetic: about 6 x 2.18 M x 8.19 M = 107 TFLOP.
#
# Begun again after a kill it goes on where it was.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
nanobrain=$here/../build/release/bin/nanobrain
[ -x "$nanobrain" ] || { echo "first_run.sh: $nanobrain is missing: run 'make build' first" >&2; exit 1; }

usage() { echo "usage: first_run.sh INPUT... OUT [--val FILE]... [--set key=value]..." >&2; exit 2; }
paths=() val=() overrides=()
while [ $# -gt 0 ]; do
  case $1 in
    --val) [ $# -ge 2 ] || usage; val+=("$2"); shift 2 ;;
    --set) [ $# -ge 2 ] || usage; overrides+=(--set "$2"); shift 2 ;;
    -*) usage ;;
    *) paths+=("$1"); shift ;;
  esac
done
[ ${#paths[@]} -ge 2 ] || usage
out=${paths[-1]}
unset 'paths[-1]'
mkdir -p "$out"
out=$(cd "$out" && pwd)

step() { printf '\n== %s\n' "$*"; }
if [ ! -e "$out/tokenizer" ]; then
  step "Train the tokenizer: 32,294 pieces on a sample"
  "$nanobrain" tokenizer train --kind sentencepiece --vocab-size 32294 --input "${paths[@]}" --output "$out/tokenizer"
fi
if [ ! -e "$out/data" ]; then
  step "Prepare the tokens"
  "$nanobrain" prepare --input "${paths[@]}" ${val[0]:+--val-input "${val[@]}"} --tokenizer "$out/tokenizer" --output "$out/data"
fi
step "Train the Nano Brain"
if [ -e "$out/run" ]; then
  "$nanobrain" train --output "$out/run" --resume
else
  "$nanobrain" train "$here/first_run.yaml" --output "$out/run" --set "data.tokenizer=$out/data" \
    --set "data.train=$out/data/train.tokens" --set "data.val=$out/data/val.tokens" "${overrides[@]}"
fi
step "Evaluate it on the held-out part, beside what counting achieves"
"$nanobrain" eval --model "$out/run" --input "$out/data/val.tokens" --baseline-tokens "$out/data/train.tokens" \
  --output "$out/evaluation.json" | tee "$out/evaluation.txt"
step "Let it write"
"$nanobrain" generate --model "$out/run" --prompt "The history of" --max-tokens 100 --temperature 0.8 --top-p 0.95 --seed 1 \
  --num-samples 3 | tee "$out/samples.txt"
step "Everything lies in $out: tokenizer/ data/ run/ (run/model/ is the model) evaluation.txt evaluation.json samples.txt"
