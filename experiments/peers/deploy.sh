#!/usr/bin/env bash
# deploy.sh [--isa avx2] MODEL [OUT]
# The deployed int8 model beside other programs on the same weights, in one session: PyTorch eager f32 and torch.ao dynamic int8,
# ONNX Runtime f32 and its dynamic int8, llama.cpp Q8_0 and f32 (from nanobrain's own GGUF export), llama2.c where LLAMA2C names a
# checkout of it (random weights of the same dimensions: it knows Llama's layers alone). Prints Markdown tables of medians, min to max
# and ratios. MODEL is an f32 model folder or a run folder.
# Nothing else should run meanwhile. THREADS="2 1", ROUNDS=3 and TEXT=FILE (its first 60,000 bytes are scored; a synthetic text by
# default) change what is timed; every system has its turn in each round and warms up before its clock starts. PEERS names the
# systems: "nanobrain eager torch_int8 onnx_f32 onnx_int8 llama_q8_0 llama_f32 llama2c".
source "$(dirname "$0")/../lib.sh"
hold_isa "$@"
set -- "${rest[@]}"
positional 1 2 "$@"
need_nanobrain
need_paths "$1"
model=$(realpath "$1")
out=$(realpath -m "${2:-$root/build/peers/deploy}")
take_folder "$out"
text=${TEXT:+$(realpath "$TEXT")}
[ -e "$model/config.json" ] || model=$model/model
here=$experiments/peers
peers=${PEERS:-nanobrain eager torch_int8 onnx_f32 onnx_int8 llama_q8_0 llama_f32 ${LLAMA2C:+llama2c}}
timed() { [[ " $peers" = *" $1"* ]]; } # PEER, or its beginning
if timed onnx_ || timed llama_; then
  "$root/cmake/bootstrap.sh" --peers
  python=$root/build/deps/peers/bin/python
else
  need_peers
  python=$test_python
fi

if [ -z "$text" ]; then
  text=$out/synthetic.txt
  [ -e "$text" ] || "$nanobrain" synth --output "$text" --bytes 60000 >&2
fi
text_of 60000 "$text" >"$out/text.txt"
"$nanobrain" tokenizer encode --tokenizer "$model" <"$out/text.txt" |
  "$python" -c 'import sys, numpy; numpy.save(sys.argv[1], numpy.array(sys.stdin.read().split(), int))' "$out/ids.npy"
[ -e "$out/int8" ] || "$nanobrain" quantize --model "$model" --output "$out/int8" >&2 ||
  echo "deploy.sh: no int8 model: nanobrain's own rows are left out" >&2
for type in f32 q8_0; do
  "$nanobrain" export --model "$model" --type $type --output "$out/$type.gguf" --force --json >"$out/$type.json" 2>/dev/null
done
! timed onnx_ || [ -e "$out/onnx/int8.last.onnx" ] || "$python" "$here"/deploy_onnx.py make "$model" "$out/onnx" >&2
[ -z "${LLAMA2C:-}" ] || "$python" "$here"/deploy_llama2c.py make "$model" "$LLAMA2C" "$out/llama2c" >&2

measure() {  # peer threads
  local flags=(--threads "$2" --reference "$out/reference.npy")
  case $1 in
    nanobrain) "$python" "$here"/deploy_nanobrain.py "$nanobrain" "$deployed" "$model" "$out/int8" "$out/text.txt" --threads "$2" ;;
    eager) "$python" "$here"/deploy_torch.py eager "$model" "${flags[@]}" --scored "$out/ids.npy" ;;
    torch_int8) "$python" -W ignore "$here"/deploy_torch.py int8 "$model" "${flags[@]}" ;;
    onnx_*) "$python" "$here"/deploy_onnx.py time "${1#onnx_}" "$out/onnx" "${flags[@]}" ;;
    llama_*) "$python" "$here"/deploy_llama_cpp.py "${1#llama_}" "$out/${1#llama_}.gguf" "${flags[@]}" --scored "$out/ids.npy" ;;
    llama2c) "$python" "$here"/deploy_llama2c.py time "$out/llama2c" --threads "$2" ;;
  esac
}
: >"$out/results.jsonl"
for threads in ${THREADS:-$(nproc) 1}; do
  for round in $(seq "${ROUNDS:-3}"); do
    for peer in $peers; do
      echo "threads: $threads, round $round: $peer" >&2
      measure "$peer" "$threads" >>"$out/results.jsonl"
    done
  done
done
"$python" "$here"/deploy_sizes.py "$model" "$out" "$deployed" >"$out/sizes.json"
"$python" "$here"/deploy_table.py "$out/results.jsonl" "$out/sizes.json" | tee "$out/table.md"
[ -n "${LLAMA2C:-}" ] || echo "llama2.c was not timed: LLAMA2C names no checkout of it" >&2
