// Workers with a program that stands in for nanobrain.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "nanobrain/base/interrupt.h"
#include "nanobrain/sweep/worker.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {

/// Its loss is 1 / layers + seed / 100, its whole work a short sleep. A folder
/// beside each run tells that two are at it.
inline constexpr const char* kWorkerProgram = R"(#!/bin/bash
here=$(dirname "$0")
case $1 in
  train)
    layers=$(grep -oP 'num_layers: \K\d+' "$2")
    seed=$(grep -oP ' seed: \K\d+' "$2")
    steps=$(grep -oPm1 ' steps: \K\d+' "$2")
    trap 'rmdir "$4.busy"; exit 130' INT
    mkdir -p "$4/model"
    mkdir "$4.busy" || { echo "two at once" >> "$here/faults"; exit 1; }
    echo "$4" >> "$here/trained"
    . "$here/mischief"
    sleep 0.05
    printf "%80s" "$weights" > "$4/model/model.safetensors"
    rmdir "$4.busy"
    echo "{\"val_loss\": 3, \"val_bits_per_byte\": $(awk "BEGIN {printf \"%.17g\", 1/$layers + $seed/100}"),
      \"parameters\": 10, \"tokens\": 20, \"steps\": $steps, \"tokens_per_s\": 5, \"elapsed_s\": 4, \"peak_rss_bytes\": 1}";;
  quantize)
    weights=${2#--model=}/model/model.safetensors
    out=${3#--output=}
    mkdir "$out" || exit 1
    echo "$out" >> "$here/quantized"
    head -c 20 "$weights" > "$out/model.int8.safetensors"
    echo "{\"format_version\": 1, \"quantized_from\": \"$(sha256sum < "$weights" | cut -c 1-64)\"}" > "$out/nanobrain.json"
    echo "{}";;
  eval) echo '{"nats_per_token": 3.1, "bits_per_byte": 1.1}';;
esac
)";

class WorkerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text(files_.path("program"), kWorkerProgram);
    fs::permissions(files_.path("program"), fs::perms::owner_all);
    mischief("");
  }

  /// Bash that the program runs amid its training.
  void mischief(const std::string& script) {
    write_text(files_.path("mischief"), script);
  }
  void open(const std::string& rest) {
    folder_ = {files_.path("out")};
    open_sweep_folder(folder_, files_.read(rest + "budget: {steps: 8}\n"));
    sweep_ = read_sweep_folder(folder_);
    cells_ = make_cells(sweep_);
  }
  void work() const {
    run_worker(
        folder_,
        sweep_,
        cells_,
        {files_.path("program"), 1, {}},
        [](const Cell&, const RunSeed&, const RunStatus&) {});
  }
  /// A worker in a process of its own.
  pid_t start_worker() const {
    const pid_t child = fork();
    if (child != 0) return child;
    install_interrupt_handlers();
    try {
      work();
    } catch (const Interrupted&) {
      _exit(130);
    }
    _exit(0);
  }
  static int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  SeedFolder run(size_t cell, const RunSeed& seed) const {
    return folder_.seed(cells_[cell].id, seed);
  }
  bool no_faults() const { return !fs::exists(files_.path("faults")); }
  int64_t trained() const { return lines("trained"); }
  int64_t lines(const std::string& file) const {
    const std::string text = read_text(files_.path(file));
    return std::count(text.begin(), text.end(), '\n');
  }

  SweepFiles files_;
  SweepFolder folder_;
  SweepConfig sweep_;
  std::vector<Cell> cells_;
};

} // namespace nanobrain::testing
