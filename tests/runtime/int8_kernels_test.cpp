// The tables of every instruction set that this processor has, against exact
// sums and the definitions in double. All results of multiply are compared bit
// for bit, so the tables agree with each other as well.
#include "nanobrain/runtime/int8_kernels.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/base/random.h"
#include "tests/runtime/int8_product.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::Product;

class Int8KernelsTest : public ::testing::TestWithParam<Isa> {
 protected:
  const Int8Kernels& kernels() const { return int8_kernels(GetParam()); }

  /// Compares all columns, and that nothing is written beside them.
  void expect_product(const Product& p) const {
    constexpr float kUntouched = -7e7F;
    const int64_t ld = p.out + 5;
    std::vector<float> y(static_cast<size_t>(p.rows * ld), kUntouched);
    const PackedMatrix w = p.packed();
    kernels().multiply(p.quantized(), w, 0, w.blocks(), y.data(), ld);
    for (int64_t r = 0; r < p.rows; ++r) {
      for (int64_t o = 0; o < ld; ++o) {
        ASSERT_EQ(
            y[static_cast<size_t>(r * ld + o)],
            o < p.out ? p.y(r, o) : kUntouched)
            << p.rows << " x " << p.out << " x " << p.in << ", row " << r
            << ", column " << o;
      }
    }
  }
  /// The index and the value.
  std::pair<int64_t, float> argmax(
      const Product& p, int64_t first, int64_t last) const {
    float value = 0;
    int64_t index = -1;
    kernels().argmax(p.quantized(), p.packed(), first, last, &value, &index);
    return {index, value};
  }

  /// Quantizes a row into so many bytes, which were others before.
  float quantize(const std::vector<float>& x, AlignedBuffer<int8_t>& q) const {
    std::fill_n(q.data(), q.size(), int8_t{99});
    const auto n = std::ssize(x), padded = static_cast<int64_t>(q.size());
    return kernels().quantize(x.data(), n, padded, q.data());
  }
};

TEST_P(Int8KernelsTest, TableBelongsToTheSet) {
  EXPECT_TRUE(includes(GetParam(), [&] {
    for (const Isa isa : available_isas()) {
      if (kernels().name == std::string(name(isa))) return isa;
    }
    ADD_FAILURE() << kernels().name << " is no available set";
    return Isa::kPortable;
  }()));
}

