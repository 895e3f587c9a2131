"""The other side of transformers_test.cpp.

  transformers_peer.py open FOLDER...
    Opens models with transformers and writes FOLDER.logits.safetensors for the
    ids in FOLDER.ids.json. Fails where a tensor was missing or left over.
  transformers_peer.py make CASES.json
    Makes random GPT2LMHeadModels: [{"folder", "config", "dtype", "prefix",
    "ids"}, ...], each saved as transformers saves it, with its logits beside
    it. "prefix": false leaves "transformer." out and adds the attention masks
    and the lm_head of published files.
"""

import json
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel


def write_logits(model, ids, folder):
    model.eval()
    with torch.no_grad():
        logits = model(torch.tensor(ids)).logits
    save_file({"logits": logits.float()}, folder + ".logits.safetensors")


def open_models(folders):
    for folder in folders:
        model, info = GPT2LMHeadModel.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True)
        left = {key: list(names) for key, names in info.items() if names}
        if left:
            sys.exit(f"{folder}: {left}")
        with open(folder + ".ids.json") as file:
            write_logits(model, json.load(file), folder)
        print(json.dumps({
            "eos": model.config.eos_token_id,
            "dropout": model.config.resid_pdrop,
        }))


def make_model(case):
    torch.manual_seed(case["config"]["n_embd"])
    model = GPT2LMHeadModel(GPT2Config(
        **case["config"], bos_token_id=0, eos_token_id=0))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:  # transformers starts from 0 and 1
                parameter.add_(torch.randn_like(parameter), alpha=0.1)
    dtype = getattr(torch, case["dtype"])
    model.to(dtype).save_pretrained(case["folder"])
    if not case["prefix"]:
        strip_prefix(case["folder"] + "/model.safetensors", model.config)
    # What half precision rounded is computed with in float32.
    write_logits(model.float(), case["ids"], case["folder"])


def strip_prefix(path, config):
    tensors = {name.removeprefix("transformer."): tensor
               for name, tensor in load_file(path).items()}
    for layer in range(config.n_layer):
        size = config.n_positions
        mask = torch.ones(size, size).tril().view(1, 1, size, size)
        tensors[f"h.{layer}.attn.bias"] = mask
        tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    tensors["lm_head.weight"] = tensors["wte.weight"].clone()
    save_file(tensors, path, {"format": "pt"})


def main():
    torch.set_num_threads(2)
    if sys.argv[1] == "open":
        open_models(sys.argv[2:])
    else:
        with open(sys.argv[2]) as file:
            for case in json.load(file):
                make_model(case)


if __name__ == "__main__":
    main()
