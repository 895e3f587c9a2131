#!/usr/bin/env bash
# generation.sh MODEL HELD_OUT OUT
# What a model writes beside held-out text (txt, one blank line between documents): 300 samples of 200 tokens from its own distribution,
# and as many at temperature 0.8 and top-p 0.95. Prints a Markdown table: repetition, variety, lengths, words that other held-out text
# has, and the bits per byte of each text under the model, which are alike where the model's distribution is that of the text.
# SAMPLES=300 and TOKENS=200 change how many.
source "$(dirname "$0")/lib.sh"
positional 3 3 "$@"
need_nanobrain
need_paths "$1" "$2"
model=$(realpath "$1") held_out=$(realpath "$2") out=$(realpath -m "$3")
take_folder "$out"
cd "$out"

bits_of() { "$nanobrain" eval --model "$model" --input "$1" --output "$2" --force >/dev/null; }
sample() { # NAME, sampling flags
  local name=$1
  shift
  echo "generation.sh: samples, $*" >&2
  "$nanobrain" generate --model "$model" --prompt "" --max-tokens "${TOKENS:-200}" --threads 1 --seed 1 --num-samples "${SAMPLES:-300}" --json "$@" >"$name.json"
  python3 "$experiments/generation_statistics.py" --texts "$name.json" >"$name.jsonl"
  bits_of "$name.jsonl" "$name.eval.json"
}
sample own --temperature 1
sample sharp --temperature 0.8 --top-p 0.95
bits_of "$held_out" held_out.eval.json
python3 "$experiments/generation_statistics.py" "$held_out" own sharp | tee table.md
