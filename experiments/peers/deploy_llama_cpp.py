"""llama.cpp on the work of deploy.sh: deploy_llama_cpp.py q8_0|f32 FILE.gguf --threads N --reference FILE.npy

Its C functions are called from Python, which adds some microseconds to each call. Prints a JSON line for each work: forward,
prompt, generate; times include clearing the keys and values of the sequence before.
"""
import argparse
import importlib.metadata

from deploy_common import GENERATED, Results, generate, relative_error, work_ids
from llama_cpp_model import LlamaCppModel


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("type", choices=["q8_0", "f32"])
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--reference", required=True)
    args = parser.parse_args()
    model = LlamaCppModel(args.model, args.threads)
    ids = work_ids(model.vocab_size)

    def forward(all_logits):
        model.reset()
        return model.feed(ids, all_logits)

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


if __name__ == "__main__":
    main()
