#!/usr/bin/env bash
# tokenizers.sh TEXT GPT2_FOLDER [OUT]
# Encoding speed of nanobrain beside tiktoken and Hugging Face tokenizers (GPT-2) and beside SentencePiece, on the documents of TEXT
# (separated by blank lines), in turns in one session; prints a Markdown table of MB/s (median, min, max) and ratios. GPT2_FOLDER holds
# vocab.json and merges.txt, or encoder.json and vocab.bpe. A SentencePiece model of 32,294 pieces is trained on TEXT, unless
# SENTENCEPIECE names a folder with one. Nothing else should run meanwhile. THREADS="1 2" and ROUNDS=5 change what is timed; a round
# before them warms up.
source "$(dirname "$0")/../lib.sh"
positional 2 3 "$@"
need_peers
need_paths "$1" "$2"
text=$1 gpt2=$2
out=$(realpath -m "${3:-$root/build/peers/tokenizers}")
take_folder "$out"
sentencepiece=${SENTENCEPIECE:-}

if [ -z "$sentencepiece" ]; then
  sentencepiece=$out/sentencepiece
  [ -e "$sentencepiece" ] ||
    "$nanobrain" tokenizer train --vocab-size 32294 --sample-bytes 16000000 --input "$text" --output "$sentencepiece" >&2
fi

measure() {  # kind folder peer threads
  "$test_python" "$experiments/peers/tokenizers_speed.py" "$3" --text "$text" --folder "$2" --threads "$4" --nanobrain "$nanobrain" \
    --scratch "$out/ids.txt" | sed "s/^{/{\"kind\": \"$1\", /"
}
for round in $(seq 0 "${ROUNDS:-5}"); do
  echo "round $round" >&2
  [ "$round" -gt 1 ] || : >"$out/results.jsonl"
  for threads in ${THREADS:-1 $(nproc)}; do
    for peer in nanobrain tiktoken tokenizers; do measure GPT-2 "$gpt2" $peer "$threads" >>"$out/results.jsonl"; done
    for peer in nanobrain sentencepiece; do measure SentencePiece "$sentencepiece" $peer "$threads" >>"$out/results.jsonl"; done
  done
done
rm -f "$out/ids.txt"
"$test_python" "$experiments/peers/tokenizers_table.py" "$out/results.jsonl" | tee "$out/table.md"
