// Files written and read, against Python's safetensors package too.
#include "nanobrain/base/safetensors.h"

#include <cstring>
#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

template <class T>
TensorView view(
    DType dtype, std::vector<int64_t> shape, const std::vector<T>& values) {
  return {dtype, std::move(shape), std::as_bytes(std::span(values))};
}

template <class T>
std::vector<T> values_of(const TensorView& tensor) {
  std::vector<T> values(tensor.data.size() / sizeof(T));
  std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

TEST(Safetensors, WhatIsWrittenIsRead) {
  const TempDir dir;
  const std::vector<float> floats = {1.5F, -2, 3, 4, 5, 6};
  const std::vector<int8_t> small = {1, -2, 3};
  const std::vector<double> one = {0.25};
  const std::vector<uint16_t> halves = {0x3c00, 0xc000}; // 1 and -2 in f16
  write_safetensors(
      dir / "file",
      {{"z", view(DType::kF32, {2, 3}, floats)},
       {"a", view(DType::kI8, {3}, small)},
       {"empty", {DType::kI64, {0, 7}, {}}},
       {"h", view(DType::kF16, {2}, halves)},
       {"scalar", view(DType::kF64, {}, one)}},
      {{"note", "a \"quoted\" w\u00f6rd"}});
  const auto result = run_process(
      {python(),
       "-c",
       "import sys; from safetensors import safe_open\n"
       "with safe_open(sys.argv[1], 'np') as f:\n"
       "  print(f.metadata())\n"
       "  for k in sorted(f.keys()):\n"
       "    t = f.get_tensor(k); print(k, t.dtype, t.shape, t.tolist())\n",
       dir / "file"});
  EXPECT_EQ(
      result.out,
      "{'note': 'a \"quoted\" w\u00f6rd'}\n"
      "a int8 (3,) [1, -2, 3]\n"
      "empty int64 (0, 7) []\n"
      "h float16 (2,) [1.0, -2.0]\n"
      "scalar float64 () 0.25\n"
      "z float32 (2, 3) [[1.5, -2.0, 3.0], [4.0, 5.0, 6.0]]\n")
      << result.err;

  const SafetensorsFile file(dir / "file");
  EXPECT_EQ(file.tensors().size(), 5u);
  EXPECT_EQ(file.metadata().at("note"), "a \"quoted\" w\u00f6rd");
  EXPECT_EQ(file.at("z").dtype, DType::kF32);
  EXPECT_EQ(file.at("z").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(values_of<float>(file.at("z")), floats);
  EXPECT_EQ(values_of<int8_t>(file.at("a")), small);
  EXPECT_EQ(file.at("empty").shape, (std::vector<int64_t>{0, 7}));
  EXPECT_TRUE(file.at("scalar").shape.empty());
  EXPECT_EQ(values_of<double>(file.at("scalar")), one);
  // Data starts aligned, and the tensors are in the order given.
  const auto address = [&](const char* name) {
    return reinterpret_cast<uintptr_t>(file.at(name).data.data());
  };
  EXPECT_EQ(address("z") % 64, 0u);
  EXPECT_EQ(address("a"), address("z") + 24);
  EXPECT_ERROR(
      Error,
      "file] has no tensor \"scalr\"; did you mean scalar?",
      file.at("scalr"));
  write_safetensors(dir / "nothing", {}, {});
  EXPECT_TRUE(SafetensorsFile(dir / "nothing").tensors().empty());
}

TEST(Safetensors, TheWriterRefusesWhatNobodyCouldRead) {
  const TempDir dir;
  const std::vector<float> floats = {1, 2};
  const TensorView good = view(DType::kF32, {2}, floats);
  using Tensors = std::vector<std::pair<std::string, TensorView>>;
  const std::pair<Tensors, const char*> cases[] = {
      {{{"a", good}, {"a", good}}, "file: a] is named twice"},
      {{{"__metadata__", good}}, "__metadata__"},
      {{{"a", view(DType::kF32, {3}, floats)}},
       "file: a] has 8 bytes, but its shape and dtype need 12"}};
  for (const auto& [tensors, message] : cases) {
    EXPECT_ERROR(Error, message, write_safetensors(dir / "file", tensors, {}));
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "file"));
}

TEST(Safetensors, ReadsWhatPythonWrites) {
  const TempDir dir;
  const auto result = run_process(
      {python(),
       "-c",
       "import sys, numpy as np; from safetensors.numpy import save_file\n"
       "t = {n: np.arange(6).reshape(2, 3).astype(n) for n in\n"
       "  'bool uint8 int8 int16 uint16 float16 int32 uint32 float32 int64 '\n"
       "  'uint64 float64'.split()}\n"
       "save_file(t, sys.argv[1], metadata={'a': 'b'})\n",
       dir / "file"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const SafetensorsFile file(dir / "file");
  EXPECT_EQ(file.tensors().size(), 12u);
  EXPECT_EQ(file.metadata().at("a"), "b");
  std::istringstream names(
      "bool BOOL uint8 U8 int8 I8 int16 I16 uint16 U16 float16 F16 int32 I32 "
      "uint32 U32 float32 F32 int64 I64 uint64 U64 float64 F64");
  for (std::string numpy, ours; names >> numpy >> ours;) {
    const TensorView& tensor = file.at(numpy);
    EXPECT_EQ(name_of(tensor.dtype), ours);
    EXPECT_EQ(tensor.shape, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(
        static_cast<int64_t>(tensor.data.size()), 6 * size_of(tensor.dtype));
  }
  EXPECT_EQ(
      values_of<int32_t>(file.at("int32")),
      (std::vector<int32_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(
      values_of<uint64_t>(file.at("uint64")),
      (std::vector<uint64_t>{0, 1, 2, 3, 4, 5}));
}

// Files that are not what they claim: each fault gets its message, and no
// damage whatever ends in a crash.

std::string little_endian(uint64_t value) {
  std::string text(8, '\0');
  for (char& byte : text) {
    byte = static_cast<char>(value);
    value >>= 8;
  }
  return text;
}

/// A file of this header and so many bytes of data.
std::string file_of(const std::string& header, size_t data_bytes) {
  return little_endian(header.size()) + header + std::string(data_bytes, 'd');
}

std::string fault_of(const std::string& bytes) {
  const TempDir dir;
  write_text(dir / "model.safetensors", bytes);
  return testing::error_of<Error>(
      [&] { SafetensorsFile(dir / "model.safetensors"); });
}

/// The entry of a tensor.
std::string entry(
    const char* name,
    const char* dtype,
    const char* shape,
    const char* offsets) {
  return fmt::format(
      R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{}]}})",
      name,
      dtype,
      shape,
      offsets);
}

/// A header of one tensor, or of two.
std::string header_of(const std::string& one, const std::string& two = "") {
  return "{" + one + (two.empty() ? "" : "," + two) + "}";
}

/// A header with one tensor "a".
std::string a(const char* dtype, const char* shape, const char* offsets) {
  return header_of(entry("a", dtype, shape, offsets));
}

struct HeaderFault {
  std::string header;
  size_t data_bytes;
  const char* message;
};

void expect_fault(const std::string& bytes, const std::string& message) {
  const std::string fault = fault_of(bytes);
  EXPECT_THAT(fault, ::testing::HasSubstr("model.safetensors"));
  EXPECT_THAT(fault, ::testing::HasSubstr(message));
}

void expect_faults(const std::vector<HeaderFault>& faults) {
  for (const auto& [header, data_bytes, message] : faults) {
    SCOPED_TRACE(header);
    expect_fault(file_of(header, data_bytes), message);
  }
}

// Eight bytes of data, two tensors that share them.
const std::string kGood =
    header_of(entry("a", "F32", "1", "0,4"), entry("b", "I8", "2,2", "4,8"));

TEST(SafetensorsFormat, TheGoodFileIsGood) {
  const TempDir dir;
  for (const char* padding : {"", "   "}) {
    write_text(dir / "file", file_of(kGood + padding, 8));
    EXPECT_EQ(SafetensorsFile(dir / "file").tensors().size(), 2u);
  }
}

TEST(SafetensorsFormat, HeaderLengthThatLies) {
  expect_fault("", "has 0 bytes, too few for a header");
  expect_fault("1234567", "has 7 bytes, too few for a header");
  const std::string good = file_of(kGood, 8);
  for (const uint64_t length : {uint64_t{good.size() - 7}, ~uint64_t{0}}) {
    expect_fault(
        little_endian(length) + good.substr(8),
        "claims a header of " + std::to_string(length) + " bytes");
  }
  // Too short and too long by one, with room for both.
  const size_t size = kGood.size();
  for (const size_t length : {size - 1, size + 1, size_t{0}}) {
    expect_fault(little_endian(length) + good.substr(8), "not valid JSON");
  }
}

TEST(SafetensorsFormat, HeaderThatIsNoHeader) {
  expect_faults({
      {"{", 0, "not valid JSON"},
      {"{} {}", 0, "not valid JSON"},
      {"{\"\xff\": 1}", 0, "not valid JSON"},
      {"{\"a\": 1e999}", 0, "not valid JSON"},
      {"[]", 0, "the header is no object"},
      {R"({"a": 1})", 0, "a] needs a dtype, a shape and two"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", 4, "a] needs a dtype"},
      {a("F32", "-1", "0,4"), 4, "a] needs a dtype"},
      {a("F32", "1.0", "0,4"), 4, "a] needs a dtype"},
      {a("F32", "1", "0,4,4"), 4, "a] needs a dtype"},
      {R"({"__metadata__":[]})", 0, "__metadata__ is no object"},
      {R"({"__metadata__":{"step":1}})", 0, "__metadata__ \"step\" is no str"},
      {header_of(entry("a", "I8", "1", "0,1"), "\"a\":1"),
       1,
       "the header has \"a\" twice"},
      {R"({"a":{"dtype":"I8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})",
       1,
       "the header has \"dtype\" twice"},
  });
}

