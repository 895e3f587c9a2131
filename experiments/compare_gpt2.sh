#!/usr/bin/env bash
# compare_gpt2.sh OUT [--model RUN]... [--gpt2 DIR | --no-gpt2] [--wikitext FILE] [--val FILE]... [--val-documents N] [--context N]
#                 [--precision f32|bf16] [--threads N] [--base-url URL]
# From nothing to the table: Nano Brains beside GPT-2 small and its published figures, on WikiText-2 test and on held-out FineWeb-EDU,
# every model in the same windows. What is not given is fetched into OUT: GPT-2 (0.55 GB), WikiText-2 test (0.7 MB), the last shard of
# FineWeb-EDU's 10-billion-token sample (0.54 GB; its first 1,000 documents are the held-out text) and, without --model, its first shard
# (2.2 GB) to train a Nano Brain on by first_run.sh. Without a network give --model, --wikitext, --val, and --gpt2 or --no-gpt2 (then
# GPT-2 stands there by its published figures alone). --base-url: a mirror of https://huggingface.co. --context: 256, what a Nano Brain takes.
# Called again, it fetches and trains only what is missing.
#
#   arithmetic: GPT-2 small takes 2 x 124 M FLOP a token: 0.29 M tokens of WikiText-2 are 71 TFLOP, 1,000 documents some four times that.
source "$(dirname "$0")/lib.sh"

out='' models=() gpt2='' wikitext='' val=() documents=() rules=() mirror=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) help ;;
    --model | --gpt2 | --wikitext | --val | --val-documents | --context | --precision | --threads | --base-url)
      [ $# -ge 2 ] || wrong_usage "$1 needs a value" ;;&
    --model) models+=(--model "$2"); shift 2 ;;
    --gpt2) [ -z "$gpt2" ] || die "give one of --gpt2 and --no-gpt2" 2; gpt2=$2; shift 2 ;;
    --no-gpt2) [ -z "$gpt2" ] || die "give one of --gpt2 and --no-gpt2" 2; gpt2=none; shift ;;
    --wikitext) wikitext=$2; shift 2 ;;
    --val) val+=("$2"); shift 2 ;;
    --val-documents) documents=(--max-documents "$2"); shift 2 ;;
    --context | --precision | --threads) rules+=("$1" "$2"); shift 2 ;;
    --base-url) mirror=(--base-url "$2"); shift 2 ;;
    -*) wrong_usage "there is no flag $1" ;;
    *) [ -z "$out" ] || wrong_usage; out=$1; shift ;;
  esac
done
[ -n "$out" ] || wrong_usage
need_nanobrain
for path in "${models[@]}" "$gpt2" "$wikitext" "${val[@]}"; do
  case $path in --model | none | '') ;; *) need_paths "$path" ;; esac
done
take_folder "$out"
mkdir -p "$out/tables"

fetch() { # WHAT FLAGS TO GIVE INSTEAD, fetch's arguments
  local what=$1 instead=$2 code=0
  shift 2
  step "Fetch $what"
  "$nanobrain" fetch "$@" "${mirror[@]}" || code=$?
  [ $code -eq 0 ] || die "$what did not come; where the network does not allow it, give $instead" $code
}
if [ -z "$wikitext" ]; then
  fetch "WikiText-2 test" "--wikitext FILE" --list "$experiments/wikitext2.json" --output "$out/wikitext2"
  wikitext=$out/wikitext2/wiki.test.parquet
fi
if [ -z "$gpt2" ]; then
  fetch "GPT-2 small" "--gpt2 DIR or --no-gpt2" gpt2 --output "$out/gpt2"
  gpt2=$out/gpt2
fi
if [ ${#val[@]} -eq 0 ]; then
  fetch "held-out FineWeb-EDU" "--val FILE" --list "$experiments/fineweb_edu_held_out.json" --output "$out/held_out"
  val=("$out/held_out")
  [ ${#documents[@]} -gt 0 ] || documents=(--max-documents 1000)
fi
if [ ${#models[@]} -eq 0 ]; then
  if [ ! -e "$out/first_run/run/model" ]; then
    fetch "FineWeb-EDU to train on" "--model RUN" fineweb-edu --output "$out/fineweb_edu"
    "$experiments/first_run.sh" "$out/fineweb_edu" "$out/first_run"
  fi
  models=(--model "$out/first_run/run")
fi
# The reference is the first: what the others' bits per byte are less of.
[ "$gpt2" = none ] || models=(--model "$gpt2" "${models[@]}")

compare() { # NAME, compare's arguments
  local table=$out/tables/$1
  shift
  "$nanobrain" compare "${models[@]}" "$@" "${rules[@]}" --reference gpt2-small-published --csv "$table.csv" --markdown "$table.md" \
    --output "$table.json" --force | tee "$table.txt"
}
step "Compare on WikiText-2 test, as published figures are made"
compare wikitext2 --input "$wikitext" --protocol hf
step "Compare on the held-out text"
compare held_out --input "${val[@]}" "${documents[@]}"
step "The tables are stored in $out/tables: wikitext2 and held_out, each .txt .md .csv .json"
