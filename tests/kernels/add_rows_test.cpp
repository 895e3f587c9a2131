#include "nanobrain/kernels/add_rows.h"

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(AddRows, EqualsIndexAdd) {
  torch::manual_seed(1);
  for (const int64_t dim : {1, 7, 64}) {
    const auto ids = torch::randint(0, 20, {500}, torch::kInt64);
    const auto rows = torch::randn({500, dim});
    torch::Tensor sums = torch::randn({20, dim});
    // f32 sums of some 25 numbers near 1: 25 * 6e-8 in the worst case.
    const auto expected =
        sums.to(torch::kFloat64)
            .index_add(0, ids, rows.to(torch::kFloat64), -0.5);
    add_rows(sums, ids, rows, -0.5);
    EXPECT_LT((sums - expected).abs().max().item<double>(), 5e-6);
  }
}

TEST(AddRows, GivesTheSameBitsForAnyNumberOfThreads) {
  torch::manual_seed(2);
  const auto ids = torch::randint(0, 9, {1000}, torch::kInt64);
  const auto rows = torch::randn({1000, 64});
  const int threads = at::get_num_threads();
  torch::Tensor one = torch::zeros({9, 64}), many = torch::zeros({9, 64});
  at::set_num_threads(1);
  add_rows(one, ids, rows, 1);
  at::set_num_threads(3);
  add_rows(many, ids, rows, 1);
  at::set_num_threads(threads);
  EXPECT_TRUE(one.equal(many));
}

} // namespace
} // namespace nanobrain