TEST(SafetensorsFormat, TensorsThatCannotBe) {
  const auto two =
      [](const char* first, const char* shape, const char* second) {
        return header_of(
            entry("a", "I8", "4", first), entry("b", "I8", shape, second));
      };
  expect_faults({
      {a("F8_E4M3", "1", "0,1"), 1, "a] has dtype F8_E4M3, which nanobrain"},
      {a("F32", "4611686018427387904,4", "0,0"), 0, "whose size overflows"},
      {a("F32", "18446744073709551615", "0,4"), 4, "a] needs a dtype"},
      {a("F32", "2", "0,4"), 4, "a] has 4 bytes, but F32 [2] needs 8"},
      {a("F32", "2", "0,8"), 7, "a] is at bytes 0 to 8 of 7: outside the"},
      {a("F32", "1", "4,0"), 8, "outside the file"},
      // The sum of offset and size would wrap.
      {a("I8", "2", "9223372036854775807,1"), 8, "outside the file"},
      {two("0,4", "4", "2,6"), 6, "b] overlaps the tensor before it"},
      {two("0,4", "2", "6,8"), 8, "b] has a hole before it"},
      {a("I8", "4", "1,5"), 5, "a] has a hole before it"},
  });
  const std::string good = file_of(kGood, 8);
  expect_fault(good.substr(0, good.size() - 1), "b] is at bytes 4 to 8 of 7");
  expect_fault(good + "d", "has 1 bytes after its last tensor");
}

TEST(SafetensorsFormat, NoDamageCrashes) {
  const TempDir dir;
  const std::string good = file_of(kGood, 8);
  Random random(11);
  int refused = 0;
  constexpr int kRounds = 1000;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = good;
    for (uint64_t flips = 1 + random.below(3); flips > 0; --flips) {
      bytes[random.below(bytes.size())] ^=
          static_cast<char>(1 << random.below(8));
    }
    if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
    write_text(dir / "file", bytes);
    try {
      const SafetensorsFile file(dir / "file");
      for (const auto& [name, tensor] : file.tensors()) {
        // Inside the file: reading is no fault under ASan.
        for (const std::byte byte : tensor.data) {
          ASSERT_LE(std::to_integer<int>(byte), 255);
        }
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  // Flips in names and data leave a file that is well formed; most do not.
  EXPECT_GT(refused, kRounds / 2);
}

} // namespace
} // namespace nanobrain
