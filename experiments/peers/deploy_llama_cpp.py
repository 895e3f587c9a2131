"""llama.cpp on the work of deploy.sh: deploy_llama_cpp.py q8_0|f32 FILE.gguf --threads N --reference FILE.npy --scored IDS.npy

Its C functions are called from Python, which adds some microseconds to each call. Prints a JSON line for each work: forward,
prompt, generate, score; times include clearing the keys and values of the sequence before. Of score only the logits are timed, in
windows of the context length: the loss would be Python's, and is left out in llama.cpp's favour.
"""
import argparse
import importlib.metadata

import numpy as np
from deploy_common import GENERATED, Results, generate, relative_error, seconds_of, work_ids
from llama_cpp_model import LlamaCppModel


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("type", choices=["q8_0", "f32"])
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--scored", required=True)
    args = parser.parse_args()
    model = LlamaCppModel(args.model, args.threads)
    ids = work_ids(model.vocab_size)

    def forward(all_logits):
        model.reset()
        return model.feed(ids, all_logits)

    scored = np.load(args.scored)
    windows = [scored[i:i + model.context_length].tolist() for i in range(0, len(scored), model.context_length)]

    def score():
        for window in windows:
            model.reset()
            model.feed(window, True)

    def feed(ids, first):
        if first:
            model.reset()
        return model.feed(ids)

    version = "llama-cpp-python " + importlib.metadata.version("llama-cpp-python")
    results = Results("llama.cpp " + args.type.upper(), version, args.threads)
    error = relative_error(forward(True), args.reference)
    results.latency("forward", lambda: forward(True), error=error)
    results.latency("prompt", lambda: forward(False))
    results.speed("generate", lambda: generate(feed, model.vocab_size), GENERATED)
    results.speed("score", lambda: seconds_of(score), len(scored))


if __name__ == "__main__":
    main()
