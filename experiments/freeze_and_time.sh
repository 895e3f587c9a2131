#!/usr/bin/env bash
# freeze_and_time.sh RUN TEXT OUT [--threads LIST] [--peers]
# From a run folder to the deploy table: freezes the model of RUN to int8, says what that costs on TEXT, and times it beside the f32
# model: forward, prompt, generation, scoring; then the size and the start of the deployed program, nanobrain-run. --threads: 2,1 times
# both numbers of threads; default: all and 1. --peers: also beside other programs on the same weights (peers/deploy.sh, which installs them).
# Nothing else should run meanwhile. Called again with the same arguments, it makes only what is missing.
source "$(dirname "$0")/lib.sh"

paths=() threads='' peers=''
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) help ;;
    --threads) [ $# -ge 2 ] || wrong_usage "$1 needs a value"; threads=$2; shift 2 ;;
    --peers) peers=yes; shift ;;
    -*) wrong_usage "there is no flag $1" ;;
    *) paths+=("$(realpath -m "$1")"); shift ;;
  esac
done
[ ${#paths[@]} -eq 3 ] || wrong_usage
model=${paths[0]} text=${paths[1]} out=${paths[2]}
[ -n "$threads" ] || { threads=$(nproc); [ "$threads" = 1 ] || threads+=,1; }
need_nanobrain
need_paths "$model" "$text"
[ -e "$model/config.json" ] || model=$model/model
[ -e "$model/model.safetensors" ] || die "${paths[0]} holds no f32 model, neither itself nor in model/"

request="freeze_and_time.sh $model $text --threads $threads"
own_folder "$out"
[ ! -e "$out/request.txt" ] || [ "$(cat "$out/request.txt")" = "$request" ] ||
  die "$out was made by $(cat "$out/request.txt"), not by $request; name another folder, or remove $out"
# A mistake shows before the long work, and takes no folder.
"$nanobrain" bench generate --model "$model" --threads "$threads" --repetitions 1 --warm-up 0 >/dev/null
take_folder "$out"
tables=$out/tables
mkdir -p "$tables"
echo "$request" >"$out/request.txt"

# A table that is there is whole: it gets its name last.
table() { # NAME, nanobrain's arguments
  local name=$tables/$1
  shift
  if [ ! -e "$name.md" ]; then
    "$nanobrain" "$@" --csv "$name.csv" --markdown "$name.part" --force >"$name.txt"
    mv "$name.part" "$name.md"
  fi
  cat "$name.txt"
}
both=(--model "$model" --model "$out/int8")

step "Freeze it to int8, and look at what that costs"
if [ ! -e "$tables/quality.txt" ]; then
  rm -rf "$out/int8"
  "$nanobrain" quantize --model "$model" --output "$out/int8" --text "$text" --method dynamic >"$tables/quality.part"
  mv "$tables/quality.part" "$tables/quality.txt"
fi
cat "$tables/quality.txt"
step "Forward of 64 tokens, all logits"
table forward bench forward "${both[@]}" --tokens 64 --threads "$threads" --cold
step "Prompt of 64 tokens, the last logits"
table prompt bench forward "${both[@]}" --tokens 64 --last --threads "$threads"
step "Generation of 128 tokens after a prompt of 16"
table generate bench generate "${both[@]}" --prompt-tokens 16 --tokens 128 --threads "$threads"
step "Scoring the text"
table score compare "${both[@]}" --input "$text" --threads "${threads%%,*}"
step "The deployed program"
if [ ! -e "$tables/program.txt" ]; then
  {
    echo "model.int8.safetensors: $(stat -c %s "$out/int8/model.int8.safetensors") bytes"
    if [ -x "$deployed" ]; then
      echo "nanobrain-run: $(stat -c %s "$deployed") bytes"
      "$deployed" bench start --model "$out/int8"
    else
      echo "nanobrain-run: not built"
    fi
  } >"$tables/program.part"
  mv "$tables/program.part" "$tables/program.txt"
fi
cat "$tables/program.txt"
if [ -n "$peers" ]; then
  step "Other programs on the same weights"
  if [ ! -e "$tables/peers.md" ]; then
    take_folder "$out/peers" deploy.sh
    ln -sfn ../int8 "$out/peers/int8"
    NANOBRAIN=$nanobrain NANOBRAIN_RUN=$deployed THREADS=${threads//,/ } TEXT=$text "$experiments/peers/deploy.sh" "$model" "$out/peers" >"$tables/peers.part"
    mv "$tables/peers.part" "$tables/peers.md"
  fi
  cat "$tables/peers.md"
fi

{
  echo "# $model as int8"
  printf '\n## Quality\n\n```\n%s\n```\n' "$(cat "$tables/quality.txt")"
  printf '\n## Forward of 64 tokens, all logits\n\n' && cat "$tables/forward.md"
  printf '\n## Prompt of 64 tokens, the last logits\n\n' && cat "$tables/prompt.md"
  printf '\n## Greedy generation of 128 tokens after a prompt of 16\n\n' && cat "$tables/generate.md"
  printf '\n## Scoring a text\n\n' && cat "$tables/score.md"
  printf '\n## The deployed program\n\n```\n%s\n```\n' "$(cat "$tables/program.txt")"
  [ ! -e "$tables/peers.md" ] || { printf '\n## Other programs on the same weights\n\n' && cat "$tables/peers.md"; }
} >"$out/deploy.md"
step "The deploy table is $out/deploy.md; its tables are stored in $tables, the model in $out/int8"
