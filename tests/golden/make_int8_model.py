#!/usr/bin/env python3
"""Writes int8_erf/ and int8_tanh/: small int8 models, each a folder with
config.json and model.int8.safetensors, and beside them expected.safetensors,
what NumPy makes of them.

  build/deps/test/bin/python tests/golden/make_int8_model.py

Between the int8 products all is float64. Where a value stands near the middle
between two int8 numbers, float32 may round it to the other one: of some sets of
weights (cosines: no random generator) that one is taken whose values all keep
off by MARGIN, so that every arithmetic has the same integers.
"""

import json
import math
import pathlib

import numpy as np
from safetensors.numpy import save_file

TOKENS = 9
MARGIN = 2e-4  # of a step; float32 is off by some 127 * 1e-6 at most


def make_config(activation):
    return {
        "model_type": "gpt2", "n_layer": 2, "n_head": 3, "n_embd": 24,
        "n_inner": 40, "vocab_size": 61, "n_positions": 13,
        "activation_function": activation, "layer_norm_epsilon": 1e-5,
        "eos_token_id": 60, "nanobrain": {"bias": activation != "gelu"},
    }


def quantize_rows(matrix):
    """(out, in) -> int8 and a scale for each row."""
    peak = np.abs(matrix).max(1).astype(np.float32)
    scale = np.where(peak > 0, peak / np.float32(127), np.float32(1))
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale


def make_weights(c, phase):
    C, ffn = c["n_embd"], c["n_inner"]
    tensors, begin = {}, 0

    def wave(*shape):
        nonlocal begin
        index = np.arange(begin, begin + math.prod(shape), dtype=np.float64)
        begin += index.size
        return np.cos(index * index * 0.37 + index * 0.11 + phase).reshape(shape)

    def matrix(name, out, size):
        q, scale = quantize_rows(wave(out, size) * math.sqrt(2 / size))
        tensors[name] = q
        tensors[name + ".scale"] = scale

    matrix("wte.weight", c["vocab_size"], C)
    tensors["wpe.weight"] = (0.3 * wave(c["n_positions"], C)).astype(np.float16)
    norms = ["ln_f"]
    for layer in range(c["n_layer"]):
        block = f"h.{layer}."
        for name, out, size in (("attn.c_attn", 3 * C, C), ("attn.c_proj", C, C),
                                ("mlp.c_fc", ffn, C), ("mlp.c_proj", C, ffn)):
            matrix(block + name + ".weight", out, size)
            if c["nanobrain"]["bias"]:
                tensors[block + name + ".bias"] = 0.2 * wave(out)
        norms += [block + "ln_1", block + "ln_2"]
    for name in norms:
        tensors[name + ".weight"] = 1 + 0.2 * wave(C)
        tensors[name + ".bias"] = 0.1 * wave(C)
    return {"transformer." + name: t if t.dtype != np.float64
            else t.astype(np.float32) for name, t in tensors.items()}


class Forward:
    def __init__(self, c, tensors):
        self.c = c
        self.w = {n.removeprefix("transformer."): t for n, t in tensors.items()}
        self.margin = 1.0

    def product(self, x, name):
        """x (T, in) quantized row by row, times int8 weights. (T, out)"""
        weight, weight_scale = self.w[name], self.w[name + ".scale"]
        peak = np.abs(x).max(1, keepdims=True).astype(np.float32)
        steps = x * (np.float32(127) / peak).astype(np.float64)
        distance = np.abs(steps - np.floor(steps) - 0.5)
        self.margin = min(self.margin, distance.min())
        q = np.rint(steps).astype(np.int64)
        assert np.abs(q).max() == 127
        exact = q @ weight.astype(np.int64).T
        return exact * (peak / np.float32(127)).astype(np.float64) * weight_scale

    def linear(self, x, name):
        return self.product(x, name + ".weight") + self.w.get(name + ".bias", 0)

    def norm(self, x, name):
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred ** 2).mean(-1, keepdims=True)
        scaled = centred / np.sqrt(variance + self.c["layer_norm_epsilon"])
        return scaled * self.w[name + ".weight"] + self.w[name + ".bias"]

    def gelu(self, x):
        if self.c["activation_function"] == "gelu":
            return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)
        return x * 0.5 * (1 + np.tanh(inner))

    def attention(self, qkv):
        T, heads = len(qkv), self.c["n_head"]
        q, k, v = (part.reshape(T, heads, -1).swapaxes(0, 1)
                   for part in np.split(qkv, 3, axis=1))  # (nh, T, hs)
        scores = q @ k.swapaxes(1, 2) / math.sqrt(q.shape[2])
        scores[:, np.triu(np.ones((T, T), bool), 1)] = -np.inf
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        return (shares @ v).swapaxes(0, 1).reshape(T, -1)

    def logits(self, ids):
        w = self.w
        embedder = w["wte.weight"] * w["wte.weight.scale"][:, None].astype(float)
        x = embedder[ids] + w["wpe.weight"][:len(ids)].astype(float)
        for layer in range(self.c["n_layer"]):
            block = f"h.{layer}."
            qkv = self.linear(self.norm(x, block + "ln_1"), block + "attn.c_attn")
            x = x + self.linear(self.attention(qkv), block + "attn.c_proj")
            middle = self.linear(self.norm(x, block + "ln_2"), block + "mlp.c_fc")
            x = x + self.linear(self.gelu(middle), block + "mlp.c_proj")
        return self.product(self.norm(x, "ln_f"), "wte.weight")


def main():
    for name, activation in (("int8_erf", "gelu"), ("int8_tanh", "gelu_new")):
        c = make_config(activation)
        index = np.arange(TOKENS)
        ids = (index * index * 7 + index * 3 + 1) % c["vocab_size"]
        for attempt in range(1000):
            tensors = make_weights(c, attempt)
            forward = Forward(c, tensors)
            logits = forward.logits(ids)
            if forward.margin >= MARGIN:
                break
        else:
            raise SystemExit("no weights keep off the middles")
        folder = pathlib.Path(__file__).with_name(name)
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(c, indent=2) + "\n")
        save_file(tensors, folder / "model.int8.safetensors",
                  {"format": "nanobrain-int8", "version": "1"})
        save_file({"ids": ids, "logits": logits}, folder / "expected.safetensors")
        size = sum(f.stat().st_size for f in folder.iterdir())
        print(f"{name}: {size} bytes, phase {attempt}, margin {forward.margin}")


if __name__ == "__main__":
    main()
