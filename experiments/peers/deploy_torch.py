"""PyTorch on the work of deploy.sh: deploy_torch.py eager|int8 MODEL --threads N --reference FILE.npy --scored IDS.npy

eager: f32 modules and scaled_dot_product_attention under inference_mode, no Python of transformers around them. int8:
torch.ao.quantization.quantize_dynamic of every Linear, the tied head among them. Prints a JSON line for each work: forward,
prompt, generate, and for eager score (the loss of every token of IDS.npy, windows of the context length, 8 a batch).
"""
import argparse

import numpy as np
import torch
import torch.nn.functional as F
from deploy_common import GENERATED, Results, Weights, generate, relative_error, seconds_of, work_ids
from torch import nn


def linear(weights, name):
    bias = weights.bias(name + ".bias")
    layer = nn.Linear(*weights[name + ".weight"].shape, bias=bias is not None)
    layer.weight.data = torch.from_numpy(weights[name + ".weight"]).T.contiguous()
    if bias is not None:
        layer.bias.data = torch.from_numpy(bias)
    return layer


def norm(weights, name):
    layer = nn.LayerNorm(weights.dim, eps=weights.epsilon)
    layer.weight.data, layer.bias.data = (torch.from_numpy(weights[f"{name}.{part}"]) for part in ("weight", "bias"))
    return layer


class Block(nn.Module):
    def __init__(self, weights, prefix):
        super().__init__()
        self.heads, self.approximate = weights.heads, "tanh" if weights.tanh else "none"
        self.ln_1, self.ln_2 = norm(weights, prefix + "ln_1"), norm(weights, prefix + "ln_2")
        self.c_attn, self.attn_proj = (linear(weights, prefix + part) for part in ("attn.c_attn", "attn.c_proj"))
        self.c_fc, self.mlp_proj = (linear(weights, prefix + part) for part in ("mlp.c_fc", "mlp.c_proj"))

    def forward(self, x, past):
        B, T, C = x.shape
        q, k, v = (t.view(B, T, self.heads, -1).transpose(1, 2) for t in self.c_attn(self.ln_1(x)).split(C, dim=2))
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=T > 1)
        x = x + self.attn_proj(y.transpose(1, 2).reshape(B, T, C))
        return x + self.mlp_proj(F.gelu(self.c_fc(self.ln_2(x)), approximate=self.approximate)), (k, v)


class LanguageModel(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.wte = nn.Embedding.from_pretrained(torch.from_numpy(weights["wte.weight"]))
        self.wpe = nn.Parameter(torch.from_numpy(weights["wpe.weight"]), requires_grad=False)
        self.h = nn.ModuleList(Block(weights, f"h.{i}.") for i in range(weights.layers))
        self.ln_f = norm(weights, "ln_f")
        self.head = nn.Linear(weights.dim, weights.vocab, bias=False)
        self.head.weight = self.wte.weight
        self.cache, self.length = None, 0

    def hidden(self, ids):
        x = self.wte(ids) + self.wpe[: ids.shape[1]]
        for block in self.h:
            x, _ = block(x, None)
        return self.ln_f(x)

    def forward(self, ids):
        return self.head(self.hidden(ids))

    def feed(self, ids, first):
        """Logits after the last of the ids, which follow those before unless `first`."""
        if first:
            self.cache, self.length = [None] * len(self.h), 0
        x = self.wte(torch.tensor([ids])) + self.wpe[self.length:self.length + len(ids)]
        self.length += len(ids)
        for i, block in enumerate(self.h):
            x, self.cache[i] = block(x, self.cache[i])
        return self.head(self.ln_f(x[:, -1]))[0]


def score(model, windows, batch=8):
    """Sum of the losses of the windows' tokens after their first."""
    loss = 0.0
    for ids in windows.split(batch):
        logits = model(ids[:, :-1])
        loss += F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="sum").item()
    return loss


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["eager", "int8"])
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--scored")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    weights = Weights(args.model)
    model = LanguageModel(weights).eval()
    if args.kind == "int8":
        model = torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, torch.qint8)
    name = {"eager": "PyTorch eager f32", "int8": "torch.ao dynamic int8"}[args.kind]
    results = Results(name, torch.__version__, args.threads)
    ids = torch.tensor([work_ids(weights.vocab)])
    with torch.inference_mode():
        logits = model(ids)[0].numpy()
        if args.kind == "eager":
            np.save(args.reference, logits)
        results.latency("forward", lambda: model(ids), error=relative_error(logits, args.reference))
        results.latency("prompt", lambda: model.feed(ids[0].tolist(), True))
        results.speed("generate", lambda: generate(model.feed, weights.vocab, torch.argmax), GENERATED)
        if args.scored and args.kind == "eager":
            scored = torch.from_numpy(np.load(args.scored).astype(np.int64))
            length = weights.context + 1
            windows = scored[: len(scored) // length * length].view(-1, length)
            tokens = windows.shape[0] * weights.context
            results.speed("score", lambda: seconds_of(lambda: score(model, windows)), tokens)


if __name__ == "__main__":
    main()
