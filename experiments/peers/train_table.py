"""The lines of train.sh as a Markdown table: train_table.py RESULTS.jsonl. Ratio: nanobrain at the same precision and threads over it."""
import json
import sys


def main():
    with open(sys.argv[1]) as file:
        rows = [json.loads(line) for line in file]
    ours = {}
    for row in rows:
        if "peer" not in row:
            row["peer"], row["version"] = f"nanobrain {row['precision']}", row["backend"]
            ours[row["precision"], row["threads"]] = row["tokens_per_s"]
    cpu = next(row["cpu"] for row in rows if "cpu" in row)
    print(f"{cpu}; whole training steps; nanobrain bf16 and f32 over each peer at the same number of threads.\n")
    print("| | threads | tokens/s | min to max | nanobrain bf16 is | nanobrain f32 is | peak memory |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        speed, threads = row["tokens_per_s"], row["threads"]
        ratios = [f"{ours[p, threads] / speed:.2f} x" for p in ("bf16", "f32")]
        print(f"| {row['peer']} ({row['version']}) | {threads} | {speed:,.0f} "
              f"| {row['min']:,.0f} to {row['max']:,.0f} | {ratios[0]} | {ratios[1]} | {row['peak_rss_bytes'] / 1e6:,.0f} MB |")


if __name__ == "__main__":
    main()
