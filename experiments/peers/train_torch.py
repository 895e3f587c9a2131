"""One training speed of PyTorch on the work of a nanobrain run: the same config, AdamW, clipping, random tokens.

usage: train_torch.py CONFIG.yaml --mode eager|compile --precision f32|bf16 --threads N [--chunk ROWS] [--vocab-size V] [--steps N]
--chunk: head and loss of so many tokens at a time, computed again in the backward pass, so that the logits stay in cache.
bf16: products of the head, and of the blocks from a width of 128 on, as nanobrain does: below it the casts cost more than they save.
Prints one JSON object: tokens_per_s (median, min, max over steps), peak_rss_bytes, loss of the first step, versions.
"""
import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F
import yaml
from torch import nn
from torch.utils.checkpoint import checkpoint


class Block(nn.Module):
    """Pre-LayerNorm block: causal attention, then a GELU feed-forward; no biases in Linear layers."""

    def __init__(self, model):
        super().__init__()
        dim = model["model_dim"]
        self.heads = model["num_heads"]
        self.approximate = "none" if model["activation"] == "gelu" else "tanh"
        self.ln_1 = nn.LayerNorm(dim)
        self.c_attn = nn.Linear(dim, 3 * dim, bias=model["bias"])
        self.c_proj = nn.Linear(dim, dim, bias=model["bias"])
        self.ln_2 = nn.LayerNorm(dim)
        self.c_fc = nn.Linear(dim, model["ffn_dim"], bias=model["bias"])
        self.c_proj_2 = nn.Linear(model["ffn_dim"], dim, bias=model["bias"])

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.c_attn(self.ln_1(x)).split(C, dim=2)
        q, k, v = (t.view(B, T, self.heads, C // self.heads).transpose(1, 2) for t in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.c_proj(y.transpose(1, 2).reshape(B, T, C))
        return x + self.c_proj_2(F.gelu(self.c_fc(self.ln_2(x)), approximate=self.approximate))


class LanguageModel(nn.Module):
    def __init__(self, model, bf16, chunk):
        super().__init__()
        self.bf16, self.bf16_blocks, self.chunk = bf16, bf16 and model["model_dim"] >= 128, chunk
        self.wte = nn.Embedding(model["vocab_size"], model["model_dim"])
        self.wpe = nn.Embedding(model["max_seq_len"], model["model_dim"])
        self.h = nn.ModuleList(Block(model) for _ in range(model["num_layers"]))
        self.ln_f = nn.LayerNorm(model["model_dim"])
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=p.shape[1] ** -0.5)

    def head(self, hidden, targets):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            logits = F.linear(hidden, self.wte.weight)
        return F.cross_entropy(logits.float(), targets, reduction="sum")

    def forward(self, ids, targets):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16_blocks):
            x = self.wte(ids) + self.wpe.weight[: ids.shape[1]]
            for block in self.h:
                x = block(x)
            x = self.ln_f(x)
        x, targets = x.reshape(-1, x.shape[-1]), targets.view(-1)
        if not self.chunk:
            return self.head(x, targets) / len(targets)
        pieces = zip(x.split(self.chunk), targets.split(self.chunk))
        return sum(checkpoint(self.head, *piece, use_reentrant=False) for piece in pieces) / len(targets)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("--mode", choices=["eager", "compile"], required=True)
    parser.add_argument("--precision", choices=["f32", "bf16"], required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--vocab-size", type=int, default=32294)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--chunk", type=int, default=0)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--warm-up", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)

    with open(args.config) as file:
        config = yaml.safe_load(file)
    shape, train, optimizer = config["model"], config["train"], config["optimizer"]
    shape.setdefault("vocab_size", args.vocab_size)
    model = LanguageModel(shape, args.precision == "bf16", args.chunk)
    decayed = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    adamw = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": optimizer["weight_decay"]}, {"params": others, "weight_decay": 0.0}],
        lr=optimizer["lr"], betas=tuple(optimizer["betas"]), fused=True)
    loss_of = torch.compile(model) if args.mode == "compile" else model

    B, T = args.batch_size or train["batch_size"], train["seq_len"]
    seconds, losses = [], []
    for step in range(args.warm_up + args.steps):
        ids = torch.randint(shape["vocab_size"], (B, T + 1))
        start = time.perf_counter()
        loss = loss_of(ids[:, :-1].contiguous(), ids[:, 1:].contiguous())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), train["clip_norm"])
        adamw.step()
        adamw.zero_grad(set_to_none=True)
        losses.append(loss.item())
        seconds.append(time.perf_counter() - start)
    speeds = [B * T / s for s in seconds[args.warm_up:]]
    print(json.dumps({
        "peer": f"PyTorch {args.mode} {args.precision}" + (f", chunks of {args.chunk}" if args.chunk else ""),
        "version": torch.__version__,
        "batch": f"{B} x {T}",
        "threads": args.threads,
        "tokens_per_s": statistics.median(speeds),
        "min": min(speeds),
        "max": max(speeds),
        "parameters": sum(p.numel() for p in model.parameters()),
        "first_loss": losses[0],
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


if __name__ == "__main__":
    main()
