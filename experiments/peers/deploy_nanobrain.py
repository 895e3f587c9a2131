"""nanobrain's own rows of deploy.sh: deploy_nanobrain.py PROGRAM DEPLOYED_PROGRAM MODEL INT8_MODEL TEXT --threads N

Runs `nanobrain bench forward|generate` and `nanobrain-run bench start` on the int8 model and `nanobrain eval` on both, and prints
a JSON line for each work. A command that fails is said on stderr and its row left out.
"""
import argparse
import json
import statistics
import subprocess
import sys

from deploy_common import GENERATED, PROMPT, TOKENS


EVALS = 3  # eval times itself, once a run


def run(command):
    """The JSON of a command; None where it fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode == 0:
            return json.loads(result.stdout)
        fault = result.stderr.strip()
    except OSError as error:
        fault = str(error)
    print(f"deploy: no row for `{' '.join(command[1:3])}`: {fault}", file=sys.stderr)
    return None


def measure(command):
    """{"unit", "median", "min", "max"}; None where the command fails."""
    results = [run(command) for _ in range(EVALS if command[1] == "eval" else 1)]
    if None in results:
        return None
    unit, key = ("ms", "median_ms") if "median_ms" in results[0] else ("tokens/s", "tokens_per_s")
    values = [result[key] for result in results]
    return {"unit": unit, "median": statistics.median(values), "min": min(result.get("min", result[key]) for result in results),
            "max": max(result.get("max", result[key]) for result in results)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("program", "deployed", "model", "int8", "text"):
        parser.add_argument(name)
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()
    flags = ["--threads", str(args.threads), "--json"]
    bench = [args.program, "bench"]
    int8 = ["--model", args.int8]
    commands = {
        ("int8", "forward"): bench + ["forward"] + int8 + ["--tokens", str(TOKENS)],
        ("int8", "prompt"): bench + ["forward"] + int8 + ["--tokens", str(TOKENS), "--last"],
        ("int8", "generate"): bench + ["generate"] + int8 + ["--prompt-tokens", str(PROMPT), "--tokens", str(GENERATED)],
        ("int8", "start"): [args.deployed, "bench", "start"] + int8,
        ("int8", "score"): [args.program, "eval", "--input", args.text] + int8,
        ("f32", "score"): [args.program, "eval", "--input", args.text, "--model", args.model],
    }
    for (kind, work), command in commands.items():
        result = measure(command + flags)
        if result is not None:
            print(json.dumps({"system": f"nanobrain {kind}", "version": "", "threads": args.threads, "work": work} | result))


if __name__ == "__main__":
    main()
