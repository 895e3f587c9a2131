#!/usr/bin/env python3
"""Writes optimizers.json: what other implementations make of ten updates.

  build/deps/test/bin/python tests/golden/make_optimizers.py

A tall, a wide and a square matrix, weights and gradients without a random generator.
muon: torch.optim.Muon, iterating in f64 where it would in bf16. adamw: with
betas of its own. normuon, soap, lion and the cautious or row-wise variants
have no implementation in PyTorch: they are written here in NumPy, f64, from
the algorithms of their papers.
"""

import json
import pathlib

import numpy as np
import torch

STEPS, LR, DECAY = 10, 0.02, 0.1
SHAPES = {"tall": (9, 4), "wide": (4, 7), "square": (5, 5)}


def wave(shape, phase):
    count = shape[0] * shape[1]
    values = np.cos(np.arange(count) * 0.7 + phase) + 0.3 * np.cos(
        np.arange(count) ** 2 * 0.37 + phase)
    return values.reshape(shape)


def weights():
    # f32 numbers, which is what the code under test starts from.
    return {n: np.float64(np.float32(wave(s, 0.0))) for n, s in SHAPES.items()}


def gradients(step):
    return {
        n: np.float64(np.float32(wave(s, 1.0 + step) * 3.0 / (1 + step)))
        for n, s in SHAPES.items()}


def with_torch(make):
    parameters = {
        n: torch.nn.Parameter(torch.tensor(w)) for n, w in weights().items()}
    optimizer = make(list(parameters.values()))
    for step in range(STEPS):
        for name, gradient in gradients(step).items():
            parameters[name].grad = torch.tensor(gradient)
        for group in optimizer.param_groups:
            group["lr"] = LR / (1 + step)
        optimizer.step()
    return {n: p.detach().flatten().tolist() for n, p in parameters.items()}


def muon():
    original = torch.Tensor.bfloat16
    torch.Tensor.bfloat16 = torch.Tensor.clone
    try:
        return {
            "original": with_torch(lambda p: torch.optim.Muon(
                p, lr=LR, weight_decay=DECAY, momentum=0.9)),
            "match_rms_adamw": with_torch(lambda p: torch.optim.Muon(
                p, lr=LR, weight_decay=DECAY, momentum=0.9, nesterov=False,
                adjust_lr_fn="match_rms_adamw")),
        }
    finally:
        torch.Tensor.bfloat16 = original


def with_numpy(update, cautious=False, names=tuple(SHAPES)):
    """update(state, gradient, step) gives the direction to subtract, if any."""
    result = {}
    for name in names:
        w = weights()[name]
        state = {}
        for step in range(STEPS):
            lr = LR / (1 + step)
            u = update(state, gradients(step)[name], step)
            if u is None:
                continue
            decay = np.full_like(w, 1 - lr * DECAY)
            if cautious:
                decay[u * w <= 0] = 1
            w = w * decay - lr * u
        result[name] = w.flatten().tolist()
    return result


def normuon(momentum=0.9, beta2=0.95, eps=1e-8):
    def update(state, g, step):
        m = state["m"] = momentum * state.get("m", 0 * g) + (1 - momentum) * g
        look = (1 - momentum) * g + momentum * m
        u, _, v = np.linalg.svd(look, full_matrices=False)
        o = u @ v
        square = (o * o).mean(1, keepdims=True)
        s = state["s"] = beta2 * state.get("s", 0 * square) + (1 - beta2) * square
        o = o / (np.sqrt(s) + eps)
        rows, columns = g.shape
        # RMS 0.2: Li et al. 2025, algorithm 1.
        return o * 0.2 * np.sqrt(rows * columns) / np.linalg.norm(o)
    return with_numpy(update)


def adam_direction(state, g, step, betas, eps, mean=lambda x: x):
    b1, b2 = betas
    m = state["m"] = b1 * state.get("m", 0 * g) + (1 - b1) * g
    s = mean(g * g)
    v = state["v"] = b2 * state.get("v", 0 * s) + (1 - b2) * s
    t = step + 1
    return m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)


def lion(b1=0.9, b2=0.95):
    def update(state, g, step):
        m = state.get("m", 0 * g)
        state["m"] = b2 * m + (1 - b2) * g
        return np.sign(b1 * m + (1 - b1) * g)
    return with_numpy(update, cautious=True)


def soap(b1=0.9, b2=0.95, eps=1e-8, every=3):
    """Algorithm 3 of arXiv:2409.11321, begun as in its authors' code."""
    def precondition(state, g, step):
        grams = {"left": g @ g.T, "right": g.T @ g}
        for axis, (side, gram) in enumerate(grams.items()):
            basis = side + "_basis"
            state[side] = b2 * state.get(side, 0) + (1 - b2) * gram
            if step == 0:
                state[basis] = np.linalg.eigh(state[side])[1][:, ::-1]
            elif step % every == 0:
                values = np.diag(state[basis].T @ state[side] @ state[basis])
                order = np.argsort(-values, kind="stable")
                state["v"] = np.take(state["v"], order, axis)
                state[basis] = np.linalg.qr(
                    state[side] @ state[basis][:, order])[0]

    def update(state, g, step):
        if step == 0:
            precondition(state, g, step)
            return None
        left, right = state["left_basis"], state["right_basis"]
        m = state["m"] = b1 * state.get("m", 0 * g) + (1 - b1) * g
        rotated = left.T @ g @ right
        v = state["v"] = b2 * state.get("v", 0 * g) + (1 - b2) * rotated**2
        n = (left.T @ m @ right) / (1 - b1**step) / (
            np.sqrt(v / (1 - b2**step)) + eps)
        precondition(state, g, step)
        return left @ n @ right.T
    # Other shapes begin with an eigenvalue 0, whose directions are arbitrary.
    return with_numpy(update, names=("square",))


def main():
    adam = lambda state, g, step: adam_direction(
        state, g, step, (0.8, 0.99), 1e-8)
    rows = lambda state, g, step: adam_direction(
        state, g, step, (0.8, 0.99), 1e-8,
        lambda x: np.broadcast_to(x.mean(1, keepdims=True), x.shape))
    golden = {
        "weights": {n: w.flatten().tolist() for n, w in weights().items()},
        "gradients": [
            {n: g.flatten().tolist() for n, g in gradients(s).items()}
            for s in range(STEPS)],
        "muon": muon(),
        "normuon": normuon(),
        "adamw": with_torch(lambda p: torch.optim.AdamW(
            p, lr=LR, betas=(0.8, 0.99), weight_decay=DECAY)),
        "adamw_cautious": with_numpy(adam, cautious=True),
        "adamw_rows": with_numpy(rows),
        "lion_cautious": lion(),
        "soap": soap(),
    }
    path = pathlib.Path(__file__).with_name("optimizers.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
