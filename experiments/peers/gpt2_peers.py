"""GPT-2's tokenizer by other programs, from its files: vocab.json and merges.txt, or encoder.json and vocab.bpe."""
import json

import tiktoken
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
END_OF_TEXT = "<|endoftext|>"


def by_huggingface(vocab_file, merges_file):
    tokenizer = Tokenizer(models.BPE.from_file(str(vocab_file), str(merges_file)))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def by_tiktoken(vocab_file):
    """It ranks merges by the id of what they make: for vocabularies whose ids are in the order of merges.

    The files spell each byte of a piece as one character: printable Latin-1 as itself, the other 68 as U+0100 and on.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable} | {chr(0x100 + i): byte for i, byte in enumerate(others)}
    with open(vocab_file, encoding="utf-8") as file:
        ids = json.load(file)
    special = {END_OF_TEXT: ids.pop(END_OF_TEXT)}
    ranks = {bytes(byte_of[c] for c in name): i for name, i in ids.items()}
    return tiktoken.Encoding("gpt2_from_files", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=special)
