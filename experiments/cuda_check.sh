#!/usr/bin/env bash
# cuda_check.sh LIBTORCH [OUT]
# What a CUDA card makes of nanobrain. Builds it against a CUDA LibTorch in a folder of its own, runs the golden tests on the device, and
# trains 200 steps on synthetic text three times: on the processor in f32, on the device in f32, and there in bf16 where it has it. Prints
# the card, the versions, the losses side by side, tokens/s and the peak memory. Ends with 1 where a test or a loss is off.
# LIBTORCH is the folder of a CUDA LibTorch or of the Python package torch, or cu126, cu130 and the like: the wheel of PyTorch's index for
# that CUDA. Needs `make test` before, a card, and a CUDA toolkit with nvcc, for LibTorch's CMake files ask for one.
source "$(dirname "$0")/lib.sh"
positional 1 2 "$@"
libtorch=$1 wheel=
out=$(realpath -m "${2:-$root/build/cuda_check}")
case $libtorch in
  cu[0-9]*) wheel=$libtorch ;;
  *)
    need_paths "$libtorch"
    libtorch=$(realpath "$libtorch")
    [ -e "$libtorch/share/cmake/Torch/TorchConfig.cmake" ] && [ -e "$libtorch/lib/libtorch_cuda.so" ] ||
      die "$libtorch holds no CUDA LibTorch: share/cmake/Torch/TorchConfig.cmake or lib/libtorch_cuda.so is missing"
    ;;
esac
card=$(nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null | head -1) && [ -n "$card" ] ||
  die "finds no CUDA card: nvidia-smi names none; nothing was built"
nvcc=${CUDACXX:-$(command -v nvcc || echo "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc")}
[ -x "$nvcc" ] || die "finds no CUDA toolkit: $nvcc is missing; install the one that LibTorch was built with, or name its nvcc in CUDACXX"
need_peers
take_folder "$out"

if [ -n "$wheel" ]; then
  step "torch for $wheel, from PyTorch's index"
  version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' "$root/third_party/requirements-build.txt")
  python3 -m venv "$out/venv"
  "$out/venv/bin/python" -m pip install -q "torch==$version" --index-url "https://download.pytorch.org/whl/$wheel"
  libtorch=$(echo "$out"/venv/lib/python3*/site-packages/torch)
fi

step "Build"
cd "$root"
CUDACXX=$nvcc cmake --preset test -B "$out/build" -D CMAKE_PREFIX_PATH="$libtorch" >"$out/cmake.log" ||
  die "cmake fails; see $out/cmake.log"
cmake --build "$out/build" -j "${JOBS:-$(nproc)}" --target nanobrain model_test optimizer_test
nanobrain=$out/build/bin/nanobrain

step "Goldens, on the processor and on the device"
failed=0
"$out/build/tests/model_test" --gtest_brief=1 --gtest_filter='NanoLM.Logits*:GradientPass.Equals*:GradientPass.Bf16*' || failed=1
"$out/build/tests/optimizer_test" --gtest_brief=1 --gtest_filter='AdamWTest.EqualsPyTorch*' || failed=1

step "200 steps on synthetic text"
cd "$out"
rm -rf train.txt* val.txt* tokenizer data cpu_* cuda_* *.json
"$nanobrain" synth --output train.txt --bytes 3000000 --seed 1
"$nanobrain" synth --output val.txt --bytes 100000 --seed 2
"$nanobrain" tokenizer train --kind sentencepiece --vocab-size 4096 --input train.txt --output tokenizer
"$nanobrain" prepare --input train.txt --val-input val.txt --tokenizer tokenizer --output data
for run in cpu_f32 cuda_f32 cuda_auto; do
  config=(--set "train.device=${run%_*}" --set "train.precision=${run#*_}")
  "$nanobrain" train "$experiments/demo.yaml" --output "$run" --quiet --json --set data.tokenizer=data --set data.train=data/train.tokens \
    --set data.val=data/val.tokens --set train.steps=200 --set train.sample_every=0 "${config[@]}" >"$run.json"
  "$nanobrain" bench train "$experiments/first_run.yaml" --vocab-size 32294 --json "${config[@]}" >"$run.bench.json"
done

step "Result"
echo "card, driver, memory: $card"
echo "toolkit: $("$nvcc" --version | sed -n 's/.*release/release/p')"
python3 - "$failed" <<'END_OF_PYTHON' | tee table.md
import json, sys
runs = ["cpu_f32", "cuda_f32", "cuda_auto"]
bench = {run: json.load(open(f"{run}.bench.json")) for run in runs}
result = {run: json.load(open(f"{run}.json")) for run in runs}
loss = {run: {line["step"]: line["train_loss"] for line in map(json.loads, open(f"{run}/metrics.jsonl"))} for run in runs}
rows = {f"loss of step {step}": lambda run, step=step: f"{loss[run][step]:.5f}" for step in (1, 2, 10, 50, 100, 200)}
rows |= {
    "validation loss": lambda run: f"{result[run]['val_loss']:.5f}",
    "tokens/s of the 200 steps": lambda run: f"{result[run]['tokens_per_s']:,.0f}",
    "tokens/s of the Nano Brain": lambda run: f"{bench[run]['tokens_per_s']:,.0f}",
    "its peak memory": lambda run: f"{bench[run].get('peak_device_bytes', bench[run]['peak_rss_bytes']) / 1e6:,.0f} MB",
}
print(bench[runs[0]]["backend"])
print("| | " + " | ".join(f"{run.split('_')[0]}, {bench[run]['precision']}" for run in runs) + " |")
print("|---" * 4 + "|")
for name, cell in rows.items():
    print(f"| {name} | " + " | ".join(map(cell, runs)) + " |")
# Step 1 is one forward pass of the same weights: rounding alone. Later steps drift apart, as runs on any two machines do.
off = [run for run, most in (("cuda_f32", 1e-5), ("cuda_auto", 1e-2)) if abs(loss[run][1] / loss["cpu_f32"][1] - 1) > most]
off += [run for run in runs[1:] if abs(result[run]["val_loss"] / result["cpu_f32"]["val_loss"] - 1) > 0.02]
print("goldens: " + ("FAILED" if sys.argv[1] != "0" else "passed"))
print("losses: " + (f"OFF in {', '.join(off)}" if off else "agree"))
sys.exit(1 if off or sys.argv[1] != "0" else 0)
END_OF_PYTHON
