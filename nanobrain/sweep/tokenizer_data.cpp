#include "nanobrain/sweep/tokenizer_data.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/sweep/claim.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

void run(
    const std::vector<std::string>& arguments,
    const fs::path& log,
    const RunTools& tools,
    const Claim& claim) {
  const ChildResult child = tools.run(arguments, log, {claim.descriptor()});
  check_interrupted();
  require(
      child.ok(),
      log.string(),
      "{} failed with exit code {}: {}",
      arguments.front(),
      child.exit_code,
      child.last_line);
}

void add_inputs(
    std::vector<std::string>& arguments,
    const char* flag,
    const std::vector<fs::path>& inputs) {
  arguments.push_back(flag);
  for (const fs::path& input : inputs) arguments.push_back(input.string());
}

} // namespace

void prepare_tokenizer_data(
    const SweepFolder& folder,
    const SweepText& text,
    const CellTokenizer& tokenizer,
    const RunTools& tools) {
  const fs::path data = folder.data(tokenizer);
  const fs::path beside = data.string() + ".tokenizer";
  const fs::path log = data.string() + ".log";
  fs::create_directories(data.parent_path());
  const Claim claim = Claim::wait(data.string() + ".lock");
  if (fs::exists(data)) return; // whole: prepare names it last
  if (!fs::exists(beside)) {
    std::vector<std::string> train = {
        "tokenizer",
        "train",
        "--kind",
        tokenizer.kind,
        "--vocab-size",
        std::to_string(tokenizer.vocab_size),
        "--output",
        beside.string()};
    add_inputs(train, "--input", text.train);
    run(train, log, tools, claim);
  }
  std::vector<std::string> prepare = {
      "prepare", "--tokenizer", beside.string(), "--output", data.string()};
  add_inputs(prepare, "--input", text.train);
  add_inputs(prepare, "--val-input", text.val);
  run(prepare, log, tools, claim);
}

} // namespace nanobrain
