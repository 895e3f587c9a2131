#!/usr/bin/env bash
# Installs what nanobrain's build needs, and says what it does. A second call finds everything in place.
#   cmake/bootstrap.sh [--tests] [--lint] [--peers]
# Debian packages come from apt (through sudo where the caller is not root). LibTorch and Arrow come from the wheels
# of torch and pyarrow, unpacked into a venv under the user's cache folder that is keyed by their pins; build/deps/
# links to it. With a LibTorch of one's own in CMAKE_PREFIX_PATH the wheels are left alone. --peers installs the programs that
# experiments/peers/deploy.sh times: llama.cpp is compiled, which takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

groups=(build)
peers=false
native=$([ "${NANOBRAIN_ISA:-}" = avx2 ] && echo OFF || echo ON)  # off: llama.cpp for any processor with AVX2
for arg in "$@"; do
  case $arg in
    --tests) groups+=(test) ;;
    --lint) groups+=(lint) ;;
    --peers) peers=true ;;
    *) echo "bootstrap: unknown option $arg; known: --tests --lint --peers" >&2; exit 2 ;;
  esac
done
say() { echo "bootstrap: $*" >&2; }

install_debian_packages() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system: install by hand what third_party/README.md lists; continuing"
    return
  fi
  for package in $(for g in "${groups[@]}"; do cat "third_party/apt-$g.txt"; done); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "needs root or sudo to install: ${missing[*]}"; exit 1; }
    root=(sudo)
  fi
  say "apt-get install ${missing[*]}"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Prints the folder of the venv for a group of pins. The stamp is written last, so that a broken-off install is redone.
venv_of() {
  local key
  key=$( (python3 -VV; cat third_party/requirements-build.txt; [ "$1" = build ] || cat "third_party/requirements-$1.txt"
    [ "$1$native" != peersOFF ] || echo "AVX2") |
    sha256sum | cut -c1-12)
  echo "${NANOBRAIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nanobrain}/$1-$key"
}
make_venv() {  # group pip-options...
  local venv group=$1
  shift
  venv=$(venv_of "$group")
  if [ ! -e "$venv/.complete" ]; then
    say "installing third_party/requirements-$group.txt into $venv"
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv"
    [ "$group" = build ] || ls -d "$(venv_of build)"/lib/python3*/site-packages >"$(echo "$venv"/lib/python3*/site-packages)/build.pth"
    # Called in a || list, where set -e is off: a failure has to be passed on by hand.
    "$venv/bin/python" -m pip install -q "$@" -r "third_party/requirements-$group.txt" || return 1
    touch "$venv/.complete"
  fi
  mkdir -p build/deps
  ln -sfn "$venv" "build/deps/$group"
}

has_own_libtorch() {
  local prefix IFS=':;'
  for prefix in ${CMAKE_PREFIX_PATH:-}; do
    [ -e "$prefix/share/cmake/Torch/TorchConfig.cmake" ] || [ -e "$prefix/Torch/TorchConfig.cmake" ] && return 0
  done
  return 1
}

install_debian_packages
if has_own_libtorch; then
  say "using the LibTorch of CMAKE_PREFIX_PATH=$CMAKE_PREFIX_PATH"
else
  # Only LibTorch is needed: --no-deps leaves torch's Python packages out. The index of PyTorch serves the CPU build
  # where the default one does not.
  make_venv build --no-deps || make_venv build --no-deps --extra-index-url https://download.pytorch.org/whl/cpu
fi
case " ${groups[*]} " in *" test "*) make_venv test ;; esac
if $peers; then
  # llama-cpp-python hands these to the CMake of llama.cpp: this processor's instructions, and the library alone. GCC 12 takes
  # the stores to an AMX tile configuration for dead ones (its _tile_loadconfig names 8 of 64 bytes), and the program crashes.
  CMAKE_ARGS="${CMAKE_ARGS:--DGGML_NATIVE=$native -DLLAMA_CURL=OFF -DLLAVA_BUILD=OFF -DLLAMA_BUILD_TESTS=OFF
    -DLLAMA_BUILD_EXAMPLES=OFF -DCMAKE_CXX_FLAGS='-fno-tree-dse -fno-dse'}" \
    make_venv peers
fi