TEST_P(Int8KernelsTest, MultiplyIsExactForAllTails) {
  for (const int64_t rows : {1, 2, 3, 4, 5, 15, 16, 17, 19, 33}) {
    for (const int64_t out : {1, 15, 16, 17, 63, 64, 130, 257, 300}) {
      for (const int64_t in : {1, 3, 64, 65, 200}) {
        expect_product(Product(rows, out, in));
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(Int8KernelsTest, MultiplyIsExactForTheShapesOfTheNanoBrain) {
  for (const int64_t rows : {1, 64}) {
    expect_product(Product(rows, 192, 64));
    expect_product(Product(rows, 256, 64));
    expect_product(Product(rows, 64, 256));
    expect_product(Product(rows, 2294, 64)); // of the head
    if (HasFatalFailure()) return;
  }
}

TEST_P(Int8KernelsTest, LargestValuesDoNotSaturate) {
  for (const int64_t rows : {1, 20}) {
    for (const int x : {-127, 127}) {
      for (const int w : {-127, 127}) {
        Product p(rows, 33, 512);
        std::fill_n(p.x.data(), p.x.size(), static_cast<int8_t>(x));
        std::ranges::fill(p.weight, static_cast<int8_t>(w));
        std::fill_n(p.x_scale.data(), rows, 1.0F);
        std::ranges::fill(p.w_scale, 1.0F);
        ASSERT_EQ(p.y(0, 0), static_cast<float>(512 * x * w));
        expect_product(p);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(Int8KernelsTest, ZerosGiveZeros) {
  Product p(3, 40, 70);
  std::fill_n(p.x.data(), p.x.size(), int8_t{0});
  std::fill_n(p.x_scale.data(), p.rows, 0.0F);
  ASSERT_EQ(p.y(2, 39), 0.0F);
  expect_product(p);
}

TEST_P(Int8KernelsTest, PartsOfTheBlocksGiveTheirColumns) {
  const Product p(18, 700, 100);
  const PackedMatrix w = p.packed();
  ASSERT_EQ(w.blocks(), 44); // the last has padding only
  for (const auto& [first, last] : std::vector<std::pair<int64_t, int64_t>>{
           {0, 1}, {3, 20}, {21, 44}, {43, 44}, {44, 44}, {5, 5}}) {
    const int64_t columns = (last - first) * 16;
    std::vector<float> y(static_cast<size_t>(p.rows * columns + 1), 5.0F);
    kernels().multiply(p.quantized(), w, first, last, y.data(), columns);
    for (int64_t r = 0; r < p.rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) {
        const int64_t o = first * 16 + c;
        ASSERT_EQ(
            y[static_cast<size_t>(r * columns + c)],
            o < p.out ? p.y(r, o) : 5.0F)
            << "blocks " << first << " to " << last << ", row " << r
            << ", column " << c;
      }
    }
    EXPECT_EQ(y.back(), 5.0F);
  }
}

TEST_P(Int8KernelsTest, NoRowsAreNoFault) {
  const Product p(1, 40, 64);
  const QuantizedRows none{p.x.data(), p.x_scale.data(), 0, p.ld};
  float y = 3;
  kernels().multiply(none, p.packed(), 0, 3, &y, 40);
  EXPECT_EQ(y, 3);
}

TEST_P(Int8KernelsTest, ArgmaxIsTheFirstOfTheLargest) {
  for (uint64_t seed = 1; seed < 20; ++seed) {
    Product p(1, 1000, 64, seed);
    // Equal outputs, in one block and far from each other.
    for (const int64_t copy : {3, 402, 403, 999}) {
      std::copy_n(
          p.weight.begin() + 64 * static_cast<int64_t>(seed),
          64,
          p.weight.begin() + 64 * copy);
      p.w_scale[static_cast<size_t>(copy)] = p.w_scale[seed];
    }
    const PackedMatrix w = p.packed();
    for (const auto& [first, last] : std::vector<std::pair<int64_t, int64_t>>{
             {0, w.blocks()}, {17, 51}, {62, 63}}) {
      int64_t wanted = first * 16;
      for (int64_t o = wanted; o < std::min(last * 16, p.out); ++o) {
        if (p.y(0, o) > p.y(0, wanted)) wanted = o;
      }
      EXPECT_EQ(argmax(p, first, last), std::pair(wanted, p.y(0, wanted)));
    }
  }
}

TEST_P(Int8KernelsTest, ArgmaxTakesNoPaddingAndNoNan) {
  Product p(1, 35, 64);
  std::fill_n(p.x.data(), 64, int8_t{1});
  std::ranges::fill(p.weight, int8_t{-1}); // all y negative
  const auto [index, value] = argmax(p, 0, 4);
  EXPECT_LT(value, 0);
  EXPECT_LT(index, 35);
  EXPECT_EQ(value, p.y(0, index));
  EXPECT_EQ(argmax(p, 3, 4), std::pair(int64_t{48}, -INFINITY));
  p.x_scale[0] = std::nanf("");
  EXPECT_EQ(argmax(p, 1, 3), std::pair(int64_t{16}, -INFINITY));
}

TEST_P(Int8KernelsTest, AddExpIsTheSumOfExponentials) {
  for (const int64_t out : {1, 16, 23, 256, 300, 1000}) {
    Product p(21, out, 64);
    // The last rows span hundreds: their references move.
    for (size_t r = 11; r < 21; ++r) p.x_scale[r] *= 100;
    const PackedMatrix w = p.packed();
    std::vector<float> reference(21, 0.0F);
    std::vector<double> sum(21, 0.0);
    // In two parts: the second goes on from the first.
    const int64_t half = w.blocks() / 2;
    kernels().add_exp(p.quantized(), w, 0, half, reference.data(), sum.data());
    kernels().add_exp(
        p.quantized(), w, half, w.blocks(), reference.data(), sum.data());
    for (int64_t r = 0; r < p.rows; ++r) {
      const auto i = static_cast<size_t>(r);
      float largest = -INFINITY;
      for (int64_t o = 0; o < out; ++o) largest = std::max(largest, p.y(r, o));
      EXPECT_NEAR(reference[i], largest, 32);
      double exact = 0;
      for (int64_t o = 0; o < out; ++o) {
        exact += std::exp(double{p.y(r, o)} - reference[i]);
      }
      // exponential() is good to 2e-7; 16 terms a lane add roundings, and y is
      // rounded once more or less, to 3e-8 of its hundreds.
      const double error = i < 11 ? 1e-6 : 1e-4;
      EXPECT_NEAR(sum[i], exact, error * exact) << out << " " << r;
    }
  }
}

TEST_P(Int8KernelsTest, AddExpOfARowIsTheSameAloneAndWithOthers) {
  const Product p(37, 777, 128);
  const PackedMatrix w = p.packed();
  std::vector<float> reference(37, 0.0F);
  std::vector<double> sum(37, 0.0);
  kernels().add_exp(
      p.quantized(), w, 1, w.blocks(), reference.data(), sum.data());
  for (int64_t r = 0; r < p.rows; ++r) {
    float reference_alone = 0;
    double sum_alone = 0;
    kernels().add_exp(
        p.quantized().row(r), w, 1, w.blocks(), &reference_alone, &sum_alone);
    EXPECT_EQ(reference_alone, reference[static_cast<size_t>(r)]);
    EXPECT_EQ(sum_alone, sum[static_cast<size_t>(r)]);
  }
}

TEST_P(Int8KernelsTest, AddExpOfHugeScoresEnds) {
  Product p(1, 777, 64);
  for (float& scale : p.w_scale) scale = 3e30F; // of scores far above 2^29
  const PackedMatrix w = p.packed();
  float reference = 0;
  double sum = 0;
  kernels().add_exp(p.quantized(), w, 0, w.blocks(), &reference, &sum);
  EXPECT_TRUE(std::isnan(sum) || sum >= 1);
}

TEST_P(Int8KernelsTest, QuantizeRoundsToTheNearest) {
  Random random(4);
  for (const int64_t n : {1, 5, 16, 17, 64, 100, 256}) {
    std::vector<float> x(static_cast<size_t>(n));
    const auto spread = std::exp(20 * random.uniform() - 10);
    for (float& v : x) {
      v = static_cast<float>(spread * (2 * random.uniform() - 1));
    }
    const int64_t padded = Product::padded(n) + 64;
    AlignedBuffer<int8_t> q(static_cast<size_t>(padded)), portable(q.size());
    const float scale = quantize(x, q);
    double largest = 0;
    for (const float v : x) largest = std::max(largest, std::abs(double{v}));
    EXPECT_EQ(scale, static_cast<float>(largest / 127));
    for (int64_t i = 0; i < n; ++i) {
      const auto k = static_cast<size_t>(i);
      // Two roundings of float may move what is next to a half.
      EXPECT_LE(std::abs(q[k] - 127 * double{x[k]} / largest), 0.5 + 2e-5);
    }
    for (auto k = static_cast<size_t>(n); k < q.size(); ++k) EXPECT_EQ(q[k], 0);
    EXPECT_EQ(
        kPortableInt8Kernels.quantize(x.data(), n, padded, portable.data()),
        scale);
    EXPECT_TRUE(std::equal(q.data(), q.data() + q.size(), portable.data()));
  }
}

TEST_P(Int8KernelsTest, QuantizeRoundsHalvesToEven) {
  const std::vector<float> x = {
      127, 0.5F, 1.5F, 2.5F, -0.5F, -1.5F, -2.5F, 126.5F, -126.5F, -127};
  const std::vector<int> wanted = {127, 0, 2, 2, 0, -2, -2, 126, -126, -127};
  AlignedBuffer<int8_t> q(64);
  EXPECT_EQ(quantize(x, q), 1.0F);
  EXPECT_EQ(std::vector<int>(q.data(), q.data() + 10), wanted);
}

TEST_P(Int8KernelsTest, QuantizeStaysWithin127) {
  Random random(6);
  AlignedBuffer<int8_t> q(64);
  for (int trial = 0; trial < 2000; ++trial) {
    const auto x = static_cast<float>(std::exp(120 * random.uniform() - 60));
    quantize({x, -x}, q);
    ASSERT_EQ(q[0], 127) << x;
    ASSERT_EQ(q[1], -127) << x;
  }
}

TEST_P(Int8KernelsTest, QuantizeOfZerosAndOfWhatIsNotFinite) {
  AlignedBuffer<int8_t> q(64);
  const std::vector<std::vector<float>> rows = {
      {0, 0, -0.0F}, {1e-31F, -9e-31F}, {1e-45F}, {}};
  for (const auto& row : rows) {
    EXPECT_EQ(quantize(row, q), 0.0F);
    EXPECT_EQ(std::count(q.data(), q.data() + 64, 0), 64);
  }
  for (const float bad : {INFINITY, -INFINITY, std::nanf("")}) {
    for (const size_t place : {0U, 13U, 36U}) {
      std::vector<float> x(37, 2.0F);
      x[place] = bad;
      EXPECT_TRUE(std::isnan(quantize(x, q)));
      EXPECT_EQ(std::count(q.data(), q.data() + 64, 0), 64);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sets,
    Int8KernelsTest,
    ::testing::ValuesIn(available_isas()),
    [](const auto& info) { return std::string(name(info.param)); });

TEST(Int8Kernels, TakesTheTableOfTheChosenSet) {
  EXPECT_EQ(&int8_kernels(), &int8_kernels(active_isa()));
}

TEST(PackedMatrix, HoldsFourInputsOfSixteenOutputs) {
  const Product p(1, 20, 70);
  const PackedMatrix w = p.packed();
  EXPECT_EQ(w.padded_out(), 64);
  EXPECT_EQ(w.padded_in(), 128);
  for (int64_t o = 0; o < 64; ++o) {
    int32_t sum = 0;
    for (int64_t i = 0; i < 128; ++i) {
      const bool inside = o < 20 && i < 70;
      const int8_t wanted =
          inside ? p.weight[static_cast<size_t>(o * 70 + i)] : int8_t{0};
      EXPECT_EQ(w.block(o / 16)[i / 4 * 64 + o % 16 * 4 + i % 4], wanted);
      sum += wanted;
    }
    EXPECT_EQ(w.offset()[o], 128 * sum);
    EXPECT_EQ(w.scale()[o], o < 20 ? p.w_scale[static_cast<size_t>(o)] : 0.0F);
  }
}

TEST(PackedMatrix, RefusesWhatWouldNotBeExact) {
  std::vector<int8_t> weight(6, 1);
  const std::vector<float> scale(2, 1.0F);
  weight[4] = -128;
  EXPECT_ERROR(
      Error,
      "[PackedMatrix] a weight is -128; quantize to -127 .. 127",
      PackedMatrix(weight, scale, 2, 3));
  EXPECT_ERROR(
      Error, "131073 inputs; at most 131072", PackedMatrix({}, {}, 0, 131073));
  EXPECT_ERROR(
      Error,
      "6 weights and 2 scales for 2 x 4",
      PackedMatrix(weight, scale, 2, 4));
}

} // namespace
} // namespace nanobrain
