// The subcommands of both programs: one file each, which adds its flags to the
// program and says what to run.
#pragma once

#include <functional>

#include "nanobrain/inference/open_model.h"
#include "nanobrain/inference/timing.h"
#include "nanobrain/programs/program.h"

namespace nanobrain {

// Of both programs: what one does without follows from its capabilities.
void add_generate(CLI::App& program, const Capabilities& capabilities);
/// `score` in nanobrain-run, which has neither baselines nor protocols.
void add_eval(CLI::App& program, const Capabilities& capabilities);
/// Adds bench forward and bench generate. `add_models` adds to each the flags
/// that name models and returns what opens them once the command line has been
/// read.
using OpenModels = std::function<NamedModels()>;
CLI::App* add_bench(
    CLI::App& program,
    const std::function<OpenModels(CLI::App& command)>& add_models);

// Of nanobrain.
const Capabilities& all_capabilities();
void add_inspect(CLI::App& program);
void add_synth(CLI::App& program);
void add_tokenizer(CLI::App& program);
void add_prepare(CLI::App& program);
void add_train(CLI::App& program);
void add_compare(CLI::App& program);
void add_quantize(CLI::App& program);
void add_export(CLI::App& program);
void add_bench_any(CLI::App& program);
void add_sweep(CLI::App& program);
void add_report(CLI::App& program);
void add_fetch(CLI::App& program);

// Of nanobrain-run.
void add_bench_int8(CLI::App& program);
void add_info(CLI::App& program);

// Of a subcommand's own.
void add_bench_train(CLI::App& bench);
/// encode and decode
void add_tokenizer_convert(CLI::App& tokenizer);

} // namespace nanobrain
