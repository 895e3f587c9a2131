#include "nanobrain/runtime/session.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <thread>

#include "nanobrain/base/error.h"
#include "nanobrain/base/safetensors.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
std::shared_ptr<ThreadPool> pool_of(int64_t threads) {
  return std::make_shared<ThreadPool>(threads);
}

/// Models whose heads fill vectors, do not, or need several.
std::vector<Int8Dimensions> shapes() {
  return {
      {},
      {.model_dim = 64, .ffn_dim = 256, .vocab_size = 300, .bias = false},
      {.num_layers = 1,
       .num_heads = 2,
       .model_dim = 80,
       .ffn_dim = 70,
       .vocab_size = 129,
       .activation = "gelu_new"}};
}

/// All logits of ids, read at once.
std::vector<float> logits_of(
    const std::shared_ptr<const RuntimeModel>& model,
    const std::vector<TokenId>& ids,
    int64_t threads = 1) {
  Session session(model, pool_of(threads));
  std::vector<float> logits(
      ids.size() * static_cast<size_t>(model->config().vocab_size));
  session.forward(ids, logits.data());
  return logits;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// Row `row` of (n, V).
std::span<const float> row_of(
    const std::vector<float>& logits, size_t row, const RuntimeModel& model) {
  const auto V = static_cast<size_t>(model.config().vocab_size);
  return std::span(logits).subspan(row * V, V);
}

class SessionGolden : public ::testing::TestWithParam<std::string> {};

// The engine's f32 against NumPy's float64: 1e-6 a value, some 1e-5 after two
// layers; make_int8_model.py sees to it that the int8 in between are the same.
TEST_P(SessionGolden, LogitsAreNumPys) {
  const fs::path folder = testing::source_dir() / "tests/golden" / GetParam();
  const SafetensorsFile expected(folder / "expected.safetensors");
  const auto read = [&](const char* name, auto& values) {
    const auto& data = expected.at(name).data;
    values.resize(data.size() / sizeof values[0]);
    std::memcpy(values.data(), data.data(), data.size());
  };
  std::vector<int64_t> wide;
  std::vector<double> reference;
  read("ids", wide);
  read("logits", reference);
  const std::vector<TokenId> ids(wide.begin(), wide.end());
  const auto logits = logits_of(RuntimeModel::load(folder), ids);
  ASSERT_EQ(logits.size(), reference.size());
  double difference = 0, norm = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    difference += std::pow(logits[i] - reference[i], 2);
    norm += std::pow(reference[i], 2);
  }
  EXPECT_LT(std::sqrt(difference / norm), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(
    Activations, SessionGolden, ::testing::Values("int8_erf", "int8_tanh"));

TEST(Session, AtOnceInPartsAndStepByStepGiveTheSameBits) {
  for (const Int8Dimensions& shape : shapes()) {
    const auto model = Int8Model(shape).load();
    const auto ids = random_ids(shape.max_seq_len, shape.vocab_size);
    const auto all = logits_of(model, ids);
    Session steps(model, pool_of(1));
    for (size_t i = 0; i < ids.size(); ++i) {
      steps.feed({&ids[i], 1});
      ASSERT_TRUE(same_bits(steps.logits(), row_of(all, i, *model))) << i;
    }
    Session parts(model, pool_of(2));
    size_t read = 0;
    for (const size_t part : {1, 20, 2, 27}) {
      parts.feed(std::span(ids).subspan(read, part));
      read += part;
      ASSERT_TRUE(same_bits(parts.logits(), row_of(all, read - 1, *model)));
    }
    EXPECT_EQ(parts.length(), shape.max_seq_len);
  }
}

TEST(Session, AnyNumberOfThreadsGivesTheSameBits) {
  const Int8Dimensions shape{.vocab_size = 1000};
  const auto model = Int8Model(shape).load();
  const auto ids = random_ids(shape.max_seq_len, shape.vocab_size);
  const auto targets = random_ids(shape.max_seq_len, shape.vocab_size, 8);
  const auto all = logits_of(model, ids, 1);
  std::vector<float> losses(ids.size());
  Session(model, pool_of(1)).score(ids, targets, losses);
  for (const int64_t threads : {2, 3, 5, 17}) {
    EXPECT_TRUE(same_bits(logits_of(model, ids, threads), all)) << threads;
    Session session(model, pool_of(threads));
    std::vector<float> others(ids.size());
    session.score(ids, targets, others);
    EXPECT_TRUE(same_bits(others, losses)) << threads;
    EXPECT_TRUE(
        same_bits(session.logits(), row_of(all, ids.size() - 1, *model)));
  }
}

TEST(Session, ArgmaxIsTheFirstLargestLogit) {
  Int8Model weights;
  // Equal rows of the embedder, and so equal logits.
  auto& embedder = weights.at("transformer.wte.weight");
  auto& scale = weights.at("transformer.wte.weight.scale");
  const size_t C = 24, V = 101;
  for (size_t row = 0; row < V; ++row) {
    embedder.bytes.replace(row * C, C, embedder.bytes, row % 40 * C, C);
    scale.bytes.replace(row * 4, 4, scale.bytes, row % 40 * 4, 4);
  }
  const auto model = weights.load();
  for (const int64_t threads : {1, 2, 4}) {
    Session session(model, pool_of(threads));
    for (const TokenId id : random_ids(45, 101)) {
      session.feed({&id, 1});
      const TokenId best = session.argmax();
      const auto logits = session.logits();
      const auto largest = std::max_element(logits.begin(), logits.end());
      ASSERT_EQ(best, largest - logits.begin());
      ASSERT_LT(best, 40);
    }
  }
}

// Sums of V float exponentials, each good to 2e-7, and a logit's rounding.
TEST(Session, ScoreIsTheLogSoftmaxOfTheLogits) {
  const Int8Dimensions shape{.vocab_size = 1000};
  const auto model = Int8Model(shape).load();
  const auto ids = random_ids(37, shape.vocab_size);
  auto targets = random_ids(37, shape.vocab_size, 9);
  targets[0] = -1;
  targets[20] = -100;
  const auto all = logits_of(model, ids);
  std::vector<float> losses(ids.size(), 77.0F);
  Session session(model, pool_of(2));
  session.score(ids, targets, losses);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (targets[i] < 0) {
      EXPECT_EQ(losses[i], 0.0F);
      continue;
    }
    const auto row = row_of(all, i, *model);
    double sum = 0;
    for (const float x : row) sum += std::exp(static_cast<double>(x));
    const double loss = std::log(sum) - row[static_cast<size_t>(targets[i])];
    EXPECT_NEAR(losses[i], loss, 2e-6) << i;
  }
  // As after forward(): what comes next goes on from there.
  EXPECT_TRUE(same_bits(session.logits(), row_of(all, 36, *model)));
  EXPECT_EQ(session.length(), 37);
}

TEST(Session, ManySessionsShareAModelAndAPool) {
  const auto model = Int8Model().load();
  for (const auto& pool : {pool_of(1), pool_of(2)}) {
    std::vector<int> wrong(4);
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < wrong.size(); ++t) {
      threads.emplace_back([&, t] {
        const auto ids = random_ids(50, 101, t);
        const auto all = logits_of(model, ids);
        Session session(model, pool);
        for (int repeat = 0; repeat < 5; ++repeat) {
          session.reset();
          session.feed(std::span(ids).first(30));
          wrong[t] += !same_bits(session.logits(), row_of(all, 29, *model));
          for (size_t i = 30; i < ids.size(); ++i) {
            session.feed({&ids[i], 1});
            wrong[t] += !same_bits(session.logits(), row_of(all, i, *model));
          }
        }
      });
    }
    threads.clear();
    EXPECT_THAT(wrong, ::testing::Each(0));
  }
}

