// Sequences past the context against full forwards of what the model sees.
#include <cstring>

#include "nanobrain/runtime/context_window.h"
#include "nanobrain/runtime/session.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::Int8Model;
using testing::random_ids;

class Sliding : public ::testing::TestWithParam<int64_t> {
 protected:
  Sliding()
      : model_(Int8Model({.max_seq_len = GetParam()}).load()),
        pool_(std::make_shared<ThreadPool>(2)),
        ids_(random_ids(3 * GetParam() + 5, 101)) {}

  /// Logits of the token after the first `length`, by one forward: past the
  /// context T the tokens that are seen begin T / 2 later each time.
  std::vector<float> full_forward(size_t length) {
    const auto T = static_cast<size_t>(GetParam());
    size_t start = 0;
    while (length - start > T) start += std::max<size_t>(T / 2, 1);
    const auto seen = std::span(ids_).subspan(start, length - start);
    std::vector<float> logits(seen.size() * 101);
    Session(model_, pool_).forward(seen, logits.data());
    return {logits.end() - 101, logits.end()};
  }
  void expect_equal(std::span<const float> logits, size_t length) {
    const auto expected = full_forward(length);
    ASSERT_EQ(logits.size(), expected.size());
    ASSERT_EQ(
        0, std::memcmp(logits.data(), expected.data(), logits.size_bytes()))
        << length;
  }

  std::shared_ptr<const RuntimeModel> model_;
  std::shared_ptr<ThreadPool> pool_;
  std::vector<TokenId> ids_;
};

TEST_P(Sliding, StepByStep) {
  Session session(model_, pool_);
  for (size_t i = 0; i < ids_.size(); ++i) {
    session.feed({&ids_[i], 1});
    expect_equal(session.logits(), i + 1);
  }
  EXPECT_EQ(session.length(), static_cast<int64_t>(ids_.size()));
}

TEST_P(Sliding, InPartsOfAnyLength) {
  for (size_t part = 2; part < ids_.size(); part += part / 3 + 1) {
    Session session(model_, pool_);
    for (size_t read = 0; read < ids_.size();) {
      const size_t n = std::min(part, ids_.size() - read);
      session.feed(std::span(ids_).subspan(read, n));
      read += n;
      expect_equal(session.logits(), read);
    }
  }
}

TEST_P(Sliding, StartsOverAfterTheContext) {
  Session session(model_, pool_);
  session.feed(ids_);
  session.reset();
  session.feed(std::span(ids_).first(1));
  expect_equal(session.logits(), 1);
}

INSTANTIATE_TEST_SUITE_P(Contexts, Sliding, ::testing::Values(1, 2, 3, 13, 20));

TEST(ContextWindow, KeepsHalfToAWholeContext) {
  EXPECT_EQ(window_start(0, 12), 0);
  EXPECT_EQ(window_start(12, 12), 0);
  EXPECT_EQ(window_start(13, 12), 6);
  EXPECT_EQ(window_start(18, 12), 6);
  EXPECT_EQ(window_start(19, 12), 12);
  EXPECT_EQ(window_start(14, 13), 6);
  EXPECT_EQ(window_start(5, 1), 4);
}

} // namespace
} // namespace nanobrain
