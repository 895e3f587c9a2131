"""nanobrain's own rows of deploy.sh: deploy_nanobrain.py PROGRAM MODEL INT8_MODEL TEXT --threads N

Runs `nanobrain bench forward|generate` on the int8 model and `nanobrain eval` on both, and prints a JSON line for each work.
A command that fails is said on stderr and its row left out.
"""
import argparse
import json
import subprocess
import sys

from deploy_common import GENERATED, PROMPT, TOKENS


def run(command):
    """The JSON of a command; None where it fails."""
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode == 0:
        return json.loads(result.stdout)
    print(f"deploy: no row for `{' '.join(command[1:3])}`: {result.stderr.strip()}", file=sys.stderr)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("program", "model", "int8", "text"):
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
        ("int8", "score"): [args.program, "eval", "--input", args.text] + int8,
        ("f32", "score"): [args.program, "eval", "--input", args.text, "--model", args.model],
    }
    for (kind, work), command in commands.items():
        result = run(command + flags)
        if result is None:
            continue
        unit = "ms" if "median_ms" in result else "tokens/s"
        median = result["median_ms"] if unit == "ms" else result["tokens_per_s"]
        print(json.dumps({
            "system": f"nanobrain {kind}", "version": "", "threads": args.threads, "work": work, "unit": unit,
            "median": median, "min": result.get("min", median), "max": result.get("max", median)}))


if __name__ == "__main__":
    main()
