"""The other side of llama_cpp_test.cpp.

  llama_cpp_peer.py logits FILE.gguf IDS.json OUT     all logits of the ids, raw f32, into OUT
  llama_cpp_peer.py tokenize FILE.gguf TEXTS.json OUT a JSON list of ids for each text
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "experiments" / "peers"))
from llama_cpp_model import LlamaCppModel  # noqa: E402

verb, model_file, input_file, output_file = sys.argv[1:]
model = LlamaCppModel(model_file, threads=1, exact=True)
given = json.loads(pathlib.Path(input_file).read_text(encoding="utf-8"))
if verb == "logits":
    model.feed(given, all_logits=True).tofile(output_file)
else:
    ids = [model.tokenize(text.encode()) for text in given]
    pathlib.Path(output_file).write_text(json.dumps(ids))
