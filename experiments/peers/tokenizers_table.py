"""The lines of tokenizers.sh as a Markdown table: tokenizers_table.py RESULTS.jsonl. Ratio: nanobrain, same kind and threads, over it."""
import json
import statistics
import sys


def cpu():
    with open("/proc/cpuinfo") as file:
        return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))


def main():
    runs = {}
    with open(sys.argv[1]) as file:
        for line in file:
            row = json.loads(line)
            runs.setdefault((row["kind"], row["threads"], f"{row['peer']} {row['version']}"), []).append(row)
    print(f"{cpu()}; documents in memory to ids in memory; median of {len(next(iter(runs.values())))} runs.\n")
    print("| tokenizer | | threads | MB/s | min to max | nanobrain is | tokens |")
    print("|---|---|---|---|---|---|---|")
    medians = {key: statistics.median(row["mb_per_s"] for row in rows) for key, rows in runs.items()}
    for (kind, threads, peer), rows in runs.items():
        ours = next(value for key, value in medians.items() if key[:2] == (kind, threads) and key[2].startswith("nanobrain"))
        speeds = [row["mb_per_s"] for row in rows]
        median = medians[kind, threads, peer]
        print(f"| {kind} | {peer} | {threads} | {median:.1f} | {min(speeds):.1f} to {max(speeds):.1f} | {ours / median:.2f} x "
              f"| {rows[0]['tokens']:,} |")


if __name__ == "__main__":
    main()
