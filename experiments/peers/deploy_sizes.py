"""Bytes of each system's model file, tokenizers left out, and of the deployed program, as JSON: deploy_sizes.py MODEL OUT PROGRAM"""
import json
import pathlib
import sys

model, out, program = (pathlib.Path(path) for path in sys.argv[1:])
files = {
    "nanobrain f32": model / "model.safetensors",
    "nanobrain int8": out / "int8" / "model.int8.safetensors",
    "nanobrain-run, the program": program,
    "ONNX f32": out / "onnx" / "f32.onnx",
    "ONNX int8": out / "onnx" / "int8.onnx",
}
sizes = {name: path.stat().st_size for name, path in files.items() if path.exists()}
for kind in ("f32", "q8_0"):
    sizes[f"GGUF {kind.upper()}, tensors alone"] = json.loads((out / f"{kind}.json").read_text())["tensor_bytes"]
print(json.dumps(sizes))
