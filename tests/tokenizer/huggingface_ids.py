"""Encodes texts as Hugging Face does: huggingface_ids.py CASES.json RESULTS.json

CASES.json is a list of {"folder", "texts"}. Writes a list of {"ids": a list of ids for each text, "decoded": the texts
that decoding gives back, and what the tokenizer says of itself}.
"""
import json
import sys

from transformers import AutoTokenizer


def encode(case):
    tokenizer = AutoTokenizer.from_pretrained(case["folder"])
    ids = [tokenizer.encode(text, add_special_tokens=False) for text in case["texts"]]
    return {
        "ids": ids,
        "decoded": [tokenizer.decode(one) for one in ids],
        "bos": tokenizer.bos_token_id,
        "eos": tokenizer.eos_token_id,
        "size": len(tokenizer),
    }


cases_file, results_file = sys.argv[1:]
with open(cases_file, encoding="utf-8") as file:
    results = [encode(case) for case in json.load(file)]
with open(results_file, "w", encoding="utf-8") as file:
    json.dump(results, file)
