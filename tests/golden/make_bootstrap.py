"""Writes bootstrap.json: 95 % intervals of made-up losses by numpy.

usage: make_bootstrap.py > bootstrap.json

Two models, 60 units of uneven length, 400,000 resamples with numpy's generator,
the tail by integrating Student's density: nothing in common with
nanobrain/inference/bootstrap.cpp but the definition (Hesterberg 2015).
"""

import json
import math
import sys

import numpy as np

UNITS = 60
RESAMPLES = 400_000


def t_quantile(share, degrees):
    """By bisection of the integral of the density (Simpson's rule)."""
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2))
    scale /= math.sqrt(degrees * math.pi)

    def cumulative(t, steps=2000):
        x = np.linspace(0, t, 2 * steps + 1)
        y = scale * (1 + x * x / degrees) ** (-(degrees + 1) / 2)
        weights = np.ones_like(x)
        weights[1:-1:2], weights[2:-1:2] = 4, 2
        return 0.5 + (weights * y).sum() * t / (2 * steps) / 3

    low, high = 0.0, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if cumulative(middle) < share else (low, middle)
    return low


def main():
    rng = np.random.default_rng(7)
    size = np.exp(rng.normal(6, 0.8, UNITS)).astype(np.int64) + 20
    hard = rng.normal(0, 0.25, UNITS)  # what both models find hard
    models = []
    for per_token, level in ((4.5, 1.9), (3.9, 1.2)):
        tokens = np.maximum((size / per_token).astype(np.int64), 1)
        nats = size * math.log(2) * (level + hard + rng.normal(0, 0.05, UNITS))
        models.append({
            "nats": nats.round(6).tolist(),
            "tokens": tokens.tolist(),
            "bytes": size.tolist(),
            "words": (size // 6).tolist(),
        })
    draws = rng.integers(0, UNITS, (RESAMPLES, UNITS))
    reach = math.sqrt(UNITS / (UNITS - 1)) * t_quantile(0.975, UNITS - 1)
    tail = math.erfc(reach / math.sqrt(2)) / 2

    def interval(values):
        return np.quantile(values, [tail, 1 - tail]).tolist()

    def sums(model):
        return {
            key: np.asarray(values)[draws].sum(1) for key, values in model.items()
        }

    first = None
    for model in models:
        total = sums(model)
        per_token = interval(total["nats"] / total["tokens"])
        per_word = interval(total["nats"] / total["words"])
        per_byte = total["nats"] / math.log(2) / total["bytes"]
        if first is None:
            first = per_byte
        model["intervals"] = {
            "nats_per_token": per_token,
            "perplexity": np.exp(per_token).tolist(),
            "bits_per_byte": interval(per_byte),
            "word_perplexity": np.exp(per_word).tolist(),
            "bits_per_byte_difference": interval(per_byte - first),
        }
    json.dump({"models": models}, sys.stdout, indent=1)
    print()


main()
