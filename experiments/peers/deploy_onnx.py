"""ONNX Runtime on the work of deploy.sh.

deploy_onnx.py make MODEL DIR
    Writes f32.onnx and int8.onnx (onnxruntime's quantize_dynamic) for 64 tokens with all logits, and *.last.onnx with the last
    alone: graphs of static shapes, masks and positions folded in, which is ONNX Runtime's best case.
deploy_onnx.py time f32|int8 DIR --threads N --reference FILE.npy
    Prints a JSON line for each work: forward, prompt. The output is bound once and reused.
"""
import argparse
import logging
import math
import pathlib

import numpy as np
import onnx
import onnxruntime
from deploy_common import TOKENS, Results, Weights, relative_error, work_ids
from onnx import TensorProto, helper, numpy_helper

OPSET = 20  # the first with Gelu


class Graph:
    """Nodes and constants of a graph as it grows; every method returns the name of its result."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"{kind}{len(self.nodes)}.{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def reshape(self, x, *shape):
        return self.op("Reshape", x, self.constant(np.array(shape, np.int64)))

    def norm(self, x, weights, name):
        scale, bias = (self.constant(weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=weights.epsilon)

    def linear(self, x, weights, name):
        y = self.op("MatMul", x, self.constant(weights[name + ".weight"]))
        bias = weights.bias(name + ".bias")
        return y if bias is None else self.op("Add", y, self.constant(bias))

    def attention(self, x, weights, name):
        """(1, T, C) -> (1, T, C)"""
        qkv = self.linear(x, weights, name + ".c_attn")
        sizes = self.constant(np.full(3, weights.dim, np.int64))
        heads = [self.reshape(part, 1, TOKENS, weights.heads, weights.dim // weights.heads)
                 for part in self.op("Split", qkv, sizes, outputs=3, axis=-1)]
        q, k, v = (self.op("Transpose", part, perm=perm)
                   for part, perm in zip(heads, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])))
        scale = self.constant(np.float32(1 / math.sqrt(weights.dim // weights.heads)))
        mask = self.constant(np.triu(np.full((TOKENS, TOKENS), -1e9, np.float32), 1))
        scores = self.op("Add", self.op("Mul", self.op("MatMul", q, k), scale), mask)
        y = self.op("MatMul", self.op("Softmax", scores, axis=-1), v)
        y = self.reshape(self.op("Transpose", y, perm=[0, 2, 1, 3]), 1, TOKENS, weights.dim)
        return self.linear(y, weights, name + ".c_proj")


def make_graph(weights, last):
    graph = Graph()
    x = graph.op("Gather", graph.constant(weights["wte.weight"]), "ids")
    x = graph.op("Add", x, graph.constant(weights["wpe.weight"][None, :TOKENS]))
    for layer in range(weights.layers):
        block = f"h.{layer}."
        x = graph.op("Add", x, graph.attention(graph.norm(x, weights, block + "ln_1"), weights, block + "attn"))
        middle = graph.linear(graph.norm(x, weights, block + "ln_2"), weights, block + "mlp.c_fc")
        middle = graph.op("Gelu", middle, approximate="tanh" if weights.tanh else "none")
        x = graph.op("Add", x, graph.linear(middle, weights, block + "mlp.c_proj"))
    if last:
        x = graph.op("Gather", x, graph.constant(np.array([TOKENS - 1], np.int64)), axis=1)
    x = graph.norm(x, weights, "ln_f")
    head = graph.constant(weights["wte.weight"].T)
    graph.nodes.append(helper.make_node("MatMul", [x, head], ["logits"]))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, TOKENS])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 1 if last else TOKENS, weights.vocab])
    made = helper.make_graph(graph.nodes, "gpt2", [ids], [logits], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def make(args):
    from onnxruntime.quantization import QuantType, quantize_dynamic
    logging.getLogger().setLevel(logging.ERROR)
    weights = Weights(args.model)
    folder = pathlib.Path(args.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for ending in (".onnx", ".last.onnx"):
        onnx.save(make_graph(weights, ending == ".last.onnx"), folder / ("f32" + ending))
        quantize_dynamic(folder / ("f32" + ending), folder / ("int8" + ending), weight_type=QuantType.QInt8)


def bound_run(path, threads):
    """(a call of the whole graph, its logits)"""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    shape = session.get_outputs()[0].shape
    logits = np.zeros(shape, np.float32)
    binding = session.io_binding()
    binding.bind_cpu_input("ids", np.array([work_ids(shape[-1])], np.int64))
    binding.bind_output("logits", "cpu", 0, np.float32, shape, logits.ctypes.data)
    return lambda: session.run_with_iobinding(binding), logits


def time_it(args):
    results = Results(f"ONNX Runtime {args.kind}", onnxruntime.__version__, args.threads)
    run, logits = bound_run(f"{args.folder}/{args.kind}.onnx", args.threads)
    run()
    results.latency("forward", run, error=relative_error(logits, args.reference))
    run, _ = bound_run(f"{args.folder}/{args.kind}.last.onnx", args.threads)
    results.latency("prompt", run)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("make")
    command.add_argument("model")
    command.add_argument("folder")
    command.set_defaults(run=make)
    command = commands.add_parser("time")
    command.add_argument("kind", choices=["f32", "int8"])
    command.add_argument("folder")
    command.add_argument("--threads", type=int, required=True)
    command.add_argument("--reference", required=True)
    command.set_defaults(run=time_it)
    arguments = parser.parse_args()
    arguments.run(arguments)
