"""The reference for `eval --protocol hf`, by transformers alone.

usage: hf_perplexity.py MODEL TEXT CONTEXT STRIDE

Joins the rows of a text file as the WikiText data sets have them, encodes them
with the folder's own tokenizer.json, and scores them as Hugging Face's guide
"Perplexity of fixed-length models" does. Prints the sum of nats and the count
of tokens whose labels take part, and the guide's own perplexity.
"""

import json
import math
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def main():
    folder, path = sys.argv[1:3]
    context, stride = map(int, sys.argv[3:5])
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with open(path, encoding="utf-8", newline="\n") as file:
        rows = [row if row.strip() else "" for row in file]
    text = "\n\n".join(rows)
    ids = tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids

    length = ids.size(1)
    nats, tokens = 0.0, 0
    guide_sum, guide_tokens = 0.0, 0
    previous_end = 0
    for begin in range(0, length, stride):
        end = min(begin + context, length)
        new = end - previous_end
        window = ids[:, begin:end]
        labels = window.clone()
        labels[:, :-new] = -100
        with torch.no_grad():
            logits = model(window).logits[0, :-1].double()
        shifted = labels[0, 1:]
        nats += torch.nn.functional.cross_entropy(
            logits, shifted, ignore_index=-100, reduction="sum").item()
        tokens += (shifted != -100).sum().item()
        if (labels != -100).sum().item() > 1:
            with torch.no_grad():
                mean = model(window, labels=labels).loss.item()
            count = (labels != -100).sum().item() - 1
            guide_sum += mean * count
            guide_tokens += count
        previous_end = end
        if end == length:
            break
    print(json.dumps({
        "nats": nats,
        "tokens": tokens,
        "rows": len(rows),
        "bytes": len(text.encode()),
        "ids": length,
        "guide_perplexity": math.exp(guide_sum / guide_tokens)}))


main()
