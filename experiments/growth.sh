#!/usr/bin/env bash
# growth.sh [OUT]
# How the time of a training step grows with vocabulary, batch, depth and FFN width, one of them at a time from the Nano Brain; prints a
# Markdown table. Arithmetic is counted a token, forward and backward: 6 FLOP for each weight of a matrix product (head and blocks) and
# 6 T C a layer for causal attention. STEPS=10 a measurement. Nothing else should run meanwhile.
source "$(dirname "$0")/lib.sh"
positional 0 1 "$@"
need_nanobrain
out=$(realpath -m "${1:-$root/build/growth}")
take_folder "$out"

: >"$out/results.jsonl"
time_one() {  # vocab_size batch_size num_layers ffn_dim
  echo "vocabulary $1, batch $2, layers $3, FFN $4" >&2
  "$nanobrain" bench train "$experiments/first_run.yaml" --json --steps "${STEPS:-10}" --vocab-size "$1" --set "train.batch_size=$2" \
    --set "model.num_layers=$3" --set "model.ffn_dim=$4" | tr -d '\n' >"$out/last.json"
  echo "{\"vocab_size\": $1, \"batch_size\": $2, \"num_layers\": $3, \"ffn_dim\": $4, \"bench\": $(cat "$out/last.json")}" >>"$out/results.jsonl"
}
for vocab_size in 8192 32294 131072; do time_one $vocab_size 32 2 256; done
for batch_size in 8 16 64; do time_one 32294 $batch_size 2 256; done
for num_layers in 1 4; do time_one 32294 32 $num_layers 256; done
for ffn_dim in 128 512; do time_one 32294 32 2 $ffn_dim; done
rm "$out/last.json"

python3 - "$out/results.jsonl" <<'END' | tee "$out/table.md"
import json, sys
C, T = 64, 256
print("| vocabulary | batch | layers | FFN | MFLOP a token | microseconds a token: head, body | GFLOP/s: head, body | tokens/s |")
print("|---|---|---|---|---|---|---|---|")
for line in open(sys.argv[1]):
    row = json.loads(line)
    bench, layers = row["bench"], row["num_layers"]
    head = 6 * row["vocab_size"] * C
    body = layers * (6 * (4 * C * C + 2 * C * row["ffn_dim"]) + 6 * T * C)
    time = 1e6 / bench["tokens_per_s"]
    head_us, body_us = time * bench["shares"]["head"], time * bench["shares"]["body"]
    print(f"| {row['vocab_size']:,} | {row['batch_size']} | {layers} | {row['ffn_dim']} | {head / 1e6:.2f} + {body / 1e6:.2f} "
          f"| {head_us:.1f}, {body_us:.1f} | {head / head_us / 1e3:.0f}, {body / body_us / 1e3:.0f} | {bench['tokens_per_s']:,.0f} |")
END
