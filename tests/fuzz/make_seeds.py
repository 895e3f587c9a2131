#!/usr/bin/env python3
"""make_seeds.py OUTPUT: what the fuzzers start from. Python's own library is
all that it needs.

  OUTPUT/models/       folders for c_api: lexical, golden, infinite
  OUTPUT/model_reader/ inputs in the format of model_folder.h: good models,
                       small ones above all, and hostile variants
"""

import json
import math
import pathlib
import shutil
import struct
import sys

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
NAMES = ("config.json", "nanobrain.json", "tokenizer.lexical.json",
         "model.int8.safetensors")
SIZES = {"I8": 1, "F16": 2, "F32": 4}


def lexical_tokenizer(words):
    pieces = [("BYTE", f"{byte:02x}", False) for byte in range(256)]
    pieces += [("WS_RUN", "2020", False)]
    pieces += [("LEARNED", word.strip().encode().hex(), word.startswith(" "))
               for word in words]
    pieces += [("CONTROL", "", False)]
    return [{"id": i, "kind": kind, "bytes_hex": hex, "space_prefix": space}
            for i, (kind, hex, space) in enumerate(pieces)]


class Model:
    """A model's files, to be changed before they are written."""

    def __init__(self, layers=1, heads=1, dim=2, ffn=3, vocab=5, context=4,
                 bias=True):
        self.config = {
            "model_type": "gpt2", "n_layer": layers, "n_head": heads,
            "n_embd": dim, "n_inner": ffn, "vocab_size": vocab,
            "n_positions": context, "activation_function": "gelu",
            "layer_norm_epsilon": 1e-5, "eos_token_id": None}
        self.manifest = self.tokenizer = None
        self.metadata = {"format": "nanobrain-int8", "version": "1"}
        self.tensors = {}
        self.matrix("wte.weight", vocab, dim)
        self.add("wpe.weight", "F16", [context, dim])
        for layer in range(layers):
            h = f"h.{layer}."
            for name, out, size in (("attn.c_attn", 3 * dim, dim),
                                    ("attn.c_proj", dim, dim),
                                    ("mlp.c_fc", ffn, dim),
                                    ("mlp.c_proj", dim, ffn)):
                self.matrix(h + name + ".weight", out, size)
                if bias:
                    self.add(h + name + ".bias", "F32", [out])
            self.norm(h + "ln_1", dim)
            self.norm(h + "ln_2", dim)
        self.norm("ln_f", dim)

    def add(self, name, dtype, shape, scale=1.0):
        count = math.prod(shape)
        wave = [math.cos(i * i * 0.37 + len(self.tensors)) for i in range(count)]
        if dtype == "I8":
            data = struct.pack(f"<{count}b", *(round(127 * x) for x in wave))
        else:
            code = {"F32": "f", "F16": "e"}[dtype]
            data = struct.pack(f"<{count}{code}", *(scale * x for x in wave))
        self.tensors["transformer." + name] = [dtype, shape, data]

    def matrix(self, name, out, size):
        self.add(name, "I8", [out, size])
        scales = struct.pack(f"<{out}f", *[0.01] * out)
        self.tensors[f"transformer.{name}.scale"] = ["F32", [out], scales]

    def norm(self, name, size):
        self.add(name + ".weight", "F32", [size])
        self.add(name + ".bias", "F32", [size])

    def header(self):
        header, offset = {"__metadata__": self.metadata}, 0
        for name, (dtype, shape, data) in self.tensors.items():
            header[name] = {"dtype": dtype, "shape": shape,
                            "data_offsets": [offset, offset + len(data)]}
            offset += len(data)
        return header

    def files(self, header=None):
        header = json.dumps(header or self.header(), separators=(",", ":")).encode()
        texts = [b"" if value is None else json.dumps(value).encode()
                 for value in (self.config, self.manifest, self.tokenizer)]
        data = b"".join(data for _, _, data in self.tensors.values())
        return texts + [struct.pack("<Q", len(header)) + header + data]


def join(files):
    """As ModelFolder::join."""
    lengths = [struct.pack("<H", len(data)) for data in files[:-1]] + [b""]
    return b"".join(length + data for length, data in zip(lengths, files))


