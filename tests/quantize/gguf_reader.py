"""A reader of GGUF 3 from its specification (docs/gguf.md of ggml), and a comparison with the model that was exported.

  gguf_reader.py FILE.gguf MODEL_DIR
    Prints one JSON object: metadata; tensors {name: {"shape", "type"}}, shapes row-major; wrong: what differs from
    MODEL_DIR/model.safetensors, a line each. f32 must be equal; Q8_0 must be the bytes that NumPy makes of the weights.
"""
import json
import pathlib
import struct
import sys

import numpy as np
from safetensors.numpy import load_file

ALIGNMENT = 32
F32, Q8_0 = 0, 8
BLOCK = np.dtype([("scale", "<f2"), ("q", "i1", 32)])
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9


class Reader:
    def __init__(self, data):
        self.data, self.position = data, 0

    def scalar(self, code):
        value, = struct.unpack_from("<" + code, self.data, self.position)
        self.position += struct.calcsize("<" + code)
        return value

    def string(self):
        length = self.scalar("Q")
        self.position += length
        return self.data[self.position - length:self.position].decode("utf-8")

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            kind, length = self.scalar("I"), self.scalar("Q")
            return [self.value(kind) for _ in range(length)]
        return self.scalar(SCALARS[kind])


def read_gguf(path):
    """(metadata, {name: (shape, type, array)}); Q8_0 arrays are (rows, blocks) of scale and q."""
    data = pathlib.Path(path).read_bytes()
    reader = Reader(data)
    assert data[:4] == b"GGUF" and struct.unpack_from("<I", data, 4) == (3,)
    reader.position = 8
    tensor_count, metadata_count = reader.scalar("Q"), reader.scalar("Q")
    metadata = {}
    for _ in range(metadata_count):
        key = reader.string()
        assert key not in metadata, key
        metadata[key] = reader.value(reader.scalar("I"))
    infos = []
    for _ in range(tensor_count):
        name = reader.string()
        shape = [reader.scalar("Q") for _ in range(reader.scalar("I"))][::-1]
        infos.append((name, shape, reader.scalar("I"), reader.scalar("Q")))
    begin = -(-reader.position // ALIGNMENT) * ALIGNMENT
    tensors, end = {}, 0
    for name, shape, kind, offset in infos:
        assert offset % ALIGNMENT == 0 and offset == -(-end // ALIGNMENT) * ALIGNMENT, name
        count = int(np.prod(shape))
        dtype, count = (np.dtype("<f4"), count) if kind == F32 else (BLOCK, count // 32)
        array = np.frombuffer(data, dtype, count, begin + offset)
        end = offset + array.nbytes
        tensors[name] = shape, kind, array.reshape(shape[:-1] + [-1])
    assert len(data) == begin + -(-end // ALIGNMENT) * ALIGNMENT
    return metadata, tensors


def quantize(x):
    """The published scheme, in f32 as it says: scale = max / 127, q = x / scale with halves away from zero."""
    blocks = x.reshape(*x.shape[:-1], -1, 32)
    scale = np.abs(blocks).max(-1) / np.float32(127)
    with np.errstate(divide="ignore"):
        inverse = np.where(scale == 0, np.float32(0), np.float32(1) / scale)
    scaled = (blocks * inverse[..., None]).astype(np.float64)
    result = np.zeros(scale.shape, BLOCK)
    result["scale"] = scale
    result["q"] = np.trunc(scaled + np.copysign(0.5, scaled))
    return result


def expected_weights(folder):
    """{llama.cpp's name: [out, in] or vector} of a folder that transformers reads."""
    stored = {name.removeprefix("transformer."): x for name, x in load_file(folder + "/model.safetensors").items()}
    names = {"wte.weight": "token_embd.weight", "wpe.weight": "position_embd.weight",
             "ln_f.weight": "output_norm.weight", "ln_f.bias": "output_norm.bias"}
    parts = {"ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm",
             "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
    weights = {}
    for name, x in stored.items():
        if name.startswith("h."):
            _, layer, part = name.split(".", 2)
            stem, kind = part.rsplit(".", 1)
            weights[f"blk.{layer}.{parts[stem]}.{kind}"] = x.T if x.ndim == 2 else x
        else:
            weights[names[name]] = x
    return weights


def main():
    metadata, tensors = read_gguf(sys.argv[1])
    weights = expected_weights(sys.argv[2])
    wrong = [f"{name}: in one of the two alone" for name in weights.keys() ^ tensors.keys()]
    for name, (shape, kind, array) in tensors.items():
        x = weights.get(name)
        if x is None:
            continue
        if shape != list(x.shape):
            wrong.append(f"{name}: {shape}, expected {x.shape}")
        elif kind == F32 and not np.array_equal(array, x):
            wrong.append(f"{name}: other values")
        elif kind == Q8_0:
            back = (array["scale"].astype(np.float32)[..., None] * array["q"]).reshape(shape)
            # Half a step, and what f16 rounds of 127 of them.
            bound = np.abs(x).max() / 127 * (0.5 + 127 * 2.0 ** -11)
            if not np.array_equal(array, quantize(x)) or np.abs(back - x).max() > bound:
                wrong.append(f"{name}: other blocks")
    print(json.dumps({
        "metadata": metadata,
        "tensors": {name: {"shape": shape, "type": kind} for name, (shape, kind, _) in tensors.items()},
        "wrong": wrong,
    }))


if __name__ == "__main__":
    main()
