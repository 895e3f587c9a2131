"""A report like a sweep's, for tests of the page: 9 cells x 3 seeds.

    fixture.py PAGE OUTPUT [--hostile]    puts the data into the page

PAGE is the page without data (nanobrain/report/page/report.html of the build).
Figures are made up by closed forms; the statistics over them are real.
"""

import json
import math
import pathlib
import sys

LAYERS, WIDTHS, SEEDS = (1, 2, 4), (128, 256, 512), (1, 2, 3)
STEPS, TOKENS_PER_STEP = 300, 32 * 256
T_975_2 = 4.302652729911275  # Student's t, 2 degrees of freedom
NAMES = ("<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>",
         "<!--<script>", "${alert(3)}", "\u202e\"'&amp;\u0000é漢🙂")


def figure(key, title, brief, role, format, results, unit="", live="",
           of_runs=False):
    return {"key": key, "title": title, "brief": brief, "role": role,
            "unit": unit, "format": format, "results": results,
            "derived": key == "perplexity", "live": live, "of_runs": of_runs}


FIGURES = [
    figure("loss", "loss (nats per token)", "", "loss", "",
           ["val_loss", "int8_val_loss"]),
    figure("bits_per_byte", "bits per byte", "bits/byte", "objective",
           "{:.4f}", ["val_bits_per_byte", "int8_val_bits_per_byte"],
           live="validation.bits_per_byte", of_runs=True),
    figure("perplexity", "perplexity per token", "perplexity", "loss",
           "{:.2f}", ["val_loss", "int8_val_loss"]),
    figure("parameters", "parameters", "parameters", "cost", "count",
           ["parameters"]),
    figure("bytes", "size of the model's file", "size", "cost", "bytes",
           ["f32_bytes", "int8_bytes"], unit="B"),
    figure("forward_ms", "forward pass of 64 tokens", "time", "cost",
           "{:.3f}", ["forward_ms", "int8_forward_ms"], unit="ms"),
    figure("train_flops", "training FLOPs", "FLOPs", "cost", "{:.3g}",
           ["train_flops"]),
    figure("tokens", "tokens", "tokens", "fact", "count", ["tokens"]),
    figure("tokens_per_s", "tokens/s", "", "fact", "count",
           ["tokens_per_s"], live="train.tokens_per_s", of_runs=True),
    figure("elapsed_s", "time", "", "fact", "duration", ["elapsed_s"],
           live="train.elapsed_s", of_runs=True)]


def wobble(*keys):
    """A number in [-1, 1] that keys decide."""
    x = math.sin(sum((i + 1) * 12.9898 * (k + 1) for i, k in enumerate(keys)))
    return 2 * ((x * 43758.5453) % 1) - 1


def estimate(values):
    mean = sum(values) / len(values)
    if len(values) < 2:
        return {"mean": mean, "sd": None, "low": None, "high": None,
                "values": values}
    sd = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
    half = T_975_2 * sd / math.sqrt(len(values))
    return {"mean": mean, "sd": sd, "low": mean - half, "high": mean + half,
            "values": values}


def paired(a, b):
    """b - a of three seeds."""
    e = estimate([y - x for x, y in zip(a, b)])
    t = e["mean"] / (e["sd"] / math.sqrt(3))
    p = 1 - abs(t) / math.sqrt(t * t + 2)  # two-sided, 2 degrees of freedom
    return {"mean": e["mean"], "low": e["low"], "high": e["high"], "p": p,
            "standard_error": e["sd"] / math.sqrt(3)}


def judged_together(rows):
    """By Bonferroni's method, whose quantiles have a closed form here."""
    for row in rows:
        row["p_adjusted"] = row["p_holm"] = min(1, row["p"] * len(rows))
        tail = 0.05 / len(rows)
        half = (1 - tail) * math.sqrt(2 / (tail * (2 - tail)))
        half *= row.pop("standard_error")
        row["simultaneous_low"] = row["mean"] - half
        row["simultaneous_high"] = row["mean"] + half
    return rows


