#include "nanobrain/base/host.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Host, CountsTheProcessorsThatItMayUse) {
  const auto child = testing::run_in_child([] {
    cpu_set_t set;
    sched_getaffinity(0, sizeof(set), &set);
    int first = 0;
    while (!CPU_ISSET(first, &set)) ++first;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    sched_setaffinity(0, sizeof(set), &set);
    return std::to_string(available_cpus());
  });
  EXPECT_EQ(child.text, "1");
  const auto nproc = testing::run_process(
      {"env", "-u", "OMP_NUM_THREADS", "-u", "OMP_THREAD_LIMIT", "nproc"});
  EXPECT_EQ(std::to_string(available_cpus()) + "\n", nproc.out);
}

TEST(Host, PeakMemoryFollowsWhatIsUsed) {
  constexpr int64_t kBytes = 64 << 20;
  const int64_t before = peak_rss_bytes();
  {
    std::vector<char> block(static_cast<size_t>(kBytes), 1);
    // Written and read, so that it cannot be left out.
    EXPECT_EQ(*std::max_element(block.begin(), block.end()), 1);
  }
  const int64_t after = peak_rss_bytes();
  // An earlier peak may hide the block; the allocator may keep pages around.
  EXPECT_GE(after, before);
  EXPECT_GE(after, kBytes);
  EXPECT_LT(after, memory_bytes());
}

TEST(Host, MemoryIsWhatTheKernelSays) {
  std::ifstream file("/proc/meminfo");
  std::string key;
  int64_t kib = 0;
  file >> key >> kib;
  ASSERT_EQ(key, "MemTotal:");
  EXPECT_EQ(memory_bytes(), kib * 1024);
}

TEST(Host, FactsAreWholeAndTheCommitIsOne) {
  EXPECT_THAT(
      build_commit(), ::testing::MatchesRegex("unknown|[0-9a-f]+(-dirty)?"));
  const Json facts = host_facts();
  for (const char* key : {"cpu", "os", "hostname", "compiler", "build_type"}) {
    EXPECT_FALSE(facts.at(key).get<std::string>().empty()) << key;
  }
  EXPECT_EQ(facts.at("commit"), build_commit());
  EXPECT_EQ(facts.at("cpus"), available_cpus());
  EXPECT_THAT(
      testing::read_text("/proc/cpuinfo") + facts.at("os").get<std::string>() +
          testing::run_process({"uname", "-m"}).out,
      ::testing::HasSubstr(cpu_name()));
}

} // namespace
} // namespace nanobrain
