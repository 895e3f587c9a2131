#include "nanobrain/base/nearest.h"

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Nearest, FindsTheNameThatWasMeant) {
  const std::vector<std::string> names = {
      "num_layers", "num_heads", "model_dim", "lr"};
  EXPECT_EQ(nearest_name("num_layer", names), "num_layers"); // left out
  EXPECT_EQ(nearest_name("numm_heads", names), "num_heads"); // one too many
  EXPECT_EQ(nearest_name("model_dem", names), "model_dim");  // another letter
  EXPECT_EQ(nearest_name("rl", names), "lr");                // swapped
}

TEST(Nearest, ChoosesTheLeastDistanceWithinALimit) {
  EXPECT_EQ(nearest_name("bake", {"bakery", "cake", "rake"}), "cake");
  // At most 8 / 3 + 1 = 3 edits.
  EXPECT_EQ(nearest_name("abcdefgh", {"abcdeXYZ"}), "abcdeXYZ");
  EXPECT_EQ(nearest_name("abcdefgh", {"abcdWXYZ"}), "");
  EXPECT_EQ(nearest_name("abcdefgh", {}), "");
}

TEST(Nearest, SuggestsOneOrListsAll) {
  EXPECT_EQ(suggest_name("stesp", {"steps", "seed"}), "; did you mean steps?");
  EXPECT_EQ(
      suggest_name("whatever", {"steps", "seed"}), "; known: steps, seed");
  EXPECT_EQ(suggest_name("whatever", {}), "");
  const std::vector<std::string> many(50, "steps");
  EXPECT_THAT(
      suggest_name("whatever", many), ::testing::EndsWith("steps and 10 more"));
}

} // namespace
} // namespace nanobrain