def effect(key, words, a, b):
    """Of cells' values, a key at two of its own; one pair a width or depth."""
    means = [[sum(v) / len(v) for v in zip(*cells)] for cells in (a, b)]
    return {"key": key, "from": words[0], "to": words[1], "pairs": len(a),
            **paired(*means)}


def bits_per_byte(layers, width, seed, int8=False):
    base = 1.92 - 0.030 * math.log2(layers) - 0.012 * math.log2(width / 128)
    noise = 0.004 * wobble(seed) + 0.003 * wobble(seed, layers, width)
    return base + noise + (0.0021 + 0.0006 * wobble(layers, seed)) * int8


def curve(final, seed, layers):
    steps = list(range(1, STEPS + 1, 2))
    loss = [final + 5.1 * math.exp(-s / 40) + 1.2 * math.exp(-s / 160)
            + 0.06 * wobble(seed, s, layers) for s in steps]
    elapsed = [0.38 * s * (1 + 0.1 * layers) for s in steps]
    return steps, loss, elapsed


def make_run(layers, width, seed, names):
    cell = f"num_layers={layers},ffn_dim={width}"
    bits = bits_per_byte(layers, width, seed)
    final = bits * 2.9
    steps, loss, elapsed = curve(final, seed, layers)
    at = steps[24::25]
    # One run of 27 broke off.
    failed = (layers, width, seed) == (4, 512, 3)
    validation = {
        "step": at, "tokens": [s * TOKENS_PER_STEP for s in at],
        "elapsed_s": [elapsed[steps.index(s)] for s in at],
        "loss": [final + 5.1 * math.exp(-s / 40) + 1.2 * math.exp(-s / 160)
                 for s in at]}
    validation["bits_per_byte"] = [x / 2.9 for x in validation["loss"]]
    parameters = count(layers, width)
    return {
        "id": f"depth_ffn/{cell}/seed-{seed}", "sweep": "depth_ffn",
        "cell": cell, "seed": seed, "state": "failed" if failed else "done",
        "error": names[0] if failed else None,
        "config": {"model.num_layers": layers, "model.ffn_dim": width,
                   "model.model_dim": 64, "model.vocab_size": 32294,
                   "train.steps": STEPS, "train.batch_size": 32,
                   "train.seed": seed, "train.data_seed": seed,
                   "optimizer.lr": 0.004, "optimizer.betas": [0.9, 0.95],
                   "data.tokenizer": names[1]},
        "host": {"cpu": "AMD EPYC 9B14", "cpus": 2,
                 "memory_bytes": 16777216000, "os": "Linux 6.1",
                 "hostname": names[2]},
        "build": {"commit": "6ed94df", "compiler": "GCC 12.2.0",
                  "build_type": "Release", "libtorch": "2.13.0"},
        "train": {"step": steps,
                  "tokens": [s * TOKENS_PER_STEP for s in steps],
                  "elapsed_s": elapsed, "loss": loss,
                  "tokens_per_s": [21000 / (1 + 0.1 * layers)
                                   + 300 * wobble(s) for s in steps],
                  "lr": [0.004 * min(s / 50, 0.5 + 0.5 * math.cos(
                      math.pi * s / STEPS)) for s in steps],
                  "grad_norm": [0.4 + 2 / math.sqrt(s) + 0.1 * wobble(s, seed)
                                for s in steps]},
        "validation": validation,
        "samples": [{"step": s, "prompt": "Once upon a time",
                     "text": f" there was a small model of {layers} layers."
                     + " It read and it read.\n\n" * 2 + names[3]}
                    for s in (150, 300)],
        "result": None if failed else {
            "format": 1, "seed": seed, "val_loss": final,
            "val_bits_per_byte": bits,
            "int8_val_loss": bits_per_byte(layers, width, seed, True) * 2.9,
            "int8_val_bits_per_byte": bits_per_byte(layers, width, seed, True),
            "parameters": parameters, "f32_bytes": 4 * parameters,
            "int8_bytes": int(1.03 * parameters),
            "forward_ms": 1.1 + 0.5 * layers + width / 900,
            "int8_forward_ms": 0.4 + 0.12 * layers + width / 4000,
            "train_flops": flops(layers, width),
            "tokens": STEPS * TOKENS_PER_STEP, "steps": STEPS,
            "tokens_per_s": 21000 / (1 + 0.1 * layers),
            "elapsed_s": elapsed[-1], "peak_rss_bytes": 912000000,
            "threads": 2}}


