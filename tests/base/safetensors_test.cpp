// Files written and read, against Python's safetensors package too.
#include "nanobrain/base/safetensors.h"

#include <cstring>

#include "nanobrain/base/error.h"
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
  // In the order of NumPy's names above; BF16 is none of them.
  const std::pair<const char*, DType> types[] = {
      {"bool", DType::kBool},
      {"uint8", DType::kU8},
      {"int8", DType::kI8},
      {"int16", DType::kI16},
      {"uint16", DType::kU16},
      {"float16", DType::kF16},
      {"int32", DType::kI32},
      {"uint32", DType::kU32},
      {"float32", DType::kF32},
      {"int64", DType::kI64},
      {"uint64", DType::kU64},
      {"float64", DType::kF64}};
  for (const auto& [name, dtype] : types) {
    const TensorView& tensor = file.at(name);
    EXPECT_EQ(tensor.dtype, dtype) << name;
    EXPECT_EQ(tensor.shape, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(static_cast<int64_t>(tensor.data.size()), 6 * size_of(dtype));
  }
  EXPECT_EQ(name_of(DType::kF16), "F16");
  EXPECT_EQ(
      values_of<int32_t>(file.at("int32")),
      (std::vector<int32_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(
      values_of<uint64_t>(file.at("uint64")),
      (std::vector<uint64_t>{0, 1, 2, 3, 4, 5}));
}

} // namespace
} // namespace nanobrain
