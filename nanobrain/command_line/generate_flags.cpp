#include "nanobrain/command_line/generate_flags.h"

namespace nanobrain {

void add_generate_options(CLI::App& command, GenerateOptions& options) {
  SamplerOptions& sampler = options.sampler;
  const auto flag = [&](const char* name, auto& field, const char* help) {
    command.add_option(name, field, help)->capture_default_str();
  };
  flag("--max-tokens", options.max_tokens, "tokens to generate at most");
  flag("--temperature", sampler.temperature, "0: always the most likely token");
  flag("--top-k", sampler.top_k, "only the k most likely tokens; 0: all");
  flag("--top-p", sampler.top_p, "only the most likely of this mass; 1: all");
  flag("--seed", options.seed, "of the draws");
}

} // namespace nanobrain
