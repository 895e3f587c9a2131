#include "nanobrain/kernels/add_rows.h"

#include <ATen/Parallel.h>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(AddRows, EqualsIndexAddWithTheSameBitsForAnyNumberOfThreads) {
  torch::manual_seed(1);
  const int threads = at::get_num_threads();
  for (const int64_t dim : {1, 7, 64}) {
    const auto ids = torch::randint(0, 20, {500}, torch::kInt64);
    const auto rows = torch::randn({500, dim});
    torch::Tensor one = torch::randn({20, dim}), many = one.clone();
    const auto expected =
        one.to(torch::kFloat64)
            .index_add(0, ids, rows.to(torch::kFloat64), -0.5);
    at::set_num_threads(1);
    add_rows(one, ids, rows, -0.5);
    at::set_num_threads(3);
    add_rows(many, ids, rows, -0.5);
    // f32 sums of some 25 numbers near 1: 25 * 6e-8 in the worst case.
    EXPECT_LT((one - expected).abs().max().item<double>(), 5e-6);
    EXPECT_TRUE(one.equal(many));
  }
  at::set_num_threads(threads);
}

} // namespace
} // namespace nanobrain