def count(layers, width):
    return 32294 * 64 + 256 * 64 + layers * (4 * 64 * 64 + 2 * 64 * width
                                             + 256) + 128


def flops(layers, width):
    return 6.0 * count(layers, width) * STEPS * TOKENS_PER_STEP


NGRAMS = (("uniform", 3.15), ("unigram", 2.33), ("bigram (Kneser-Ney)", 1.95),
          ("trigram (Kneser-Ney)", 1.875))


def against_trigram(bits):
    """The trigram is the best of NGRAMS."""
    by = bits - NGRAMS[-1][1]
    return {"beside": f"{'LOSES to' if by > 0 else 'beats'} the counted "
                      f"trigram by {abs(by):.4f} bits per byte",
            "loses": by > 0}


def beside_counting(cells):
    """Counted for all cells; the trigram beats some of them."""
    def loses(cell, bits):
        return any(cell[p]["bits_per_byte"]["mean"] > bits
                   for p in ("f32", "int8"))
    for cell in cells:
        cell["ngram"] = {"name": "trigram", "bits_per_byte": NGRAMS[-1][1],
                         "tokens": STEPS * TOKENS_PER_STEP}
        for p in ("f32", "int8"):
            cell[p] |= against_trigram(cell[p]["bits_per_byte"]["mean"])
    losing = [sum(loses(c, bits) for c in cells) for _, bits in NGRAMS]
    return {
        "ngrams": [{"cells": [c["id"] for c in cells],
                    "tokens": STEPS * TOKENS_PER_STEP, "data_seed": 1,
                    "name": name, "bits_per_byte": bits, "losing": n}
                   for (name, bits), n in zip(NGRAMS, losing)],
        "losing": losing[-1]}


def tested(cell, looks=1):
    val = cell["f32"]["bits_per_byte"]
    ngrams = [{"name": name, "bits_per_byte": bits} for name, bits in NGRAMS]
    test = estimate([x + 0.1 for x in val["values"]])
    return {"looks": looks, "missing": None, "confirmation": False,
            "cells": [{"id": cell["id"], "val": val,
                       "test": test, "measured": {}, "ngrams": ngrams,
                       **against_trigram(test["mean"])}]}


def without_ngrams(sweep):
    sweep |= {"ngrams": [], "losing": None, "test": None}
    for cell in sweep["cells"]:
        cell["ngram"] = None
        for p in ("f32", "int8"):
            cell[p] |= {"beside": "", "loses": False}


def fronts(points):
    """off, or on by the means; every second of each only within noise."""
    front = [name for name, (cost, bits) in sorted(points.items(),
                                                   key=lambda p: p[1])
             if not any(c <= cost and b < bits for c, b in points.values())]
    state = {name: ("off", "off_noise")[i % 2]
             for i, name in enumerate(points)}
    state.update((name, ("on", "noise")[i % 2])
                 for i, name in enumerate(front))
    return state


def make_cell(layers, width, runs):
    cell = f"num_layers={layers},ffn_dim={width}"
    done = [r["result"] for r in runs if r["cell"] == cell and r["result"]]
    plural = "s" * (layers > 1)
    entry = {
        "id": cell, "label": f"{layers} layer{plural}, FFN {width}",
        "overrides": {"model.num_layers": layers, "model.ffn_dim": width},
        "parameters": count(layers, width),
        "train_flops": flops(layers, width), "steps": STEPS,
        "tokens": STEPS * TOKENS_PER_STEP,
        "seeds": [r["seed"] for r in done], "failed": len(SEEDS) - len(done),
        "censored": {}}
    for precision, prefix in (("f32", ""), ("int8", "int8_")):
        loss = [r[prefix + "val_loss"] for r in done]
        entry[precision] = {
            "bytes": estimate([r[precision + "_bytes"] for r in done]),
            "bits_per_byte": estimate(
                [r[prefix + "val_bits_per_byte"] for r in done]),
            "loss": estimate(loss),
            "perplexity": estimate([math.exp(x) for x in loss]),
            "forward_ms": estimate(
                [r[prefix + "forward_ms"] * (1 + 0.02 * wobble(
                    r["seed"], layers)) for r in done]),
            "front": {}}
    return entry


