// nanobrain-run: the deployed program. It runs int8 models, without LibTorch,
// as one static file.
#include <fmt/format.h>

#include "nanobrain/base/host.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/programs/command.h"

namespace {

std::string version() {
  return fmt::format(
      "nanobrain-run {}, {}, {} threads",
      nanobrain::build_commit(),
      nanobrain::name(nanobrain::active_isa()),
      nanobrain::available_cpus());
}

} // namespace

int main(int argc, char** argv) {
  CLI::App program(
      "nanobrain-run: run int8 models that nanobrain quantize made",
      "nanobrain-run");
  // The subcommands take it over.
  program.set_help_flag("-h,--help", "print this help and exit");
  nanobrain::add_generate(program, {});
  nanobrain::add_eval(program, {});
  nanobrain::add_bench_int8(program);
  nanobrain::add_info(program);
  return nanobrain::run_program(program, version, argc, argv);
}
