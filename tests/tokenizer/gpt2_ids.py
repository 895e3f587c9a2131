"""Encodes texts as the peers do: gpt2_ids.py VOCAB MERGES TEXTS.json RESULT.json [tiktoken]

VOCAB is vocab.json or encoder.json, MERGES merges.txt or vocab.bpe, TEXTS.json a list of strings. Writes {"tokenizers": the ids of each
text by Hugging Face, "words": the sizes in bytes of the words that it cuts each text into, "tiktoken": the ids by tiktoken}.
"""
import json
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "experiments" / "peers"))
from gpt2_peers import by_huggingface, by_tiktoken  # noqa: E402


def word_sizes(tokenizer, text):
    words = tokenizer.pre_tokenizer.pre_tokenize_str(text)
    return [len(text[begin:end].encode()) for _, (begin, end) in words]


def main():
    vocab_file, merges_file, texts_file, result_file, *peers = sys.argv[1:]
    with open(texts_file, encoding="utf-8") as file:
        texts = json.load(file)
    tokenizer = by_huggingface(vocab_file, merges_file)
    result = {
        "tokenizers": [tokenizer.encode(text).ids for text in texts],
        "words": [word_sizes(tokenizer, text) for text in texts],
    }
    if "tiktoken" in peers:
        encoding = by_tiktoken(vocab_file)
        result["tiktoken"] = [encoding.encode_ordinary(text) for text in texts]
    with open(result_file, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
