"""Times one tokenizer on the documents of a text, once; loading is left out. One JSON line on stdout.

    tokenizers_speed.py PEER --text FILE --folder FOLDER --threads N [--nanobrain PROGRAM --scratch FILE]

FOLDER holds GPT-2's files, or tokenizer.model for sentencepiece.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import subprocess
import time


def nanobrain(options):
    run = subprocess.run(
        [options.nanobrain, "tokenizer", "encode", "--tokenizer", options.folder, "--split-documents", "--threads", str(options.threads),
         "--json", "--output", options.scratch, "--force"],
        stdin=options.text.open("rb"), stdout=subprocess.PIPE, check=True)
    result = json.loads(run.stdout)
    version = subprocess.run([options.nanobrain, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[1]
    return version.rstrip(","), result["tokens"], result["mb_per_s"]


def encoder(options):
    """A function from documents to a list whose items are as long as they have tokens."""
    if options.peer == "sentencepiece":
        import sentencepiece
        processor = sentencepiece.SentencePieceProcessor(model_file=str(options.folder / "tokenizer.model"))
        return lambda documents: processor.encode(documents, num_threads=options.threads)
    os.environ["RAYON_NUM_THREADS"] = str(options.threads)
    from gpt2_peers import by_huggingface, by_tiktoken
    names = ("vocab.json", "merges.txt") if (options.folder / "vocab.json").exists() else ("encoder.json", "vocab.bpe")
    files = [options.folder / name for name in names]
    if options.peer == "tiktoken":
        encoding = by_tiktoken(files[0])
        return lambda documents: encoding.encode_ordinary_batch(documents, num_threads=options.threads)
    return by_huggingface(*files).encode_batch_fast


def other(options):
    encode = encoder(options)
    text = options.text.read_text(encoding="utf-8")
    documents = text.split("\n\n")
    begin = time.perf_counter()
    ids = encode(documents)
    seconds = time.perf_counter() - begin
    return importlib.metadata.version(options.peer), sum(map(len, ids)), len(text.encode()) / 1e6 / seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["nanobrain", "tiktoken", "tokenizers", "sentencepiece"])
    parser.add_argument("--text", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--nanobrain")
    parser.add_argument("--scratch")
    options = parser.parse_args()
    version, tokens, mb_per_s = (nanobrain if options.peer == "nanobrain" else other)(options)
    print(json.dumps({"peer": options.peer, "version": version, "threads": options.threads, "tokens": tokens, "mb_per_s": mb_per_s}))


if __name__ == "__main__":
    main()
