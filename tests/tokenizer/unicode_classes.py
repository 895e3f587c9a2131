"""Prints, as JSON, the classes of all code points as the peers' regular expressions see them.

{"tiktoken": {"letter": [[first, last], ...], "number": ..., "space": ...}, "tokenizers": ...}
"""
import json

import tiktoken
from tokenizers import Regex, pre_tokenizers

CLASSES = {"letter": r"\p{L}", "number": r"\p{N}", "space": r"\s"}
ALL = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)


def by_tiktoken(pattern):
    """It drops what its pattern does not match."""
    encoding = tiktoken.Encoding(
        "bytes", pat_str=pattern, mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={})
    return bytes(encoding.encode_ordinary(ALL)).decode()


def by_tokenizers(pattern):
    dropping = pre_tokenizers.Split(Regex(pattern), "removed")
    left = set()
    for begin in range(0, len(ALL), 4096):  # much faster in parts
        for part, _ in dropping.pre_tokenize_str(ALL[begin:begin + 4096]):
            left.update(part)
    return [c for c in ALL if c not in left]


def ranges(characters):
    found = []
    for code in map(ord, characters):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


peers = {"tiktoken": by_tiktoken, "tokenizers": by_tokenizers}
print(json.dumps({peer: {name: ranges(of(pattern)) for name, pattern in CLASSES.items()} for peer, of in peers.items()}))