def hostile_headers():
    """Names and headers that lie about the data behind them."""
    def changed(change):
        header = Model().header()
        change(header)
        return header

    def entry(header):
        return header["transformer.wte.weight"]

    yield "offset_outside", changed(
        lambda h: entry(h).update(data_offsets=[0, 1 << 40]))
    yield "offset_backwards", changed(
        lambda h: entry(h).update(data_offsets=[10, 0]))
    yield "offset_wraps", changed(
        lambda h: entry(h).update(data_offsets=[(1 << 64) - 10, 0]))
    yield "overlap", changed(
        lambda h: h["transformer.wpe.weight"].update(data_offsets=[2, 18]))
    yield "shape_huge", changed(
        lambda h: entry(h).update(shape=[1 << 62, 4]))
    yield "shape_negative", changed(lambda h: entry(h).update(shape=[-5, -2]))
    yield "shape_many", changed(lambda h: entry(h).update(shape=[1] * 2000))
    yield "dtype_wrong", changed(lambda h: entry(h).update(dtype="U8"))
    yield "dtype_unknown", changed(lambda h: entry(h).update(dtype="F4"))
    yield "entry_no_object", changed(
        lambda h: h.update({"transformer.wte.weight": []}))
    yield "metadata_no_text", changed(
        lambda h: h["__metadata__"].update(version=1))
    nested = []
    for _ in range(500):
        nested = [nested]
    yield "nested", changed(lambda h: h.update(deep=nested))


def hostile_configs():
    for key in ("n_layer", "n_head", "n_embd", "n_inner", "vocab_size",
                "n_positions"):
        for value in (0, -1, 65536, (1 << 31) - 1, 1 << 31, (1 << 63) - 1,
                      1 << 63, 1e300, "2", None):
            yield key, value
    nested = []
    for _ in range(900):
        nested = [nested]
    yield "n_layer", nested
    yield "eos_token_id", 5
    yield "layer_norm_epsilon", 0
    yield "layer_norm_epsilon", 1e-320


def seeds():
    yield "tiny", Model().files()
    yield "two_heads", Model(layers=2, heads=2, dim=4, bias=False).files()
    yield "wider_than_a_vector", Model(dim=20, ffn=33, vocab=18, context=9).files()
    with_tokenizer = Model(vocab=263)
    with_tokenizer.tokenizer = lexical_tokenizer(["the", " cat", "ing"])
    yield "lexical", with_tokenizer.files()
    with_manifest = Model()
    with_manifest.manifest = {"format_version": 1, "files": {
        name: {"bytes": 1, "sha256": "0" * 64} for name in (NAMES[0], NAMES[3])}}
    yield "manifest", with_manifest.files()
    for name in ("int8_erf", "int8_tanh"):
        files = [(GOLDEN / name / file) for file in NAMES]
        yield name, [f.read_bytes() if f.exists() else b"" for f in files]
    for name, header in hostile_headers():
        yield name, Model().files(header)
    for i, (key, value) in enumerate(hostile_configs()):
        model = Model()
        model.config[key] = value
        yield f"config_{i}_{key}", model.files()
    for name, value in (("nan", math.nan), ("infinite", math.inf), ("zero", 0.0),
                        ("largest", 3e38), ("denormal", 1e-45)):
        model = Model()
        tensor = model.tensors["transformer.wte.weight.scale"]
        tensor[2] = struct.pack("<f", value) * tensor[1][0]
        yield "scale_" + name, model.files()
    whole = Model().files()
    for size in (0, 7, 8, 100, len(whole[3]) - 1):
        yield f"truncated_{size}", whole[:3] + [whole[3][:size]]
    yield "header_longer_than_file", whole[:3] + [b"\xff" * 8 + whole[3][8:]]


def write_model(folder, model):
    folder.mkdir(parents=True)
    for name, data in zip(NAMES, model.files()):
        if data:
            (folder / name).write_bytes(data)


def main():
    output = pathlib.Path(sys.argv[1])
    shutil.rmtree(output, ignore_errors=True)
    reader = output / "model_reader"
    reader.mkdir(parents=True)
    for name, files in seeds():
        (reader / name).write_bytes(join(files))

    lexical = Model(layers=2, heads=3, dim=12, ffn=20, vocab=266, context=12)
    lexical.tokenizer = lexical_tokenizer(["the", " the", " cat", "ing"])
    lexical.config["eos_token_id"] = len(lexical.tokenizer) - 1
    write_model(output / "models" / "lexical", lexical)
    infinite = Model()
    scale = infinite.tensors["transformer.wte.weight.scale"]
    scale[2] = struct.pack("<f", 3e38) * scale[1][0]
    write_model(output / "models" / "infinite", infinite)
    golden = output / "models" / "golden"
    golden.mkdir()
    for name in (NAMES[0], NAMES[3]):
        shutil.copy(GOLDEN / "int8_tanh" / name, golden)


if __name__ == "__main__":
    main()
