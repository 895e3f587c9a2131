"""Makes the tables, the image and the page of a record again from its rows.

usage: remake.py RECORD NANOBRAIN    RECORD: a folder with runs.csv, from which
                                     all else but the page's curves is made,
                                     and the sweep's baselines.json, if it has one

The rows are written as the sweep's folder that they came from, without models;
`nanobrain report` makes the files; the page keeps its runs' curves, samples
and hosts, which only the page holds.
"""

import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

TAG = '<script type="application/json" id="data">'
FACTS = ("parameters", "steps", "tokens", "train_flops")
STATUS = ("state", "attempts", "exit_code", "error", "host")
TEXTS = ("commit", "isa", "arithmetic", "libtorch", "compiler", "device", "cpu",
         "train_xxh3", "val_xxh3", "tokenizer_sha256", "timed_on")


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))


def make_folder(rows, folder):
    """JSON is YAML, too."""
    keys = [key for key in rows[0] if "." in key]
    seeds = sorted({int(row["seed"]) for row in rows})
    cells = list(dict.fromkeys(row["cell"] for row in rows))
    grid = {key: list(dict.fromkeys(value(row[key]) for row in rows))
            for key in keys}
    write(folder / "base.yaml", {})
    write(folder / "sweep.yaml", {
        "format": 1, "base": "base.yaml", "grid": grid, "seeds": seeds,
        "budget": {"steps": int(rows[0]["steps"])}})
    for row in rows:
        cell = folder / "cells" / row["cell"]
        facts = {key: value(row[key]) for key in FACTS}
        write(cell / "cell.json", {
            "format": 1, "id": row["cell"], "order": cells.index(row["cell"]),
            "overrides": {key: value(row[key]) for key in keys}, **facts})
        run = cell / f"seed-{row['seed']}"
        write(run / "status.json", {
            **{key: value(row[key]) for key in STATUS}, "pid": 0,
            "elapsed_s": 0.0})
        if row["state"] == "done":
            skip = {"cell", *keys, *STATUS}
            write(run / "result.json", {
                k: v if k in TEXTS else value(v) for k, v in row.items()
                if k not in skip and v != ""})


def page_data(path):
    before, after = path.read_text(encoding="utf-8").split(TAG)
    data, end = after.split("</script>", 1)
    return before, json.loads(data), end


def main():
    record, nanobrain = map(pathlib.Path, sys.argv[1:])
    with open(record / "runs.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    _, old, _ = page_data(record / "report.html")
    name = old["sweeps"][0]["name"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / name
        make_folder(rows, folder)
        if (record / "baselines.json").exists():
            shutil.copy(record / "baselines.json", folder)
        flags = {"--output": "report.html", "--csv": "cells.csv",
                 "--differences-csv": "differences.csv",
                 "--effects-csv": "effects.csv", "--svg": "front.svg"}
        subprocess.run(
            [nanobrain, "report", folder, "--force", "--title", old["title"],
             *(x for flag, to in flags.items() for x in (flag, record / to))],
            check=True)
    before, new, end = page_data(record / "report.html")
    new["sweeps"][0]["path"] = old["sweeps"][0]["path"]
    new |= {key: old[key] for key in ("created_at", "build", "runs")}
    text = json.dumps(new, ensure_ascii=False, separators=(",", ":"))
    (record / "report.html").write_text(
        before + TAG + text.replace("<", "\\u003c") + "</script>" + end,
        encoding="utf-8")


main()
