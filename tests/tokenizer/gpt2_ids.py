"""Encodes texts as the peers do: gpt2_ids.py VOCAB MERGES TEXTS.json RESULT.json [tiktoken]

VOCAB is vocab.json or encoder.json, MERGES merges.txt or vocab.bpe, TEXTS.json a list of strings. Writes {"tokenizers": the ids of each
text by Hugging Face, "words": the sizes in bytes of the words that it cuts each text into, "tiktoken": the ids by tiktoken}. tiktoken
ranks merges by the id of what they make, so that it takes only vocabularies whose ids are in the order of merges.
"""
import json
import sys

import tiktoken
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
END_OF_TEXT = "<|endoftext|>"


def huggingface(vocab_file, merges_file):
    tokenizer = Tokenizer(models.BPE.from_file(vocab_file, merges_file))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def openai(vocab_file):
    """From the pieces alone: names are decoded by a table made here, after the description in GPT-2's paper and code."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}
    with open(vocab_file, encoding="utf-8") as file:
        ids = json.load(file)
    special = {END_OF_TEXT: ids.pop(END_OF_TEXT)}
    ranks = {bytes(byte_of[c] for c in name): i for name, i in ids.items()}
    return tiktoken.Encoding("local", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=special)


def word_sizes(tokenizer, text):
    words = tokenizer.pre_tokenizer.pre_tokenize_str(text)
    return [len(text[begin:end].encode()) for _, (begin, end) in words]


def main():
    vocab_file, merges_file, texts_file, result_file, *peers = sys.argv[1:]
    with open(texts_file, encoding="utf-8") as file:
        texts = json.load(file)
    tokenizer = huggingface(vocab_file, merges_file)
    result = {
        "tokenizers": [tokenizer.encode(text).ids for text in texts],
        "words": [word_sizes(tokenizer, text) for text in texts],
    }
    if "tiktoken" in peers:
        encoding = openai(vocab_file)
        result["tiktoken"] = [encoding.encode_ordinary(text) for text in texts]
    with open(result_file, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