TEST(Session, RefusesWhatItCannotReadAndStaysAsItWas) {
  const auto model = Int8Model().load();
  Session session(model, pool_of(1));
  EXPECT_ERROR(Error, "nothing has been read", session.logits());
  EXPECT_ERROR(Error, "nothing has been read", session.argmax());

  const auto ids = random_ids(10, 101);
  session.feed(ids);
  const auto before = session.logits();
  const std::vector<float> copy(before.begin(), before.end());
  std::vector<float> room(51 * 101);
  const auto losses = std::span(room).first(3);
  for (const TokenId bad : {-1, 101, 2'000'000'000}) {
    const std::vector<TokenId> some = {5, bad, 6};
    const std::string message =
        "token id " + std::to_string(bad) +
        " is out of range; the vocabulary has 101 tokens";
    EXPECT_ERROR(Error, message, session.feed(some));
    EXPECT_ERROR(Error, message, session.forward(some, room.data()));
    EXPECT_ERROR(Error, message, session.score(some, some, losses));
  }
  EXPECT_ERROR(
      Error,
      "51 tokens are more than the 50 of the context",
      session.forward(random_ids(51, 101), room.data()));
  const std::vector<TokenId> three = {1, 2, 3}, targets = {1, 101, 2};
  EXPECT_ERROR(
      Error,
      "target id 101 is out of range",
      session.score(three, targets, losses));
  EXPECT_ERROR(
      Error,
      "3 tokens have 2 targets and room for 3 losses",
      session.score(three, std::span(three).first(2), losses));

  EXPECT_EQ(session.length(), 10);
  EXPECT_TRUE(same_bits(session.logits(), copy));
  const TokenId next = 3;
  session.feed({&next, 1});
  auto longer = ids;
  longer.push_back(next);
  EXPECT_TRUE(same_bits(
      session.logits(), row_of(logits_of(model, longer), 10, *model)));
}

TEST(Session, NothingIsReadOfNothing) {
  const auto model = Int8Model().load();
  Session session(model, pool_of(1));
  session.feed({});
  EXPECT_EQ(session.length(), 0);
  const auto ids = random_ids(3, 101);
  session.feed(ids);
  session.feed({});
  EXPECT_EQ(session.length(), 3);
  EXPECT_NO_THROW(session.logits());
  session.forward({}, nullptr);
  EXPECT_EQ(session.length(), 0);
  EXPECT_ERROR(Error, "nothing has been read", session.logits());
  session.score({}, {}, {});
  session.feed(ids);
  session.reset();
  EXPECT_EQ(session.length(), 0);
}

TEST(Session, LogitsThatAreNotFiniteAreAnError) {
  Int8Model weights;
  auto& scale = weights.at("transformer.h.1.mlp.c_proj.weight.scale");
  for (size_t i = 0; i < 24; ++i) scale.set(i, 3e38F);
  const auto model = weights.load();
  Session session(model, pool_of(2));
  const std::vector<TokenId> ids = {1, 2, 3};
  session.feed(ids);
  EXPECT_ERROR(Error, "the logits are not finite", session.argmax());
  std::vector<float> losses(3);
  EXPECT_ERROR(
      Error, "the logits are not finite", session.score(ids, ids, losses));
}

/// Sequences past the context against full forwards of what the model sees.
class Sliding : public ::testing::TestWithParam<int64_t> {
 protected:
  Sliding()
      : model_(Int8Model({.max_seq_len = GetParam()}).load()),
        pool_(pool_of(2)),
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
    ASSERT_TRUE(same_bits(logits, expected)) << length;
  }

  std::shared_ptr<const RuntimeModel> model_;
  std::shared_ptr<ThreadPool> pool_;
  std::vector<TokenId> ids_;
};

TEST_P(Sliding, InPartsOfAnyLength) {
  for (size_t part = 1; part < ids_.size(); part += part / 3 + 1) {
    Session session(model_, pool_);
    for (size_t read = 0; read < ids_.size();) {
      const size_t n = std::min(part, ids_.size() - read);
      session.feed(std::span(ids_).subspan(read, n));
      read += n;
      expect_equal(session.logits(), read);
    }
    EXPECT_EQ(session.length(), std::ssize(ids_));
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

} // namespace
} // namespace nanobrain
