#!/usr/bin/env bash
# first_run.sh INPUT... OUT [[--val FILE]... | --val-fraction F] [--vocab-size N] [--config FILE] [--set key=value]...
# The first run, from text to a trained, evaluated, generating Nano Brain. INPUT: files or folders (FineWeb-EDU parquet shards as
# published, jsonl, plain text; each also .gz .xz .zst). Without --val the share F of the documents of INPUT is held out, by hash (0.005),
# and as many again for data/test.tokens. The tokenizer is trained on the others.
# --vocab-size: pieces of the tokenizer (32,294); a text of less than some 10 MB needs fewer, and a larger F. --config: another recipe
# than first_run.yaml, such as adamw.yaml. --set: over it.
#
#   tokens: 1,000 steps x 32 x 256 = 8.19 million; parameters: 2.18 million; arithmetic: about 6 x 2.18 M x 8.19 M = 107 TFLOP.
#
# Called again after a kill, with the same arguments, it resumes.
source "$(dirname "$0")/lib.sh"

paths=() val=() fraction=0.005 held_out=() overrides=() vocab_size=32294 config=$experiments/first_run.yaml
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) help ;;
    --val | --val-fraction | --vocab-size | --config | --set) [ $# -ge 2 ] || wrong_usage "$1 needs a value" ;;&
    --val) val+=("$(realpath -m "$2")"); shift 2 ;;
    --val-fraction) fraction=$2 held_out=(--val-fraction "$2"); shift 2 ;;
    --vocab-size) vocab_size=$2; shift 2 ;;
    --config) config=$(realpath -m "$2"); shift 2 ;;
    --set) overrides+=(--set "$2"); shift 2 ;;
    -*) wrong_usage "there is no flag $1" ;;
    *) paths+=("$(realpath -m "$1")"); shift ;;
  esac
done
[ ${#paths[@]} -ge 2 ] || wrong_usage
out=${paths[-1]}
unset 'paths[-1]'
need_nanobrain
need_paths "${paths[@]}" "${val[@]}" "$config"
if [ ${#val[@]} -gt 0 ]; then
  [ ${#held_out[@]} -eq 0 ] || die "--val and --val-fraction exclude each other" 2
  held_out=(--val-input "${val[@]}")
  fraction=0
fi

# What tokenizer/, data/ and run/ are made from is kept beside them: another text or recipe needs another folder.
text="--input ${paths[*]} --vocab-size $vocab_size"
split="$text ${held_out[*]}"
own_folder "$out"
require_made_from() { # FOLDER REQUEST [WHAT TO REMOVE]
  [ ! -e "$out/$1" ] || [ "$(cat "$out/$1.txt")" = "$2" ] ||
    die "$out/$1 was made with $(cat "$out/$1.txt"), not with $2; name another folder, or remove ${3:-$out}"
}
require_made_from tokenizer "$text"
require_made_from data "$split"
require_made_from run "--config $config" "$out/run"

step "Look at the model: a mistake in --set shows before the long work"
"$nanobrain" inspect --config "$config" --text "The history of" --set "model.vocab_size=$vocab_size" \
  "${overrides[@]}"
take_folder "$out"
# A tokenizer of another split has seen what this one holds out.
if [ ! -e "$out/data" ] && [ -e "$out/split.txt" ] && [ "$(cat "$out/split.txt")" != "$split" ]; then
  rm -rf "$out/tokenizer"
fi
if [ ! -e "$out/tokenizer" ]; then
  step "Train the tokenizer: $vocab_size pieces on a sample of the training documents"
  echo "$text" >"$out/tokenizer.txt"
  echo "$split" >"$out/split.txt"
  "$nanobrain" tokenizer train --kind sentencepiece --vocab-size "$vocab_size" --val-fraction "$fraction" --input "${paths[@]}" \
    --output "$out/tokenizer"
fi
if [ ! -e "$out/data" ]; then
  step "Prepare the tokens"
  echo "$split" >"$out/data.txt"
  "$nanobrain" prepare --input "${paths[@]}" "${held_out[@]}" --tokenizer "$out/tokenizer" --output "$out/data"
fi
step "Train the Nano Brain"
if [ -e "$out/run" ]; then
  "$nanobrain" train --output "$out/run" --resume "${overrides[@]}" || {
    code=$?
    [ $code -ne 2 ] || echo "first_run.sh: to train again from the start on the same tokens, remove $out/run" >&2
    exit $code
  }
else
  echo "--config $config" >"$out/run.txt"
  "$nanobrain" train "$config" --output "$out/run" --set "data.tokenizer=$out/data" \
    --set "data.train=$out/data/train.tokens" --set "data.val=$out/data/val.tokens" "${overrides[@]}"
fi
step "Evaluate it on the held-out text, beside what counting achieves"
"$nanobrain" eval --model "$out/run" --input "$out/data/val.tokens" --baseline-tokens "$out/data/train.tokens" \
  --output "$out/evaluation.json" --force | tee "$out/evaluation.txt"
step "Let it write"
"$nanobrain" generate --model "$out/run" --prompt "The history of" --max-tokens 100 --temperature 0.8 --top-p 0.95 --seed 1 \
  --num-samples 3 | tee "$out/samples.txt"
step "Everything is stored in $out: tokenizer/ data/ run/ (run/model/ is the model) evaluation.txt evaluation.json samples.txt"
