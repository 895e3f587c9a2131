#include "nanobrain/sweep/slurm.h"

#include <cstdlib>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

/// An sbatch on the PATH that notes its arguments, one a line, and then does
/// what the test says.
class FakeSbatch {
 public:
  explicit FakeSbatch(const std::string& then) {
    fs::create_directory(dir_ / "bin");
    const fs::path script = dir_ / "bin/sbatch";
    write_text(
        script,
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + (dir_ / "arguments").string() +
            "\n" + then + "\n");
    fs::permissions(script, fs::perms(0755));
    setenv("PATH", ((dir_ / "bin").string() + ":" + path_).c_str(), 1);
  }
  ~FakeSbatch() { setenv("PATH", path_.c_str(), 1); }

  SweepFolder folder() const { return {dir_ / "a 50% sweep"}; }
  /// A line each.
  std::string arguments() const { return read_text(dir_ / "arguments"); }

 private:
  TempDir dir_;
  std::string path_ = getenv("PATH");
};

TEST(Slurm, SubmitsAnArrayOfWorkers) {
  const FakeSbatch sbatch("echo '17;cluster'");
  const SweepFolder folder = sbatch.folder();
  const std::string root = folder.root.string();
  const std::string job = submit_slurm_job(
      folder,
      {.tasks = 27,
       .threads = 4,
       .sbatch = {"--partition=long"},
       .program = "/opt/it's/nanobrain"});
  EXPECT_EQ(job, "17");
  const std::string logs = // % is escaped as sbatch has it
      folder.root.parent_path().string() + "/a 50%% sweep/slurm";
  EXPECT_EQ(
      sbatch.arguments(),
      "--parsable\n--requeue\n--open-mode=append\n--job-name=a 50% sweep\n"
      "--chdir=" +
          root + "\n--output=" + logs +
          "/%A_%a.log\n--array=0-26\n--ntasks=1\n--cpus-per-task=4\n"
          "--partition=long\n" +
          root + "/slurm/worker.sh\n");
  EXPECT_EQ(
      read_text(folder.root / "slurm/worker.sh"),
      "#!/bin/sh\nexec '/opt/it'\\''s/nanobrain' sweep --output '" + root +
          "' --jobs 1 --threads 4\n");
  submit_slurm_job(folder, {.allow_mixed = true});
  EXPECT_THAT(
      read_text(folder.root / "slurm/worker.sh"),
      ::testing::EndsWith(" --jobs 1 --threads 1 --allow-mixed\n"));
}

TEST(Slurm, SaysWhyItIsRefused) {
  const FakeSbatch sbatch("echo 'error: invalid partition: long' >&2; exit 1");
  EXPECT_ERROR(
      Error,
      "did not take the job: error: invalid partition: long (exit code 1)",
      submit_slurm_job(sbatch.folder(), {}));
  EXPECT_ERROR(
      UsageError,
      "[--jobs] must be at least 1 under Slurm, but is 0",
      submit_slurm_job(sbatch.folder(), {.tasks = 0}));
}

} // namespace
} // namespace nanobrain::testing
