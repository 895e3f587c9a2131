#!/usr/bin/env bash
# first_run.sh INPUT... OUT [--val FILE]... [--vocab-size N] [--set key=value]...
# The first run, from text to a trained, evaluated, generating Nano Brain. INPUT: files or folders (FineWeb-EDU parquet shards as
# published, jsonl, plain text; each also .gz .xz .zst). Without --val a part of INPUT is held out (0.5 % of the documents, by hash).
# --vocab-size: pieces of the tokenizer (32,294); a text of less than some 10 MB wants fewer. --set: over first_run.yaml.
#
#   tokens: 1,000 steps x 32 x 256 = 8.19 million; parameters: 2.18 million; arithmetic: about 6 x 2.18 M x 8.19 M = 107 TFLOP.
#
# Begun again after a kill, with the same arguments, it goes on where it was.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
nanobrain=${NANOBRAIN:-$here/../build/release/bin/nanobrain}
die() { echo "first_run.sh: $1" >&2; exit "${2:-1}"; }
[ -x "$nanobrain" ] || die "$nanobrain is missing: run 'make build' first"

usage() { die "usage: first_run.sh INPUT... OUT [--val FILE]... [--vocab-size N] [--set key=value]..." 2; }
paths=() val=() overrides=() vocab_size=32294
while [ $# -gt 0 ]; do
  case $1 in
    --val | --vocab-size | --set) [ $# -ge 2 ] || usage ;;&
    --val) val+=("$(realpath -m "$2")"); shift 2 ;;
    --vocab-size) vocab_size=$2; shift 2 ;;
    --set) overrides+=(--set "$2"); shift 2 ;;
    -*) usage ;;
    *) paths+=("$(realpath -m "$1")"); shift ;;
  esac
done
[ ${#paths[@]} -ge 2 ] || usage
out=${paths[-1]}
unset 'paths[-1]'
for path in "${paths[@]}" "${val[@]}"; do [ -e "$path" ] || die "$path does not exist"; done

# What tokenizer and token files were made from: another text needs another folder.
request="input: ${paths[*]}; val: ${val[*]}; vocab size: $vocab_size"
if [ -e "$out" ]; then
  [ -e "$out/request.txt" ] || [ -z "$(ls -A "$out")" ] || die "$out holds other things; name a new folder"
  [ ! -e "$out/request.txt" ] || [ "$(cat "$out/request.txt")" = "$request" ] ||
    die "$out was begun with $(cat "$out/request.txt"); name another folder, or remove it"
fi
mkdir -p "$out"
echo "$request" >"$out/request.txt"

step() { printf '\n== %s\n' "$*"; }
if [ ! -e "$out/tokenizer" ]; then
  step "Train the tokenizer: $vocab_size pieces on a sample"
  "$nanobrain" tokenizer train --kind sentencepiece --vocab-size "$vocab_size" --input "${paths[@]}" --output "$out/tokenizer"
fi
if [ ! -e "$out/data" ]; then
  step "Prepare the tokens"
  "$nanobrain" prepare --input "${paths[@]}" ${val[0]:+--val-input "${val[@]}"} --tokenizer "$out/tokenizer" --output "$out/data"
fi
step "Train the Nano Brain"
if [ -e "$out/run" ]; then
  "$nanobrain" train --output "$out/run" --resume "${overrides[@]}"
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
