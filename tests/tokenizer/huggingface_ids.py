"""Encodes texts as Hugging Face does: huggingface_ids.py FOLDER TEXTS.json IDS.json

TEXTS.json is a list of strings. Writes {"ids": a list of ids for each text, "decoded": the texts that decoding gives
back, "special": the special token ids}.
"""
import json
import sys

from transformers import AutoTokenizer

folder, texts_file, ids_file = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
with open(texts_file, encoding="utf-8") as file:
    texts = json.load(file)
ids = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
with open(ids_file, "w", encoding="utf-8") as file:
    json.dump(
        {
            "ids": ids,
            "decoded": [tokenizer.decode(one) for one in ids],
            "bos": tokenizer.bos_token_id,
            "eos": tokenizer.eos_token_id,
            "size": len(tokenizer),
        },
        file,
    )
