#include "nanobrain/base/isa.h"

#include <algorithm>
#include <cstdlib>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::HasSubstr;

testing::ProcessResult run_with(const std::string& isa) {
  return testing::run_process(
      {"/proc/self/exe", "--gtest_filter=Isa.IsTheOneAskedFor"},
      {.environment = {{"NANOBRAIN_ISA", isa}}});
}

TEST(Isa, AvailableOnesAscendFromPortableAndIncludeAvailableOnes) {
  const auto isas = available_isas();
  ASSERT_FALSE(isas.empty());
  EXPECT_EQ(isas.front(), Isa::kPortable);
  EXPECT_TRUE(std::is_sorted(isas.begin(), isas.end()));
  for (const Isa isa : isas) {
    for (int i = 0; i <= static_cast<int>(Isa::kAmx); ++i) {
      const Isa part = static_cast<Isa>(i);
      if (!includes(isa, part)) continue;
      EXPECT_EQ(std::count(isas.begin(), isas.end(), part), 1) << name(part);
    }
  }
}

TEST(Isa, IncludesWhatStandsBelowInItsLine) {
  EXPECT_TRUE(includes(Isa::kAmx, Isa::kAvx512Vnni));
  EXPECT_TRUE(includes(Isa::kAvx512, Isa::kAvx2));
  EXPECT_TRUE(includes(Isa::kAvxVnni, Isa::kAvx2));
  EXPECT_TRUE(includes(Isa::kNeonDotprod, Isa::kNeon));
  EXPECT_TRUE(includes(Isa::kPortable, Isa::kPortable));
  EXPECT_FALSE(includes(Isa::kAvx512, Isa::kAvxVnni));
  EXPECT_FALSE(includes(Isa::kAvx512, Isa::kAvx512Vnni));
  EXPECT_FALSE(includes(Isa::kAvx2, Isa::kNeon));
  EXPECT_FALSE(includes(Isa::kPortable, Isa::kAvx2));
}

TEST(Isa, IsTheOneAskedFor) {
  const char* wanted = std::getenv("NANOBRAIN_ISA");
  EXPECT_EQ(
      name(active_isa()),
      std::string(wanted == nullptr ? name(available_isas().back()) : wanted));
}

TEST(Isa, EveryAvailableOneCanBeForced) {
  for (const Isa isa : available_isas()) {
    const auto result = run_with(name(isa));
    EXPECT_EQ(result.exit_code, 0) << name(isa) << result.out << result.err;
  }
}

TEST(Isa, UnknownNamesAreRefused) {
  const auto result = run_with("avx1024");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      result.out,
      HasSubstr("[NANOBRAIN_ISA] names avx1024, which this processor does not "
                "have; take one of portable"));
}

} // namespace
} // namespace nanobrain
