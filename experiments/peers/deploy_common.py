"""What the peers of deploy.sh share: the model's weights, the work, the clock, the lines of results."""
import json
import pathlib
import statistics
import time

import numpy as np
from safetensors.numpy import load_file

TOKENS = 64  # of a forward and a prompt
GENERATED = 128  # after a prompt of PROMPT tokens
PROMPT = 16


class Weights:
    """config.json and the tensors of a Hugging Face GPT-2 folder, names without prefix, matrices [in, out]."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        config = json.loads((folder / "config.json").read_text())
        self.layers, self.heads, self.dim = config["n_layer"], config["n_head"], config["n_embd"]
        self.ffn = config.get("n_inner") or 4 * self.dim
        self.vocab, self.context = config["vocab_size"], config["n_positions"]
        if self.context < max(TOKENS, PROMPT + GENERATED):
            raise SystemExit(f"deploy: {folder} has a context of {self.context}, too short for the work")
        self.tanh = config["activation_function"] == "gelu_new"
        self.epsilon = config["layer_norm_epsilon"]
        stored = load_file(folder / "model.safetensors")
        self.tensors = {name.removeprefix("transformer."): np.ascontiguousarray(x, np.float32) for name, x in stored.items()}

    def __getitem__(self, name):
        return self.tensors[name]

    def bias(self, name):
        """None where it is zero: peers that can leave it out do."""
        return self.tensors[name] if self.tensors[name].any() else None


def work_ids(vocab, count=TOKENS):
    """The ids that every peer reads."""
    return [i * 7919 % vocab for i in range(1, count + 1)]


def seconds_of(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def repeat(measure, seconds=1.0, warm_up=0.3, least=3):
    """What measure() returns again and again for about `seconds`, `least` times at least, after `warm_up` seconds of it."""
    def fill(duration, at_least):
        end = time.perf_counter() + duration
        values = []
        while len(values) < at_least or time.perf_counter() < end:
            values.append(measure())
        return values

    fill(warm_up, 1)
    return fill(seconds, least)


class Results:
    """Prints a JSON line for each work of one system."""

    def __init__(self, system, version, threads):
        self.common = {"system": system, "version": version, "threads": threads}

    def _print(self, work, unit, values, **more):
        print(json.dumps(self.common | {
            "work": work, "unit": unit, "median": statistics.median(values), "min": min(values), "max": max(values),
            "repetitions": len(values)} | more), flush=True)

    def latency(self, work, call, **more):
        self._print(work, "ms", [1e3 * t for t in repeat(lambda: seconds_of(call))], **more)

    def speed(self, work, seconds_for, tokens, **more):
        """seconds_for() handles `tokens` tokens and returns the seconds that count."""
        self._print(work, "tokens/s", [tokens / t for t in repeat(seconds_for)], **more)


def generate(feed, vocab, next_id=np.argmax):
    """Greedy, one sequence: feed(ids, first) gives the logits after the last id. Returns the seconds after the prompt."""
    token = int(next_id(feed(work_ids(vocab, PROMPT), True)))
    start = time.perf_counter()
    for _ in range(GENERATED):
        token = int(next_id(feed([token], False)))
    return time.perf_counter() - start


def relative_error(logits, reference_file):
    """||difference|| / ||reference|| to the logits that `deploy_torch.py eager` left; None before it ran."""
    path = pathlib.Path(reference_file)
    if not path.exists():
        return None
    reference = np.load(path)
    return float(np.linalg.norm(np.asarray(logits, np.float64).reshape(reference.shape) - reference) / np.linalg.norm(reference))
