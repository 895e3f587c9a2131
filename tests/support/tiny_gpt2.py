"""A GPT-2 directory as Hugging Face has them, small and with random weights.

usage: tiny_gpt2.py FOLDER TEXT PIECES POSITIONS SEED

Trains a byte-level BPE of PIECES pieces, <|endoftext|> the last of them, on the
file TEXT with the `tokenizers` library, draws a model of POSITIONS positions
with `transformers`, and saves config.json, model.safetensors, vocab.json and
merges.txt.
"""

import json
import pathlib
import sys

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel

folder, text, pieces, positions, seed = sys.argv[1:]
folder = pathlib.Path(folder)
folder.mkdir(parents=True)
tokenizer = ByteLevelBPETokenizer()
tokenizer.train([text], vocab_size=int(pieces) - 1, show_progress=False)
tokenizer.save_model(str(folder))
vocab = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
end_of_text = len(vocab)
vocab["<|endoftext|>"] = end_of_text
(folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")

torch.manual_seed(int(seed))
GPT2LMHeadModel(GPT2Config(
    vocab_size=len(vocab), n_positions=int(positions), n_embd=32, n_layer=2,
    n_head=2, initializer_range=0.2, bos_token_id=end_of_text,
    eos_token_id=end_of_text)).save_pretrained(folder)
