"""The reference for `eval --protocol hf`, by transformers alone.

usage: hf_perplexity.py MODEL TEXT CONTEXT:STRIDE...

Joins the rows of a text file as the WikiText data sets have them, encodes them
with the folder's own tokenizer.json, and scores them as Hugging Face's guide
"Perplexity of fixed-length models" does. Prints a JSON list, for each context
and stride the sum of nats and the count of tokens whose labels take part, and
the guide's own perplexity.
"""

import json
import math
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def score(model, ids, context, stride):
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
        count = (labels != -100).sum().item() - 1
        if count > 0:
            with torch.no_grad():
                guide_sum += model(window, labels=labels).loss.item() * count
            guide_tokens += count
        previous_end = end
        if end == length:
            break
    return {
        "nats": nats,
        "tokens": tokens,
        "guide_perplexity": math.exp(guide_sum / guide_tokens),
    }


def main():
    folder, path, *plans = sys.argv[1:]
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with open(path, encoding="utf-8", newline="\n") as file:
        rows = [row if row.strip() else "" for row in file]
    ids = tokenizer(
        "\n\n".join(rows), return_tensors="pt", add_special_tokens=False
    ).input_ids
    results = []
    for plan in plans:
        context, stride = map(int, plan.split(":"))
        results.append(score(model, ids, context, stride) | {"rows": len(rows)})
    print(json.dumps(results))


main()
