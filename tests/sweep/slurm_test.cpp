#include "nanobrain/sweep/slurm.h"

#include <cstdlib>
#include <sstream>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::ElementsAre;
namespace fs = std::filesystem;

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
  std::vector<std::string> arguments() const {
    std::istringstream text(read_text(dir_ / "arguments"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

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
  EXPECT_THAT(
      sbatch.arguments(),
      ElementsAre(
          "--parsable",
          "--requeue",
          "--open-mode=append",
          "--job-name=a 50% sweep",
          "--chdir=" + root,
          "--output=" + logs + "/%A_%a.log",
          "--array=0-26",
          "--ntasks=1",
          "--cpus-per-task=4",
          "--partition=long",
          root + "/slurm/worker.sh"));
  EXPECT_EQ(
      read_text(folder.root / "slurm/worker.sh"),
      "#!/bin/sh\nexec '/opt/it'\\''s/nanobrain' sweep --output '" + root +
          "' --jobs 1 --threads 4\n");
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

TEST(Slurm, NamesItselfWhereThereIsNone) {
  const TempDir dir;
  const std::string path = getenv("PATH");
  setenv("PATH", dir.path().c_str(), 1);
  EXPECT_ERROR(
      Error,
      "sbatch: No such file or directory",
      submit_slurm_job({dir / "sweep"}, {}));
  setenv("PATH", path.c_str(), 1);
}

} // namespace
} // namespace nanobrain::testing
