"""GPT-2 small by transformers, beside nanobrain on the same model and text.

gpt2_torch.py make TOKENIZER_DIR MODEL_DIR      a GPT2LMHeadModel of GPT2Config() with random weights, and its tokenizer's files
gpt2_torch.py eval MODEL_DIR TEXT --precision f32|bf16 --threads N [--context 1024]
    The loss of each token of TEXT but the first of each window, in disjoint windows, a last short one too. Prints one JSON
    object: tokens, nats_per_token, tokens_per_s, peak_rss_bytes, versions. One window before the clock starts.
gpt2_torch.py table RESULTS.jsonl               these lines and those of `nanobrain eval --json` as a Markdown table
"""
import argparse
import json
import pathlib
import resource
import shutil
import statistics
import time

import torch
import transformers
from gpt2_peers import by_huggingface
from transformers import GPT2Config, GPT2LMHeadModel

NAMES = {"encoder.json": "vocab.json", "vocab.bpe": "merges.txt", "vocab.json": "vocab.json", "merges.txt": "merges.txt"}


def make(args):
    torch.manual_seed(42)
    GPT2LMHeadModel(GPT2Config()).save_pretrained(args.model)
    for name, published in NAMES.items():
        source = pathlib.Path(args.tokenizer) / name
        if source.exists():
            shutil.copyfile(source, pathlib.Path(args.model) / published)


def evaluate(args):
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(args.threads)
    folder = pathlib.Path(args.model)
    tokenizer = by_huggingface(folder / "vocab.json", folder / "merges.txt")
    rows = pathlib.Path(args.text).read_text(encoding="utf-8").splitlines(keepends=True)
    text = "\n\n".join("" if row.isspace() else row for row in rows)
    ids = torch.tensor(tokenizer.encode(text).ids)
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[args.precision]
    model = GPT2LMHeadModel.from_pretrained(folder, dtype=dtype).eval()
    windows = ids.split(args.context)
    loss, scored, seconds = 0.0, 0, []
    with torch.inference_mode():
        model(windows[0][None], labels=windows[0][None])  # warm-up
        for window in windows:
            if len(window) < 2:
                continue
            start = time.perf_counter()
            mean = model(window[None], labels=window[None]).loss.item()
            seconds.append(time.perf_counter() - start)
            loss += mean * (len(window) - 1)
            scored += len(window) - 1
    print(json.dumps({
        "system": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "precision": args.precision, "threads": args.threads, "tokens": scored, "nats_per_token": loss / scored,
        "tokens_per_s": scored / sum(seconds),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


def table(args):
    rounds = {}
    for line in pathlib.Path(args.results).read_text().splitlines():
        row = json.loads(line)
        rounds.setdefault((row["threads"], row["precision"], row.get("system", "nanobrain")), []).append(row)
    print("| | threads | tokens/s | min to max | nanobrain is | nats per token | nanobrain's differ by |")
    print("|---|---|---|---|---|---|---|")
    for (threads, precision, system), rows in rounds.items():
        own = rounds[threads, precision, "nanobrain"]
        speeds = [row["tokens_per_s"] for row in rows]
        ratio = statistics.median(row["tokens_per_s"] for row in own) / statistics.median(speeds)
        loss = rows[0]["nats_per_token"]
        print(f"| {system}, {precision} | {threads} | {statistics.median(speeds):,.0f} "
              f"| {min(speeds):,.0f} to {max(speeds):,.0f} | {ratio:.2f} x | {loss:.6f} "
              f"| {abs(own[0]['nats_per_token'] - loss):.1e} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("make")
    command.add_argument("tokenizer")
    command.add_argument("model")
    command.set_defaults(run=make)
    command = commands.add_parser("eval")
    command.add_argument("model")
    command.add_argument("text")
    command.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    command.add_argument("--threads", type=int, required=True)
    command.add_argument("--context", type=int, default=1024)
    command.set_defaults(run=evaluate)
    command = commands.add_parser("table")
    command.add_argument("results")
    command.set_defaults(run=table)
    arguments = parser.parse_args()
    arguments.run(arguments)
