"""Writes statistics.json: distributions, samples, and grids of cells by SciPy.

usage: make_statistics.py > statistics.json    (needs scipy, made by 1.17.1)

Losses are made up; every figure over them is SciPy's or a least-squares fit's,
in nothing common with nanobrain but the definitions.
"""

import itertools
import json
import sys

import numpy as np
import scipy
from scipy import optimize, stats

DEGREES = (1, 2, 3, 4, 5, 9, 29, 120, 1000)


def sample(rng, seeds):
    a = 1.9 + rng.normal(0, 0.01, seeds)
    low, high = stats.t.interval(0.95, seeds - 1, a.mean(), stats.sem(a))
    return {"a": a.tolist(), "mean": a.mean(), "sd": a.std(ddof=1),
            "low": low, "high": high}


def holm(p):
    """Holm 1979: the i-th smallest of n times n - i + 1, never falling."""
    order = np.argsort(p)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(
        [(len(p) - i) * p[k] for i, k in enumerate(order)]))
    return adjusted


def fit(cells, with_seeds):
    """Least squares: cell means and, less the last one, effects of seeds."""
    seeds = sorted({s for cell in cells for s in cell})
    rows, values = [], []
    for i, cell in enumerate(cells):
        for seed, value in cell.items():
            row = np.zeros(len(cells) + len(seeds) - 1)
            row[i] = 1
            if seed == seeds[-1]:
                row[len(cells):] = -1
            else:
                row[len(cells) + seeds.index(seed)] = 1
            rows.append(row if with_seeds else row[:len(cells)])
            values.append(value)
    x, y = np.array(rows), np.array(values)
    b = np.linalg.solve(x.T @ x, x.T @ y)
    squares = float(((y - x @ b) ** 2).sum())
    return b, np.linalg.inv(x.T @ x), squares, len(y) - x.shape[1]


def seed_test(cells):
    """F and its p, of the cells that have every seed."""
    seeds = {s for cell in cells for s in cell}
    whole = [cell for cell in cells if set(cell) == seeds]
    if len(whole) < 2 or len(seeds) < 2:
        return None
    *_, without, n0 = fit(whole, False)
    *_, rest, n1 = fit(whole, True)
    f = (without - rest) / (n0 - n1) / (rest / n1)
    return {"f": f, "p": stats.f.sf(f, n0 - n1, n1)}


def contrast(b, covariance, variance, degrees, weights):
    w = np.zeros(len(b))
    w[:len(weights)] = weights
    value = w @ b
    error = np.sqrt(variance * w @ covariance @ w)
    half = stats.t.ppf(0.975, degrees) * error
    return {"weights": list(weights), "value": value, "standard_error": error,
            "degrees": degrees, "low": value - half, "high": value + half,
            "p": 2 * stats.t.sf(abs(value / error), degrees)}


def pairs(count):
    for i, k in itertools.combinations(range(count), 2):
        yield [(j == k) - (j == i) for j in range(count)]


def grid(name, cells, noise):
    """cells: seed -> value. noise: what the model must decide on."""
    test = seed_test(cells)
    rows = []
    if noise == "own":
        # Welch's test of each pair; Games and Howell's of all.
        samples = [list(cell.values()) for cell in cells]
        all_pairs = stats.tukey_hsd(*samples, equal_var=False)
        for i, k in itertools.combinations(range(len(cells)), 2):
            a, b = samples[i], samples[k]
            t = stats.ttest_ind(b, a, equal_var=False)
            interval = t.confidence_interval()
            value = np.mean(b) - np.mean(a)
            rows.append({
                "weights": [(j == k) - (j == i) for j in range(len(cells))],
                "value": value, "standard_error": value / t.statistic,
                "degrees": t.df, "p": t.pvalue, "low": interval.low,
                "high": interval.high, "p_tukey": all_pairs.pvalue[k, i]})
            ends = all_pairs.confidence_interval()
            rows[-1]["simultaneous_low"] = ends.low[k, i]
            rows[-1]["simultaneous_high"] = ends.high[k, i]
        assert stats.bartlett(*samples).pvalue < 0.01
        sd = degrees = None
    else:
        b, covariance, squares, degrees = fit(cells, noise == "seeded")
        sd = np.sqrt(squares / degrees)
        for weights in pairs(len(cells)):
            row = contrast(b, covariance, sd ** 2, degrees, weights)
            q = np.sqrt(2) * abs(row["value"]) / row["standard_error"]
            row["p_tukey"] = stats.studentized_range.sf(q, len(cells), degrees)
            reach = stats.studentized_range.ppf(
                0.95, len(cells), degrees) / np.sqrt(2) * row["standard_error"]
            row["simultaneous_low"] = row["value"] - reach
            row["simultaneous_high"] = row["value"] + reach
            rows.append(row)
    for row, p in zip(rows, holm([row["p"] for row in rows])):
        row["p_holm"] = p
    assert (noise == "seeded") == (test is not None and test["p"] < 0.05)
    return {"name": name, "noise": noise, "sd": sd, "degrees": degrees,
            "seed_test": test, "pairs": rows,
            "cells": [[[s, v] for s, v in cell.items()] for cell in cells]}


