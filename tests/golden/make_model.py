#!/usr/bin/env python3
"""Writes model_erf.safetensors and model_tanh.safetensors: what PyTorch makes
of a small model, in float64.

  build/deps/test/bin/python tests/golden/make_model.py

Each holds the weights (cosines: no random generator), ids and targets, logits,
summed loss and every gradient. model_erf (no biases, exact GELU) also holds ten
AdamW steps on the mean loss: tokens, learning rates, losses, gradient norms
before clipping and the weights after the last step. Linear weights are
[out, in], names those of the C++ modules. The metadata holds the model's and
the training's configuration as JSON.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

BATCH, SEQ = 3, 11
TRAINING = {
    "steps": 10, "lr": 4e-3, "betas": [0.9, 0.95], "epsilon": 1e-8,
    "weight_decay": 0.1, "clip_norm": 2.0, "warmup_steps": 3,
    "final_fraction": 0.1,
}


def make_config(bias, activation):
    return {
        "num_layers": 2, "num_heads": 3, "model_dim": 24, "ffn_dim": 40,
        "vocab_size": 61, "max_seq_len": 13, "bias": bias,
        "activation": activation, "layer_norm_epsilon": 1e-5,
    }


def make_weights(c):
    shapes = {"wte.weight": (c["vocab_size"], c["model_dim"]),
              "wpe.weight": (c["max_seq_len"], c["model_dim"])}
    C, ffn = c["model_dim"], c["ffn_dim"]
    for layer in range(c["num_layers"]):
        for name, out, size in (("attn.c_attn", 3 * C, C), ("attn.c_proj", C, C),
                                ("mlp.c_fc", ffn, C), ("mlp.c_proj", C, ffn)):
            shapes[f"h.{layer}.{name}.weight"] = (out, size)
            if c["bias"]:
                shapes[f"h.{layer}.{name}.bias"] = (out,)
        for name in ("ln_1", "ln_2"):
            shapes[f"h.{layer}.{name}.weight"] = (C,)
            shapes[f"h.{layer}.{name}.bias"] = (C,)
    shapes["ln_f.weight"] = shapes["ln_f.bias"] = (C,)
    weights, begin = {}, 0
    for name, shape in shapes.items():
        count = math.prod(shape)
        # The square of the index, for cosines of equal steps make matrices of
        # rank two.
        index = torch.arange(begin, begin + count, dtype=torch.float64)
        wave = torch.cos(index * index * 0.37 + index * 0.11).view(shape)
        begin += count
        if len(shape) == 2:
            wave = wave * math.sqrt(2 / shape[1])
        elif "ln_" in name and name.endswith("weight"):
            wave = 1 + 0.2 * wave
        else:
            wave = 0.1 * wave
        weights[name] = wave.float().double()  # what a float32 can hold
    return weights


def forward(c, w, ids):
    T, C, heads = ids.shape[1], c["model_dim"], c["num_heads"]
    approximate = "tanh" if c["activation"] == "gelu_new" else "none"

    def linear(x, name):
        return x @ w[name + ".weight"].T + w.get(name + ".bias", 0)

    def norm(x, name):
        centred = x - x.mean(-1, keepdim=True)
        variance = (centred ** 2).mean(-1, keepdim=True)
        scaled = centred / torch.sqrt(variance + c["layer_norm_epsilon"])
        return scaled * w[name + ".weight"] + w[name + ".bias"]

    mask = torch.ones(T, T, dtype=torch.bool).tril()
    x = w["wte.weight"][ids] + w["wpe.weight"][:T]
    for layer in range(c["num_layers"]):
        block = f"h.{layer}."
        qkv = linear(norm(x, block + "ln_1"), block + "attn.c_attn")
        q, k, v = (part.unflatten(-1, (heads, C // heads)).transpose(1, 2)
                   for part in qkv.chunk(3, dim=-1))
        scores = q @ k.transpose(-1, -2) / math.sqrt(C // heads)
        shares = scores.masked_fill(~mask, -math.inf).softmax(-1)
        y = (shares @ v).transpose(1, 2).flatten(2)
        x = x + linear(y, block + "attn.c_proj")
        middle = linear(norm(x, block + "ln_2"), block + "mlp.c_fc")
        middle = F.gelu(middle, approximate=approximate)
        x = x + linear(middle, block + "mlp.c_proj")
    return norm(x, "ln_f") @ w["wte.weight"].T


def tokens(step, vocab_size):
    """A batch of windows, a token longer than the inputs. (BATCH, SEQ + 1)"""
    index = torch.arange(BATCH * (SEQ + 1)) + 100 * step
    return ((index * index * 7 + index * 3) % vocab_size).view(BATCH, SEQ + 1)


def loss_of(c, w, batch):
    logits = forward(c, w, batch[:, :-1])
    targets = batch[:, 1:].reshape(-1)
    loss = F.cross_entropy(logits.flatten(0, 1), targets, reduction="sum")
    return logits, loss


def learning_rate(step):
    t = TRAINING
    if step < t["warmup_steps"]:
        return t["lr"] * (step + 1) / t["warmup_steps"]
    rest = t["steps"] - t["warmup_steps"]
    cosine = math.cos(math.pi * (step + 1 - t["warmup_steps"]) / rest)
    low = t["final_fraction"]
    return t["lr"] * (low + (1 - low) * 0.5 * (1 + cosine))


def train(c, weights):
    w = {n: t.clone().requires_grad_() for n, t in weights.items()}
    matrices = [t for t in w.values() if t.dim() == 2]
    vectors = [t for t in w.values() if t.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": TRAINING["weight_decay"]},
         {"params": vectors, "weight_decay": 0.0}],
        betas=TRAINING["betas"], eps=TRAINING["epsilon"])
    losses, norms, rates = [], [], []
    for step in range(TRAINING["steps"]):
        optimizer.zero_grad()
        _, loss = loss_of(c, w, tokens(step, c["vocab_size"]))
        mean = loss / (BATCH * SEQ)
        mean.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(
            w.values(), TRAINING["clip_norm"]).item())
        losses.append(mean.item())
        rates.append(learning_rate(step))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        optimizer.step()
    vocab = c["vocab_size"]
    golden = {
        "train.tokens": torch.stack(
            [tokens(step, vocab) for step in range(TRAINING["steps"])]),
        "train.losses": torch.tensor(losses, dtype=torch.float64),
        "train.grad_norms": torch.tensor(norms, dtype=torch.float64),
        "train.lrs": torch.tensor(rates, dtype=torch.float64),
    }
    golden |= {"final." + n: t.detach().float() for n, t in w.items()}
    return golden


def main():
    for name, bias, activation in (
            ("erf", False, "gelu"), ("tanh", True, "gelu_new")):
        c = make_config(bias, activation)
        weights = make_weights(c)
        w = {n: t.clone().requires_grad_() for n, t in weights.items()}
        batch = tokens(0, c["vocab_size"])
        logits, loss = loss_of(c, w, batch)
        loss.backward()
        golden = {
            "tokens": batch,
            "logits": logits.detach(),
            "loss": loss.detach().reshape(1),
        }
        golden |= {"weight." + n: t.float() for n, t in weights.items()}
        golden |= {"grad." + n: t.grad.float() for n, t in w.items()}
        metadata = {"config": json.dumps(c)}
        if not bias:
            golden |= train(c, weights)
            metadata["training"] = json.dumps(TRAINING)
        path = pathlib.Path(__file__).with_name(f"model_{name}.safetensors")
        golden = {n: t.contiguous() for n, t in golden.items()}
        save_file(golden, path, metadata)
        print(path.name, path.stat().st_size, "bytes, loss", loss.item())
        if not bias:
            print(golden["train.losses"], golden["train.grad_norms"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
