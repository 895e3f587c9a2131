// nanobrain: one command line for the whole path from text to a trained,
// evaluated, generating model. Subcommands: one file each beside this one.
#include <fmt/format.h>

#include "nanobrain/base/host.h"
#include "nanobrain/data/documents.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/f32_model.h"
#include "nanobrain/programs/command.h"

namespace {

std::string version() {
  nanobrain::set_threads(0); // what a command without --threads runs on
  return fmt::format(
      "nanobrain {}, {}",
      nanobrain::build_commit(),
      nanobrain::backend_summary());
}

} // namespace

const nanobrain::Capabilities& nanobrain::all_capabilities() {
  static const Capabilities all = {
      .open_f32 = open_f32_model,
      .open_documents = open_documents,
      .make_counters = make_counters};
  return all;
}

int main(int argc, char** argv) {
  CLI::App program(
      "nanobrain: train, evaluate and run nano-scale language models",
      "nanobrain");
  // The subcommands take it over.
  program.set_help_flag("-h,--help", "print this help and exit");
  nanobrain::add_inspect(program);
  nanobrain::add_synth(program);
  nanobrain::add_tokenizer(program);
  nanobrain::add_prepare(program);
  nanobrain::add_train(program);
  nanobrain::add_eval(program, nanobrain::all_capabilities());
  nanobrain::add_compare(program);
  nanobrain::add_generate(program, nanobrain::all_capabilities());
  nanobrain::add_quantize(program);
  nanobrain::add_export(program);
  nanobrain::add_bench_any(program);
  nanobrain::add_sweep(program);
  nanobrain::add_report(program);
  nanobrain::add_fetch(program);
  return nanobrain::run_program(program, version, argc, argv);
}