def mark_fronts(cells):
    for precision in ("f32", "int8"):
        for axis in ("parameters", "bytes", "forward_ms", "train_flops"):
            points = {}
            for cell in cells:
                if cell["failed"]:
                    continue
                cost = cell[precision].get(axis, cell.get(axis))
                points[cell["id"]] = (
                    cost["mean"] if isinstance(cost, dict) else cost,
                    cell[precision]["bits_per_byte"]["mean"])
            state = fronts(points)
            for cell in cells:
                cell[precision]["front"][axis] = (
                    "incomplete" if cell["failed"] else state[cell["id"]])


def make_report(hostile=False):
    names = NAMES if hostile else (
        "[train] the loss of step 212 is not a number; lower optimizer.lr",
        "tokenizer.model", "node-7", "The end.", "depth_ffn")
    runs = [make_run(l, w, s, names)
            for l in LAYERS for w in WIDTHS for s in SEEDS]
    cells = [make_cell(l, w, runs) for l in LAYERS for w in WIDTHS]
    mark_fronts(cells)
    values = {c["id"]: c["f32"]["bits_per_byte"]["values"] for c in cells}
    full = [c["id"] for c in cells if not c["failed"]]
    differences = judged_together(
        [{"a": a, "b": b, **paired(values[a], values[b])}
         for i, a in enumerate(full) for b in full[i + 1:]])
    best = min(full, key=lambda name: sum(values[name]))
    at = {(n, w): next(c["f32"]["bits_per_byte"]["values"] for c in cells
                       if c["id"] == f"num_layers={n},ffn_dim={w}")
          for n in LAYERS for w in WIDTHS}
    whole = [w for w in WIDTHS if all(len(at[n, w]) == 3 for n in LAYERS)]
    effects = judged_together([effect("model.num_layers", (f"{a} layers", f"{b} layers"),
                      [at[a, w] for w in whole], [at[b, w] for w in whole])
               for a, b in ((1, 2), (1, 4), (2, 4))])
    if hostile:
        cells[0]["label"] = names[0]
        cells[1]["label"] = names[4]
        runs[0]["samples"][0]["text"] = names[1]
    return {
        "format": 1,
        "title": names[1] if hostile else "Depth and width at 300 steps",
        "created_at": "2026-11-23T12:00:00Z",
        "build": "nanobrain 6ed94df, LibTorch 2.13.0",
        "figures": FIGURES,
        "sweeps": [{"name": "depth_ffn", "path": "ablations/depth_ffn.yaml",
                    "counts": {"done": 26, "failed": 1, "running": 0,
                               "waiting": 0},
                    "keys": ["model.num_layers", "model.ffn_dim"],
                    "cells": cells, "best": best, "differences": differences,
                    "mixed": "",
                    "model": "pooled within-cell sd 0.003, 18 degrees of "
                             "freedom",
                    "effects": effects, **beside_counting(cells),
                    "test": tested(next(c for c in cells
                                        if c["id"] == best))}],
        "runs": runs}


def put_into(page, report):
    """What the program does: the JSON behind the tag, without any `<`."""
    tag = '<script type="application/json" id="data">'
    before, after = page.split(tag)
    text = json.dumps(report, ensure_ascii=False).replace("<", "\\u003c")
    return before + tag + text + after


if __name__ == "__main__":
    source, target = map(pathlib.Path, sys.argv[1:3])
    target.write_text(put_into(
        source.read_text(), make_report("--hostile" in sys.argv)))
