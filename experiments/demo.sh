#!/usr/bin/env bash
# demo.sh [OUT]
# The whole path on a synthetic corpus, in under two minutes on two cores. A stochastic grammar writes the text, so the exact entropy
# is known: no model can do better, and the table at the end shows how near this one comes. OUT (build/demo) is a new folder, an empty
# one or that of an earlier demo, whose results are replaced.
source "$(dirname "$0")/lib.sh"
positional 0 1 "$@"
need_nanobrain
out=$(realpath -m "${1:-$root/build/demo}")
take_folder "$out"
rm -rf "$out"/{train.txt,val.txt}{,.bits} "$out"/{tokenizer,data,run}

step "1. Write a synthetic corpus: 12 MB to learn from, 300 kB to be tested on"
"$nanobrain" synth --output "$out/train.txt" --bytes 12000000 --seed 1
"$nanobrain" synth --output "$out/val.txt" --bytes 300000 --seed 2

step "2. Train a SentencePiece tokenizer of 4,096 pieces"
"$nanobrain" tokenizer train --kind sentencepiece --vocab-size 4096 --sample-bytes 3000000 \
  --input "$out/train.txt" --output "$out/tokenizer"

step "3. Turn the text into tokens"
"$nanobrain" prepare --input "$out/train.txt" --val-input "$out/val.txt" --tokenizer "$out/tokenizer" --output "$out/data"

step "4. Train a model (experiments/demo.yaml)"
"$nanobrain" train "$experiments/demo.yaml" --output "$out/run" \
  --set "data.tokenizer=$out/data" --set "data.train=$out/data/train.tokens" --set "data.val=$out/data/val.tokens"

step "5. Compare it with counted n-grams and with the exact entropy of the corpus"
"$nanobrain" eval --model "$out/run" --input "$out/val.txt" --baseline-tokens "$out/data/train.tokens"

step "6. Let it write"
"$nanobrain" generate --model "$out/run" --prompt "" --max-tokens 80 --temperature 0.8 --seed 1 --num-samples 3

step "Everything is stored in $out, made in $SECONDS s"
cat <<END
  train.txt val.txt            the corpus; *.bits: the exact -log2 probability of each document
  tokenizer/                   the tokenizer (SentencePiece; tokenizer.json opens in Hugging Face's AutoTokenizer)
  data/                        token files
  run/                         config.yaml, metrics.jsonl, TensorBoard events, samples.txt, checkpoints/
  run/model/                   the model: a Hugging Face GPT-2 directory
END
