// Which documents are held out, and which are copies.
#include <cmath>
#include <set>
#include <string>

#include "nanobrain/base/random.h"
#include "nanobrain/data/duplicates.h"
#include "nanobrain/data/prepare.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

bool is_validation(std::string_view text, double fraction, uint64_t seed = 0) {
  return side_of(text, fraction, 0, seed) == Side::kVal;
}

std::string document(int i) {
  return "document " + std::to_string(i);
}

TEST(Split, TheFractionIsMetWithinFourStandardDeviations) {
  constexpr int kDocuments = 20000;
  for (const double fraction : {0.005, 0.1, 0.5}) {
    int held_out = 0;
    for (int i = 0; i < kDocuments; ++i) {
      held_out += is_validation(document(i), fraction);
    }
    const double deviation =
        std::sqrt(kDocuments * fraction * (1 - fraction)); // binomial
    EXPECT_NEAR(held_out, kDocuments * fraction, 4 * deviation) << fraction;
  }
}

TEST(Split, ALargerFractionKeepsWhatASmallerOneHeldOut) {
  for (int i = 0; i < 2000; ++i) {
    EXPECT_FALSE(is_validation(document(i), 0.0));
    EXPECT_TRUE(is_validation(document(i), 1.0));
    if (is_validation(document(i), 0.1)) {
      EXPECT_TRUE(is_validation(document(i), 0.2));
    }
  }
}

TEST(Split, TestDocumentsAreTrainings) {
  int test = 0;
  constexpr int kDocuments = 20000;
  for (int i = 0; i < kDocuments; ++i) {
    const Side side = side_of(document(i), 0.1, 0.2);
    EXPECT_EQ(side == Side::kVal, is_validation(document(i), 0.1));
    test += side == Side::kTest;
  }
  EXPECT_NEAR(test, 4000, 4 * std::sqrt(kDocuments * 0.2 * 0.8));
}

TEST(Split, SeedsGiveIndependentSplits) {
  int both = 0;
  constexpr int kDocuments = 20000;
  for (int i = 0; i < kDocuments; ++i) {
    both += is_validation(document(i), 0.2, 0) &&
            is_validation(document(i), 0.2, 1);
  }
  // 0.2 x 0.2, within four standard deviations of the binomial.
  EXPECT_NEAR(both, 800, 4 * std::sqrt(kDocuments * 0.04 * 0.96));
}

// Prepared data must not change sides from one release to the next.
TEST(Split, TheFunctionIsPinned) {
  std::string sides;
  for (int i = 0; i < 40; ++i) {
    sides += is_validation(document(i), 0.25) ? '1' : '0';
  }
  EXPECT_EQ(sides, "0011001111000001000100010000010000000001");
}

// Documents drawn from a few: which a set of strings calls copies.
TEST(DuplicateFinder, AgreesWithASetOfTheTexts) {
  for (const uint64_t distinct : {1, 8, 8000, 1'000'000}) {
    DuplicateFinder finder;
    Random random(distinct);
    std::set<std::string> seen;
    std::vector<bool> expected;
    for (int i = 0; i < 20'000; ++i) {
      const std::string text =
          "document " + std::to_string(random.below(distinct));
      expected.push_back(!seen.insert(text).second);
      finder.add(text);
    }
    EXPECT_EQ(finder.find(), expected);
  }
  EXPECT_TRUE(DuplicateFinder().find().empty());
}

} // namespace
} // namespace nanobrain
