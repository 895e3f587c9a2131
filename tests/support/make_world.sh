#!/usr/bin/env bash
# make_world.sh BUILD: makes BUILD/tests/world, which the end-to-end tests read and never change:
#   text.txt val.txt   60 and 20 kB of the synthetic language
#   tokenizer/ data/   400 SentencePiece pieces for text.txt, and both texts as tokens
#   run.yaml run/      one layer of width 32, context 32, trained for three steps; int8/ of it
#   gpt2/              transformers' GPT-2 of two layers, 300 pieces, 160 positions   (the last two where the test
#   shards/            text.txt as two parquet files                                   Python is installed)
# Made again where the programs or this script are newer; ctest does that first, as does each test that is run by hand.
set -euo pipefail
support=$(dirname "$(realpath "$0")")
world=$1/tests/world
python=$support/../../build/deps/test/bin/python
export PATH=$1/bin:$PATH
exec 9>"$world.lock"
flock 9
newer() { [ "$world/done" -nt "$1" ]; }
if newer "$1/bin/nanobrain" && newer "$0" && newer "$support/tiny_gpt2.py"; then exit; fi

rm -rf "$world"
mkdir "$world"
cd "$world"
nanobrain synth --output text.txt --bytes 60000 --seed 1
nanobrain synth --output val.txt --bytes 20000 --seed 2
nanobrain tokenizer train --kind sentencepiece --vocab-size 400 --input text.txt --output tokenizer
nanobrain prepare --tokenizer tokenizer --input text.txt --val-input val.txt --output data
cat >run.yaml <<'YAML'
model: {num_layers: 1, num_heads: 2, model_dim: 32, ffn_dim: 64, max_seq_len: 32}
data: {tokenizer: data, train: data/train.tokens, val: data/val.tokens}
train: {steps: 3, batch_size: 4, seq_len: 32, precision: f32, sample_every: 0, threads: 1}
optimizer: {lr: 1.0e-2}
schedule: {warmup_steps: 2}
YAML
nanobrain train run.yaml --output run --quiet
nanobrain quantize --model run --output int8
if [ -x "$python" ]; then
  "$python" "$support/tiny_gpt2.py" gpt2 text.txt 300 160 1
  mkdir shards
  "$python" - <<'PYTHON'
import pyarrow, pyarrow.parquet
documents = open("text.txt").read().split("\n\n")
for shard in range(2):
    rows = pyarrow.table({"id": documents[shard::2], "text": documents[shard::2]})
    pyarrow.parquet.write_table(rows, f"shards/{shard:03}.parquet")
PYTHON
fi
touch done
