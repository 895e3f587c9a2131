# What the scripts of this folder share; they source it first. The comment at the head of a script is its help: its first line, with
# the indented lines that follow, is how to call it.
set -euo pipefail
script=$(realpath "$0")
experiments=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
root=$(dirname "$experiments")
nanobrain=$(realpath -ms "${NANOBRAIN:-$root/build/release/bin/nanobrain}")
deployed=$(realpath -ms "${NANOBRAIN_RUN:-$(dirname "$nanobrain")/nanobrain-run}")
test_python=$root/build/deps/test/bin/python

die() { # MESSAGE [EXIT CODE]
  echo "$(basename "$script"): $1" >&2
  exit "${2:-1}"
}
header() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$script"; }
wrong_usage() { # [MESSAGE]
  die "${1:+$1; }usage: $(header | awk 'NR > 1 && !/^ / { exit } { sub(/^ +/, ""); print }' | tr '\n' ' ')" 2
}
help() {
  echo "usage: $(header)"
  exit 0
}
positional() { # AT LEAST, AT MOST, "$@": the arguments of a script that has no flags but --help
  local least=$1 most=$2 argument
  shift 2
  for argument; do
    case $argument in
      -h | --help) help ;;
      -*) wrong_usage "there is no flag $argument" ;;
    esac
  done
  [ $# -ge "$least" ] && [ $# -le "$most" ] || wrong_usage
}
hold_isa() { # "$@": `--isa avx2` in front holds nanobrain and its peers to that set, where they can be held; the others go to `rest`
  rest=("$@")
  [ "${1:-}" = --isa ] || return 0
  [ "${2:-}" = avx2 ] || wrong_usage "--isa takes avx2"
  export NANOBRAIN_ISA=avx2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 ONEDNN_MAX_CPU_ISA=AVX2 DNNL_MAX_CPU_ISA=AVX2 FBGEMM_ENABLE_INSTRUCTIONS=AVX2
  rest=("${@:3}")
}
need_nanobrain() { [ -x "$nanobrain" ] || die "$nanobrain is missing: run 'make build' first"; }
need_peers() { # for scripts that time nanobrain beside Python packages
  [ -x "$nanobrain" ] && [ -x "$test_python" ] || die "run 'make test' first: it builds nanobrain and installs its peers"
}
need_paths() {
  local path
  for path; do [ -e "$path" ] || die "$path does not exist"; done
}
# Nothing of the user's is taken for an output folder: it is absent, empty, or has the mark that take_folder leaves in it.
mark_of() { echo ".made_by_$(basename "$1")"; }
own_folder() { # FOLDER [SCRIPT]
  [ ! -e "$1" ] || [ -z "$(ls -A "$1")" ] || [ -e "$1/$(mark_of "${2:-$script}")" ] ||
    die "$1 holds other things; name a new folder"
}
take_folder() { # FOLDER [SCRIPT]: and makes it, for another script too
  own_folder "$@"
  mkdir -p "$1"
  : >"$1/$(mark_of "${2:-$script}")"
}
step() { printf '\n== %s\n' "$*"; }
json_line() { # COMMAND...: its JSON object on one line
  "$@" | tr -d '\n'
  echo
}
text_of() { head -c "$1" "$2" | iconv -c -f utf-8 -t utf-8; } # BYTES FILE: its beginning, without a character cut in half
