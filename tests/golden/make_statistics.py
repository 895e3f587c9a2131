"""Writes statistics.json: Student's t, intervals and paired tests by SciPy.

usage: make_statistics.py > statistics.json      (needs scipy, made by 1.17.1)

Losses are made up; every figure over them is SciPy's, in nothing common with
nanobrain/sweep/statistics.cpp but the definitions.
"""

import json
import sys

import numpy as np
import scipy
from scipy import stats

DEGREES = (1, 2, 3, 4, 5, 9, 29, 120, 1000)


def sample(rng, seeds, spread):
    """Two cells: seeds shift both, a little of each seed's own on top."""
    shift = rng.normal(0, spread, seeds)
    a = 1.9 + shift + rng.normal(0, 0.002, seeds)
    b = 1.895 + shift + rng.normal(0, 0.002, seeds)
    t = stats.t.interval(0.95, seeds - 1, a.mean(), stats.sem(a))
    difference = b - a
    d = stats.t.interval(
        0.95, seeds - 1, difference.mean(), stats.sem(difference))
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "mean": a.mean(),
        "sd": a.std(ddof=1),
        "low": t[0],
        "high": t[1],
        "difference": difference.mean(),
        "difference_low": d[0],
        "difference_high": d[1],
        "p": stats.ttest_rel(b, a).pvalue,
    }


def main():
    rng = np.random.default_rng(11)
    quantiles = [
        {"degrees": n, "p": p, "t": stats.t.ppf(p, n)}
        for n in DEGREES for p in (0.6, 0.9, 0.975, 0.995)]
    tails = [
        {"degrees": n, "t": t, "two_sided": 2 * stats.t.sf(t, n)}
        for n in DEGREES for t in (0.01, 0.5, 1.0, 2.0, 4.3, 12.0, 60.0)]
    samples = [
        sample(rng, seeds, spread)
        for seeds in (2, 3, 5, 10) for spread in (0.001, 0.05)]
    json.dump(
        {"scipy": scipy.__version__, "quantiles": quantiles, "tails": tails,
         "samples": samples},
        sys.stdout, indent=1)
    print()


main()
