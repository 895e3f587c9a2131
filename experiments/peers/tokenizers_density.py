"""How densely tokenizers write a text: a Markdown row for each.

    tokenizers_density.py TEXT NAME=FOLDER... [--nanobrain PROGRAM] [--rounds N]

TEXT holds documents separated by blank lines. A FOLDER holds tokenizer.lexical.json, tokenizer.model with tokenizer.json, or vocab.json
with merges.txt. "learned" is the share of the bytes in pieces that training has chosen: LEARNED entries of a lexical tokenizer,
SentencePiece's pieces but those of byte fallback, GPT-2's but the 256 bytes. MB/s is of nanobrain on one thread, the text ten times
over, tokenizers in turns: median (min to max) of the rounds after a first.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import tempfile


def lexical(folder):
    entries = json.loads((folder / "tokenizer.lexical.json").read_text())
    return {e["id"]: (len(e["bytes_hex"]) // 2 + e["space_prefix"], e["kind"] == "LEARNED") for e in entries}


def sentencepiece(folder):
    vocab = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    is_byte = re.compile("<0x[0-9A-F]{2}>").fullmatch
    return {i: (1, False) if is_byte(name) else (len(name.encode()), True) for name, i in vocab.items()}


def gpt2(folder):
    names = ("vocab.json", "encoder.json")
    vocab = json.loads(next(folder / n for n in names if (folder / n).exists()).read_text(encoding="utf-8"))
    return {i: (len(name), len(name) > 1) for name, i in vocab.items()}  # a character of a name is a byte


def read_pieces(folder):
    if (folder / "tokenizer.lexical.json").exists():
        return lexical(folder)
    return sentencepiece(folder) if (folder / "tokenizer.model").exists() else gpt2(folder)


def encode(options, folder, text, output):
    command = [options.nanobrain, "tokenizer", "encode", "--tokenizer", folder, "--split-documents", "--threads", "1", "--json", "--output",
               output, "--force"]
    return json.loads(subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("tokenizers", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--nanobrain", default="build/release/bin/nanobrain")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    folders = {name: pathlib.Path(folder) for name, _, folder in (t.partition("=") for t in options.tokenizers)}
    text = options.text.read_bytes()
    speeds = {name: [] for name in folders}
    print("| tokenizer | ids | bytes per token | learned | in pieces of two bytes or more | MB/s, one thread |\n|---|---|---|---|---|---|")
    with tempfile.NamedTemporaryFile() as scratch:
        for _ in range(options.rounds + 1):
            for name, folder in folders.items():
                speeds[name].append(encode(options, folder, text * 10, scratch.name)["mb_per_s"])
        for name, folder in folders.items():
            encode(options, folder, text, scratch.name)
            pieces = read_pieces(folder)
            ids = [int(i) for i in pathlib.Path(scratch.name).read_text().split()]
            size = sum(pieces[i][0] for i in ids)
            learned = sum(pieces[i][0] for i in ids if pieces[i][1])
            longer = sum(pieces[i][0] for i in ids if pieces[i][0] > 1)
            rates = speeds[name][1:]
            print(f"| {name} | {max(pieces) + 1:,} | {size / len(ids):.4f} | {learned / size:.4f} | {longer / size:.4f} | "
                  f"{statistics.median(rates):.1f} ({min(rates):.1f} to {max(rates):.1f}) |")


if __name__ == "__main__":
    main()
