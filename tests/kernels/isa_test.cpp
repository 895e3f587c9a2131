// Every instruction set that this machine has, each in a process of its own:
// LibTorch's tile products choose theirs once.
#include "nanobrain/kernels/isa.h"

#include <algorithm>
#include <cstdlib>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::HasSubstr;

testing::ProcessResult run_with(
    const std::string& isa, const std::string& filter) {
  return testing::run_process(
      {"/proc/self/exe", "--gtest_filter=" + filter},
      {.environment = {{"NANOBRAIN_ISA", isa}}});
}

TEST(Isa, EachHasWhatTheOnesBeforeItHave) {
  const auto isas = available_isas();
  ASSERT_FALSE(isas.empty());
  EXPECT_EQ(isas.front(), Isa::kPortable);
  EXPECT_TRUE(std::is_sorted(isas.begin(), isas.end()));
}

TEST(Isa, EveryOnePassesTheTestsOfTheKernels) {
  for (const Isa isa : available_isas()) {
    const auto result = run_with(name(isa), "-Isa.EveryOne*:Isa.Unknown*");
    EXPECT_EQ(result.exit_code, 0) << name(isa) << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr("[  PASSED  ]")) << name(isa);
  }
}

TEST(Isa, IsTheOneAskedFor) {
  const char* wanted = std::getenv("NANOBRAIN_ISA");
  EXPECT_EQ(
      name(active_isa()),
      std::string(wanted == nullptr ? name(available_isas().back()) : wanted));
}

TEST(Isa, UnknownNamesAreRefused) {
  const auto result = run_with("avx1024", "Isa.IsTheOneAskedFor");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      result.out,
      HasSubstr("[NANOBRAIN_ISA] names avx1024, which this processor does not "
                "have; take one of portable"));
}

} // namespace
} // namespace nanobrain
