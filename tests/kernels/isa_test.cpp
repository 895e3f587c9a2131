// Every instruction set that this machine has, each in a process of its own:
// LibTorch's tile products choose theirs once.
#include "nanobrain/kernels/isa.h"

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

TEST(KernelIsa, EveryOnePassesTheTestsOfTheKernels) {
  for (const Isa isa : kernel_isas()) {
    if (isa == kernel_isa()) continue; // the other tests of this process
    const auto result = run_with(name(isa), "-KernelIsa.*");
    EXPECT_EQ(result.exit_code, 0) << name(isa) << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr("[  PASSED  ]")) << name(isa);
  }
}

TEST(KernelIsa, IsTheBestThatTheChosenSetIncludes) {
  EXPECT_TRUE(includes(active_isa(), kernel_isa()));
  for (const Isa isa : kernel_isas()) {
    EXPECT_EQ(includes(active_isa(), isa), isa <= kernel_isa()) << name(isa);
  }
}

TEST(KernelIsa, TakesItsOwnOfASetMadeForBytes) {
  for (const Isa isa : available_isas()) {
    const auto result = run_with(name(isa), "KernelIsa.IsTheBest*");
    EXPECT_EQ(result.exit_code, 0) << name(isa) << result.out << result.err;
  }
}

} // namespace
} // namespace nanobrain
