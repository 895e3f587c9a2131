"""llama2.c at the dimensions of a model: it knows Llama's layers alone, so random weights of the same shape do the same work, but
for a feed-forward of three matrices instead of two.

deploy_llama2c.py make MODEL CHECKOUT DIR    compiles run.c and runq.c of the checkout (-Ofast, OpenMP, this processor, or AVX2
                                             where NANOBRAIN_ISA is avx2) and writes model.bin (f32), modelq.bin (int8, groups of 64)
                                             and tokenizer.bin
deploy_llama2c.py time DIR --threads N       prints a JSON line for f32 and int8: generate, greedy, from no prompt
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import struct
import subprocess

import numpy as np
from deploy_common import Weights

GROUP = 64
STEPS = 144
MARCH = "x86-64-v3" if os.environ.get("NANOBRAIN_ISA") == "avx2" else "native"
PROGRAMS = {"f32": ("run", "model.bin"), "int8": ("runq", "modelq.bin")}


def random_weights(w):
    """Arrays by name, in the order of the f32 file."""
    generator = np.random.default_rng(1)

    def matrix(*shape):
        return generator.standard_normal(shape, np.float32) / np.float32(shape[-1] ** 0.5)

    C, H, L = w.dim, w.ffn, w.layers
    return {
        "tokens": matrix(w.vocab, C), "rms_att": np.ones((L, C), np.float32),
        "wq": matrix(L, C, C), "wk": matrix(L, C, C), "wv": matrix(L, C, C), "wo": matrix(L, C, C),
        "rms_ffn": np.ones((L, C), np.float32), "w1": matrix(L, H, C), "w2": matrix(L, C, H), "w3": matrix(L, H, C),
        "rms_final": np.ones(C, np.float32),
    }


def write_f32(path, dimensions, weights, rotary):
    with open(path, "wb") as file:
        file.write(dimensions)
        for array in weights.values():
            array.tofile(file)
        np.zeros(rotary, np.float32).tofile(file)  # tables that the program passes over


def write_int8(path, dimensions, weights):
    with open(path, "wb") as file:
        header = struct.pack("<Ii", 0x616B3432, 2) + dimensions + struct.pack("<Bi", 1, GROUP)
        file.write(header.ljust(256, b"\0"))
        for name in ("rms_att", "rms_ffn", "rms_final"):
            weights[name].tofile(file)
        for name in ("tokens", "wq", "wk", "wv", "wo", "w1", "w2", "w3"):
            layers = weights[name] if weights[name].ndim == 3 else weights[name][None]
            for layer in layers:
                groups = layer.reshape(-1, GROUP)
                scale = np.abs(groups).max(1) / np.float32(127)
                np.round(groups / scale[:, None]).astype(np.int8).tofile(file)
                scale.tofile(file)


def make(args):
    w = Weights(args.model)
    folder = pathlib.Path(args.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for program, _ in PROGRAMS.values():
        subprocess.run(["gcc", "-Ofast", "-fopenmp", f"-march={MARCH}", f"{args.checkout}/{program}.c", "-lm", "-o", folder / program], check=True)
    dimensions = struct.pack("<7i", w.dim, w.ffn, w.layers, w.heads, w.heads, w.vocab, w.context)
    weights = random_weights(w)
    write_f32(folder / "model.bin", dimensions, weights, w.context * w.dim // w.heads)
    write_int8(folder / "modelq.bin", dimensions, weights)
    with open(folder / "tokenizer.bin", "wb") as file:
        file.write(struct.pack("<i", 8))
        for i in range(w.vocab):
            piece = f"{i:x}".encode()
            file.write(struct.pack("<fi", 0.0, len(piece)) + piece)


def time_it(args):
    environment = os.environ | {"OMP_NUM_THREADS": str(args.threads)}
    for kind, (program, model) in PROGRAMS.items():
        speeds = []
        for _ in range(11):
            command = [f"./{program}", model, "-z", "tokenizer.bin", "-t", "0", "-n", str(STEPS), "-i", ""]
            said = subprocess.run(command, cwd=args.folder, env=environment, capture_output=True, check=True).stderr.decode()
            speeds.append(float(re.search(r"tok/s: ([\d.]+)", said)[1]))
        speeds = speeds[1:]  # the first warms up
        print(json.dumps({
            "system": f"llama2.c {kind}, random weights", "version": "", "threads": args.threads, "work": "generate", "unit": "tokens/s",
            "median": statistics.median(speeds), "min": min(speeds), "max": max(speeds)}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("make")
    for argument in ("model", "checkout", "folder"):
        command.add_argument(argument)
    command.set_defaults(run=make)
    command = commands.add_parser("time")
    command.add_argument("folder")
    command.add_argument("--threads", type=int, required=True)
    command.set_defaults(run=time_it)
    arguments = parser.parse_args()
    arguments.run(arguments)
