"""An int8 model folder as NumPy sees it: the layout of its file, and its arithmetic a second time, in f64.

  int8_peer.py layout FOLDER8 FOLDER32
    Prints {"metadata", "tensors": {name: [dtype, shape]}, "wrong": [lines]}: what is not as quantizing
    FOLDER32/model.safetensors must give.
  int8_peer.py score FOLDER8 FOLDER32 IDS...
    Of the sequence IDS, each id after the first a target, prints what both models say: {"f32", "int8": nats of each,
    "kl": mean KL(f32 || int8), "same_top1": share, "block_errors": relative 2-norms of the blocks' outputs}.
"""
import json
import math
import pathlib
import sys

import numpy as np
from safetensors import safe_open

MATRICES = ("attn.c_attn.weight", "attn.c_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight")


def read(path):
    with safe_open(str(path), "numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def load_f32(folder):
    """The parameters by name, matrices [out, in]."""
    tensors, _ = read(folder / "model.safetensors")
    tensors = {name.removeprefix("transformer."): value.astype(np.float32) for name, value in tensors.items()}
    return {name: value.T if name.endswith(MATRICES) else value for name, value in tensors.items()}


def check_layout(folder8, folder32):
    stored, metadata = read(folder8 / "model.int8.safetensors")
    wrong, expected = [], set()
    for name, w in load_f32(folder32).items():
        full = "transformer." + name
        if name == "wpe.weight":
            expected.add(full)
            if stored[full].dtype != np.float16 or not np.array_equal(stored[full], w.astype(np.float16)):
                wrong.append(full)
        elif w.ndim == 2:
            expected |= {full, full + ".scale"}
            q, scale = stored[full].astype(np.float64), stored[full + ".scale"]
            most = np.abs(w).max(axis=1)
            if not np.array_equal(scale, np.where(most > 0, most / np.float32(127), np.float32(1))):
                wrong.append(f"{full}.scale")
            elif np.abs(q).max() > 127 or not np.array_equal(np.abs(q).max(axis=1), np.where(most > 0, 127, 0)):
                wrong.append(f"{full}: not from -127 to 127")
            # Half a step, and the rounding of the f32 division.
            elif (np.abs(q * scale[:, None] - w) > 0.5001 * scale[:, None]).any():
                wrong.append(f"{full}: off by more than half a step")
        elif name.endswith(".bias") and "ln_" not in name and not w.any():
            pass  # a zero bias is left out
        else:
            expected.add(full)
            if stored[full].dtype != np.float32 or not np.array_equal(stored[full], w):
                wrong.append(full)
    wrong += sorted(expected ^ set(stored))
    names = {np.dtype(np.int8): "I8", np.dtype(np.float16): "F16", np.dtype(np.float32): "F32"}
    tensors = {name: [names[value.dtype], list(value.shape)] for name, value in stored.items()}
    return {"metadata": metadata, "tensors": tensors, "wrong": wrong}


class F32:
    def __init__(self, folder):
        self.weights = load_f32(folder)

    def __getitem__(self, name):
        return self.weights[name].astype(np.float64)

    def product(self, name, x):
        return x @ self[name + ".weight"].T + self.weights.get(name + ".bias", 0)


class Int8:
    def __init__(self, folder):
        stored, _ = read(folder / "model.int8.safetensors")
        self.weights = {name.removeprefix("transformer."): value for name, value in stored.items()}

    def __getitem__(self, name):
        w = self.weights[name].astype(np.float64)
        scale = self.weights.get(name + ".scale")
        return w if scale is None else w * scale[:, None]

    def product(self, name, x):
        most = np.abs(x).max(axis=1, keepdims=True)
        q = np.rint(x * (127 / most))
        w = self.weights[name + ".weight"].astype(np.float64)
        y = (q @ w.T) * (most / 127) * self.weights[name + ".weight.scale"]
        return y + self.weights.get(name + ".bias", 0)


def gelu(x, kind):
    if kind == "gelu_new":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def forward(model, config, ids):
    """Log-probabilities (T, V), and the blocks' outputs."""
    heads = config["n_head"]

    def norm(name, x):
        centred = x - x.mean(axis=1, keepdims=True)
        variance = (centred**2).mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt(variance + config["layer_norm_epsilon"])
        return scaled * model[name + ".weight"] + model[name + ".bias"]

    def attention(x):
        queries, keys, values = (np.split(part, heads, axis=1) for part in np.split(x, 3, axis=1))
        future = np.triu(np.full((len(x), len(x)), -np.inf), 1)
        parts = []
        for q, k, v in zip(queries, keys, values):
            parts.append(np.exp(log_softmax(q @ k.T / math.sqrt(q.shape[1]) + future)) @ v)
        return np.concatenate(parts, axis=1)

    x = model["wte.weight"][ids] + model["wpe.weight"][:len(ids)]
    blocks = []
    for i in range(config["n_layer"]):
        h = f"h.{i}."
        x = x + model.product(h + "attn.c_proj", attention(model.product(h + "attn.c_attn", norm(h + "ln_1", x))))
        inner = gelu(model.product(h + "mlp.c_fc", norm(h + "ln_2", x)), config["activation_function"])
        x = x + model.product(h + "mlp.c_proj", inner)
        blocks.append(x)
    return log_softmax(model.product("wte", norm("ln_f", x))), blocks


def score(folder8, folder32, ids):
    config = json.loads((folder8 / "config.json").read_text(encoding="utf-8"))
    exact, exact_blocks = forward(F32(folder32), config, ids[:-1])
    quantized, blocks = forward(Int8(folder8), config, ids[:-1])
    rows = np.arange(len(ids) - 1)
    return {
        "f32": list(-exact[rows, ids[1:]]),
        "int8": list(-quantized[rows, ids[1:]]),
        "kl": (np.exp(exact) * (exact - quantized)).sum(axis=1).mean(),
        "same_top1": float((exact.argmax(axis=1) == quantized.argmax(axis=1)).mean()),
        "block_errors": [np.linalg.norm(b - e) / np.linalg.norm(e) for b, e in zip(blocks, exact_blocks)],
    }


command, folder8, folder32, *ids = sys.argv[1:]
folders = pathlib.Path(folder8), pathlib.Path(folder32)
result = check_layout(*folders) if command == "layout" else score(*folders, [int(i) for i in ids])
print(json.dumps(result))