def draw(rng, means, seeds, sd, shift=0.0):
    """A cell a mean; every seed shifts all cells alike by about `shift`."""
    shifts = rng.normal(0, 1, len(seeds)) * shift
    sds = np.broadcast_to(sd, len(means))
    return [{s: m + d + rng.normal(0, c) for s, d in zip(seeds, shifts)}
            for m, c in zip(means, sds)]


def grids(rng):
    means = 2.0 - 0.004 * np.arange(6)
    three = (1, 2, 3)
    yield grid("no seed effect", draw(rng, means, three, 0.003), "pooled")
    yield grid("ten seeds", draw(rng, means[:3], range(10), 0.003), "pooled")
    yield grid("a seed effect", draw(rng, means, three, 0.003, 0.02), "seeded")
    unequal = draw(rng, means[:4], range(6), [0.001, 0.002, 0.02, 0.05])
    yield grid("own variances", unequal, "own")
    some = draw(rng, means, three, 0.003)
    del some[1][3], some[4][1], some[4][2]
    yield grid("incomplete cells", some, "pooled")
    yield grid("two seeds", draw(rng, means[:4], (7, 9), 0.003), "pooled")


def late_cell(rng):
    """A seed effect, and a cell that has one of its three seeds."""
    cells = draw(rng, [2.0, 1.99, 1.98, 1.97], (1, 2, 3), 0.003, 0.02)
    whole = cells[:3]
    *_, squares, degrees = fit(whole, True)
    late = cells[3] = {2: cells[3][2]}

    def difference(y, own):
        """To cell 0, of values of the whole cells [cell, seed]."""
        effects = y.mean(0) - y.mean()
        return own - effects[1] - y[0].mean()

    y = np.array([list(cell.values()) for cell in whole])
    value = difference(y, late[2])
    # The estimate is linear: how much of each run is in it.
    shares = [1.0]
    for i in np.ndindex(y.shape):
        unit = np.zeros(y.shape)
        unit[i] = 1
        shares.append(difference(unit, 0.0))
    error = np.sqrt(squares / degrees * np.square(shares).sum())
    return {"cells": [[[s, v] for s, v in cell.items()] for cell in cells],
            "value": value, "standard_error": error, "degrees": degrees}


def power():
    """P(|T| > reach) where the true difference is so many standard errors."""
    for degrees in (2, 8, 18, 72):
        for level in (0.05, 0.05 / 36):
            reach = stats.t.ppf(1 - level / 2, degrees)
            for shift in (0.5, 2.8, 5.0):
                p = (stats.nct.sf(reach, degrees, shift)
                     + stats.nct.cdf(-reach, degrees, shift))
                yield {"degrees": degrees, "reach": reach, "shift": shift,
                       "power": p}


def detectable():
    """The shift at 80 % power."""
    for degrees in (2, 18, 72):
        for reach in (stats.t.ppf(0.975, degrees), 3.5):
            shift = optimize.brentq(
                lambda d: stats.nct.sf(reach, degrees, d)
                + stats.nct.cdf(-reach, degrees, d) - 0.8, 0.5, 6, xtol=1e-10)
            yield {"degrees": degrees, "reach": reach, "shift": shift}


def main():
    rng = np.random.default_rng(11)
    golden = {
        "scipy": scipy.__version__,
        "quantiles": [
            {"degrees": n, "p": p, "t": stats.t.ppf(p, n)}
            for n in DEGREES for p in (0.6, 0.9, 0.975, 0.995)],
        "tails": [
            {"degrees": n, "t": t, "two_sided": 2 * stats.t.sf(t, n)}
            for n in (*DEGREES, 1.7, 23.4)
            for t in (0.01, 0.5, 1.0, 2.0, 4.3, 12.0, 60.0)],
        "f_tails": [
            {"f": f, "above": a, "below": b, "p": stats.f.sf(f, a, b)}
            for a in (1, 2, 7) for b in (2, 16, 200)
            for f in (0.1, 1.0, 3.5, 40.0)],
        "chi_squared_tails": [
            {"x": x, "degrees": n, "p": stats.chi2.sf(x, n)}
            for n in (1, 2, 8, 35) for x in (0.2, 3.0, 20.0, 80.0)],
        "ranges": [
            {"means": k, "degrees": n, "q": q,
             "p": stats.studentized_range.sf(q, k, n)}
            for k in (2, 3, 9, 40) for n in (2, 3.7, 18, 200)
            for q in (0.5, 2.0, 4.0, 9.0)],
        "range_quantiles": [
            {"means": k, "degrees": n, "p": p,
             "q": stats.studentized_range.ppf(p, k, n)}
            for k in (2, 9, 40) for n in (2, 18, 200) for p in (0.5, 0.95)],
        "power": list(power()),
        "detectable": list(detectable()),
        "samples": [sample(rng, seeds) for seeds in (2, 3, 5, 10)],
        "grids": list(grids(rng)),
        "late_cell": late_cell(rng)}
    json.dump(golden, sys.stdout, indent=1, default=float)
    print()


main()
