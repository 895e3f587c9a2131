#!/usr/bin/env python3
"""Writes training.json: what PyTorch makes of a schedule and of AdamW, and NumPy
of robust z-scores.

  build/deps/test/bin/python tests/golden/make_training.py

Ten AdamW steps with gradient clipping and two parameter groups (decay on the
matrix, none on the vector), float32, weights and gradients without a random
generator, and the size of each update beside the weights; the learning rates of a warm-up followed by cosine or linear
decay, from torch.optim.lr_scheduler.
"""

import json
import pathlib

import numpy
import torch
from torch.optim import lr_scheduler

STEPS = 10
PEAK = 4e-3


def wave(count, phase):
    return torch.cos(torch.arange(count, dtype=torch.float64) * 0.7 + phase)


def adamw():
    matrix = torch.nn.Parameter(wave(35, 0.0).float().view(7, 5))
    vector = torch.nn.Parameter(wave(9, 0.5).float())
    optimizer = torch.optim.AdamW(
        [
            {"params": [matrix], "weight_decay": 0.1},
            {"params": [vector], "weight_decay": 0.0},
        ],
        lr=PEAK, betas=(0.9, 0.95), eps=1e-8, foreach=False, fused=False,
    )
    steps = []
    for step in range(STEPS):
        # Large at first, so that clipping acts on some steps and not on others.
        scale = 3.0 / (1 + step)
        matrix.grad = (scale * wave(35, 1.0 + step)).float().view(7, 5)
        vector.grad = (scale * wave(9, 2.0 + step)).float()
        norm = torch.nn.utils.clip_grad_norm_([matrix, vector], 4.0)
        for group in optimizer.param_groups:
            group["lr"] = PEAK / (1 + step)
        before = torch.nn.utils.parameters_to_vector([matrix, vector]).double()
        optimizer.step()
        after = torch.nn.utils.parameters_to_vector([matrix, vector]).double()
        steps.append({
            "grad_norm": norm.item(),
            "update_to_weight": ((after - before).norm() / before.norm()).item(),
            "matrix": matrix.detach().flatten().tolist(),
            "vector": vector.detach().tolist(),
        })
    return steps


def schedule(steps, warmup, after):
    """Learning-rate factors: linear warm-up to 1, then `after` from there."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    # SequentialLR counts from 0, where the first update has already risen once.
    up = lr_scheduler.LinearLR(optimizer, 1 / warmup, 1.0, total_iters=warmup - 1)
    both = lr_scheduler.SequentialLR(
        optimizer, [up, after(optimizer)], milestones=[warmup - 1])
    factors = []
    for _ in range(steps):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        both.step()
    return factors


def zscores():
    """Of a value over others, as many as a median may be of: odd, even, tied."""
    cases = [
        (7.5, [2.0, 4.0, 3.0, 9.0, 1.0]),
        (0.5, [2.0, 4.0, 3.0, 9.0, 1.0, 2.5]),
        (5.0, [3.0, 3.0, 3.0, 3.0, 8.0]),
        (4.25, (3 + wave(128, 0.3) / 4).tolist()),
    ]
    golden = []
    for x, values in cases:
        middle = numpy.median(values)
        scale = 1.4826 * numpy.median(numpy.abs(numpy.array(values) - middle))
        golden.append({
            "x": x, "values": values,
            "zscore": (x - middle) / scale if scale > 0 else 0.0})
    return golden


def main():
    steps, warmup, low = 40, 8, 0.1
    golden = {
        "adamw": adamw(),
        "zscores": zscores(),
        "cosine": schedule(steps, warmup, lambda o: lr_scheduler.CosineAnnealingLR(
            o, T_max=steps - warmup, eta_min=low)),
        # Stable until step 29, then down over the last quarter.
        "wsd": [
            a * b for a, b in zip(
                schedule(steps, warmup, lambda o: lr_scheduler.ConstantLR(o, 1.0)),
                [1.0] * 29 + decay_from_one(low, 10))],
    }
    path = pathlib.Path(__file__).with_name("training.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


def decay_from_one(low, steps):
    """1 and then `steps` equal steps down to `low`."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    down = lr_scheduler.LinearLR(optimizer, 1.0, low, total_iters=steps)
    factors = []
    for _ in range(steps + 1):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        down.step()
    return factors


if __name__ == "__main__":
    main()
