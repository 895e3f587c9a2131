// nanobrain sweep --launcher slurm on a real Slurm of one machine.
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

#include "tests/cli/slurm_cluster.h"
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
constexpr auto kMostTime = std::chrono::minutes(2);

// Each cell trains for seconds: long enough to be met while it does.
constexpr const char* kSlowBase = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 16, max_seq_len: 16}
train: {batch_size: 2, seq_len: 16, precision: f32, eval_every: 0,
        checkpoint_every: 0, sample_every: 0, log_every: 50}
)";
constexpr const char* kSlowSweep = R"(
base: base.yaml
grid:
  tokenizer: [{kind: lexical, vocab_size: 300}]
  model.ffn_dim: [16, 32]
seeds: [1]
budget: {steps: 6000}
text: {train: [world/text.txt], val: [world/val.txt]}
timing: {repetitions: 1}
)";

/// A folder with a sweep of two cells.
class SlurmSweep : public CommandTest {
 protected:
  void SetUp() override {
    const std::string missing = SlurmCluster::missing_program();
    if (!missing.empty()) GTEST_SKIP() << "no Slurm, it lacks" << missing;
    try {
      cluster_ = std::make_unique<SlurmCluster>();
    } catch (const std::runtime_error& error) {
      GTEST_SKIP() << "Slurm does not run on this machine: " << error.what();
    }
    sweep_ = "SLURM_CONF=" + cluster_->environment().at("SLURM_CONF") +
             " nanobrain sweep sweep.yaml --output ";
    write("base.yaml", kSlowBase);
    write("sweep.yaml", kSlowSweep);
  }

  /// The folders of the runs, in order.
  std::vector<fs::path> runs(const std::string& sweep) const {
    std::vector<fs::path> all;
    if (!fs::exists(dir_ / (sweep + "/cells"))) return all; // no worker yet
    for (const auto& cell : fs::directory_iterator(dir_ / (sweep + "/cells"))) {
      all.push_back(cell.path() / "seed-1");
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  Json status(const fs::path& run) const {
    const std::string text = read_text(run / "status.json");
    return text.empty() ? Json{{"state", "waiting"}} : Json::parse(text);
  }
  void wait_for(const char* what, const std::function<bool()>& met) const {
    const auto end = std::chrono::steady_clock::now() + kMostTime;
    while (!met()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end)
          << what << " does not come\n"
          << cluster_->run({"squeue"}) << worker_logs() << cluster_->logs();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  std::string worker_logs() const {
    std::string all;
    for (const auto& log : fs::directory_iterator(dir_ / "sweep/slurm")) {
      all += "== " + log.path().string() + "\n" + read_text(log.path());
    }
    return all;
  }
  std::string queue() const { return cluster_->run({"squeue", "--noheader"}); }

  std::string sweep_; // but for the folder and the flags
  std::unique_ptr<SlurmCluster> cluster_;
};

TEST_F(SlurmSweep, ResumesAfterARequeueAndACancel) {
  const Json job = json(sweep_ + "sweep --launcher slurm --jobs 2 --threads 1");
  EXPECT_EQ(job["tasks"], 2);
  const std::string id = job["job"];
  const auto all_train = [&] {
    if (queue().empty()) throw std::runtime_error(worker_logs());
    for (const fs::path& run : runs("sweep")) {
      if (read_text(run / "run/metrics.jsonl").empty()) return false;
    }
    return runs("sweep").size() == 2;
  };
  ASSERT_NO_FATAL_FAILURE(wait_for("training of both cells", all_train));
  EXPECT_NE(status(runs("sweep")[0])["pid"], status(runs("sweep")[1])["pid"]);

  cluster_->run({"scancel", id + "_1"});
  cluster_->run({"scontrol", "requeue", id + "_0"});
  ASSERT_NO_FATAL_FAILURE(wait_for("the end of both", [&] {
    return queue().find(" R ") == std::string::npos &&
           queue().find(" CG ") == std::string::npos;
  }));
  for (const fs::path& run : runs("sweep")) {
    EXPECT_EQ(status(run)["state"], "interrupted") << status(run);
  }
  // Slurm would hold a requeued job back for two minutes.
  cluster_->run({"scontrol", "update", "JobId=" + id + "_0", "StartTime=now"});
  ASSERT_NO_FATAL_FAILURE(
      wait_for("an empty queue", [&] { return queue().empty(); }));

  // One worker has done what both left, from where they were: the same bits as
  // without any of it.
  json(sweep_ + "undisturbed --jobs 1 --threads 1");
  const auto disturbed = runs("sweep");
  const auto undisturbed = runs("undisturbed");
  ASSERT_EQ(undisturbed.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(status(disturbed[i])["state"], "done");
    EXPECT_EQ(status(disturbed[i])["generation"], 2);
    EXPECT_EQ(status(disturbed[i])["attempts"], 1);
    EXPECT_THAT(
        read_text(disturbed[i] / "log.txt"), HasSubstr("resumes after step"));
    const auto loss = [](const fs::path& run) {
      return Json::parse(read_text(run / "result.json"))["val_loss"];
    };
    EXPECT_EQ(loss(disturbed[i]), loss(undisturbed[i]));
  }
}

TEST_F(SlurmSweep, SaysWhatSlurmRefuses) {
  const auto result =
      run(sweep_ + "sweep --launcher slurm --sbatch=--partition=nowhere");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("Invalid partition"));
}

} // namespace
} // namespace nanobrain::testing
