"""The lines of deploy.sh as Markdown: deploy_table.py RESULTS.jsonl SIZES.json

Of the rounds of each system: the median of their medians, the least and the largest of all repetitions. Ratio: how many times
faster nanobrain's int8 model is at the same number of threads.
"""
import json
import os
import pathlib
import statistics
import sys

OURS = "nanobrain int8"
WORKS = {
    "forward": "forward of 64 tokens, all logits (f32, in memory)",
    "prompt": "prompt of 64 tokens, last logits",
    "generate": "generation, greedy, batch 1: 128 tokens after a prompt of 16",
    "score": "scoring a text: the loss of every token (llama.cpp: its logits alone)",
    "start": "start of the program to the first token of its text: nanobrain-run",
}
PEER = "the best peer"
# How many times faster nanobrain's int8 model is to be, at least.
TARGETS = {
    ("forward", PEER): 3,
    ("prompt", "llama.cpp Q8_0"): 4,
    ("prompt", PEER): 4,
    ("generate", PEER): 2.5,
    ("score", "nanobrain f32"): 3,
    ("score", "PyTorch eager f32"): 8,
    ("score", PEER): 4,
}
HELD = os.environ.get("NANOBRAIN_ISA") == "avx2"  # by deploy.sh --isa


def is_rival(system):
    """Not ONNX Runtime where the others are held to AVX2: it cannot be."""
    return not system.startswith(("nanobrain", "ONNX") if HELD else "nanobrain")


def cpu_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def gather(lines):
    """{(work, threads, system): {"median", "min", "max", "unit", "error", "version"}} in the order of the lines."""
    rounds = {}
    for line in lines:
        row = json.loads(line)
        rounds.setdefault((row["work"], row["threads"], row["system"]), []).append(row)
    return {
        key: rows[-1] | {
            "median": statistics.median(row["median"] for row in rows),
            "min": min(row["min"] for row in rows),
            "max": max(row["max"] for row in rows),
        } for key, rows in rounds.items()}


def times_faster(own, row):
    return row["median"] / own["median"] if row["unit"] == "ms" else own["median"] / row["median"]


def ratio(row, own):
    return "-" if own is None else f"{times_faster(own, row):.2f} x"


def print_targets(rows):
    """The ratios that count, at every number of threads."""
    lines = []
    for threads in sorted({key[1] for key in rows}, reverse=True):
        for (work, rival), least in TARGETS.items():
            own = rows.get((work, threads, OURS))
            rivals = {
                system: row for (other, count, system), row in rows.items()
                if other == work and count == threads and (is_rival(system) if rival == PEER else system == rival)}
            if own is None or not rivals:
                continue
            system = min(rivals, key=lambda name: times_faster(own, rivals[name]))
            name = f"{PEER}, {system}" if rival == PEER else system
            lines.append(f"| {work} | {threads} | {name} | {ratio(rivals[system], own)} | {least} x |")
    if lines:
        print("### nanobrain's int8 model beside them\n\n| | threads | beside | is faster | aimed at |\n|---|---|---|---|---|")
        print("\n".join(lines) + "\n")


def format_value(value, unit):
    return f"{value:.3f}" if unit == "ms" else f"{value:,.0f}"


def main():
    rows = gather(pathlib.Path(sys.argv[1]).read_text().splitlines())
    held = ", all held to AVX2 but ONNX Runtime, which takes AVX-512 where it is and cannot be held" if HELD else ""
    print(f"{cpu_name()}{held}; nanobrain's int8 model is so many times faster than each row at the same number of threads.\n")
    for work, title in WORKS.items():
        of_work = {key: row for key, row in rows.items() if key[0] == work}
        if not of_work:
            continue
        unit = next(iter(of_work.values()))["unit"]
        compared = any("error" in row for row in of_work.values())
        columns = ["", "threads", unit, "min to max", "nanobrain is"] + ["its logits differ by"] * compared
        print(f"### {title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
        for (_, threads, system), row in sorted(of_work.items(), key=lambda item: -item[0][1]):
            median, least, most = (format_value(row[key], unit) for key in ("median", "min", "max"))
            version = f" ({row['version']})" if row["version"] else ""
            cells = [system + version, str(threads), median, f"{least} to {most}",
                     "" if system == OURS else ratio(row, of_work.get((work, threads, OURS)))]
            if compared:
                error = row.get("error")
                cells.append("" if error is None else f"{error:.1e}" if error else "the reference")
            print(f"| {' | '.join(cells)} |")
        print()
    print_targets(rows)
    print("### files, tokenizers left out\n\n| | bytes |\n|---|---|")
    for name, size in json.loads(pathlib.Path(sys.argv[2]).read_text()).items():
        print(f"| {name} | {size:,} |")


if __name__ == "__main__":
    main()
