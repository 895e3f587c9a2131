"""The lines of train.sh as a Markdown table: train_table.py RESULTS.jsonl

Of the rounds of each system: the median of their medians, the least and the largest of all steps. Ratio: nanobrain at that
precision and the same number of threads over it.
"""
import json
import os
import statistics
import sys

PRECISIONS = ("bf16", "f32")


def gather(lines):
    """{(system, version, threads): its figures} in the order of the lines."""
    rounds = {}
    for line in lines:
        row = json.loads(line)
        system = row.get("peer") or f"nanobrain {row['precision']}"
        version = row.get("version") or row["backend"]
        rounds.setdefault((system, version, row["threads"]), []).append(row)
    return {
        key: {
            "median": statistics.median(row["tokens_per_s"] for row in rows),
            "min": min(row["min"] for row in rows),
            "max": max(row["max"] for row in rows),
            "memory": max(row["peak_rss_bytes"] for row in rows),
            "cpu": rows[0].get("cpu"),
        } for key, rows in rounds.items()}


def main():
    with open(sys.argv[1]) as file:
        rows = gather(file)
    ours = {(system.split()[1], threads): row["median"]
            for (system, _, threads), row in rows.items() if system.startswith("nanobrain")}
    shown = [p for p in PRECISIONS if any(precision == p for precision, _ in ours)]
    cpu = next(row["cpu"] for row in rows.values() if row["cpu"])
    held = ", all held to AVX2" if os.environ.get("NANOBRAIN_ISA") == "avx2" else ""
    print(f"{cpu}{held}; whole training steps; nanobrain over each system at the same number of threads.\n")
    print("| | threads | tokens/s | min to max |" + "".join(f" nanobrain {p} is |" for p in shown) + " peak memory |")
    print("|" + "---|" * (5 + len(shown)))
    for (system, version, threads), row in rows.items():
        ratios = "".join(f" {ours[p, threads] / row['median']:.2f} x |" for p in shown)
        print(f"| {system} ({version}) | {threads} | {row['median']:,.0f} | {row['min']:,.0f} to {row['max']:,.0f} |"
              f"{ratios} {row['memory'] / 1e6:,.0f} MB |")


if __name__ == "__main__":
    main()
