// Files written and read, against Python's safetensors package too.
#include "nanobrain/base/safetensors.h"

#include <cstring>

#include "nanobrain/base/error.h"
#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::python;
using testing::read_text;
using testing::run_process;
using testing::TempDir;

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
  write_safetensors(
      dir / "file",
      {{"z", view(DType::kF32, {2, 3}, floats)},
       {"a", view(DType::kI8, {3}, small)},
       {"empty", {DType::kF16, {0, 7}, {}}},
       {"scalar", view(DType::kF64, {}, one)}},
      {{"format", "pt"}, {"note", "a \"quoted\" w\u00f6rd"}});
  const SafetensorsFile file(dir / "file");
  EXPECT_EQ(file.tensors().size(), 4u);
  EXPECT_EQ(file.metadata().at("note"), "a \"quoted\" w\u00f6rd");
  EXPECT_EQ(file.at("z").dtype, DType::kF32);
  EXPECT_EQ(file.at("z").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(values_of<float>(file.at("z")), floats);
  EXPECT_EQ(values_of<int8_t>(file.at("a")), small);
  EXPECT_EQ(file.at("empty").shape, (std::vector<int64_t>{0, 7}));
  EXPECT_TRUE(file.at("scalar").shape.empty());
  EXPECT_EQ(values_of<double>(file.at("scalar")), one);
  // Data starts aligned, and the tensors lie in the order given.
  const auto address = [&](const char* name) {
    return reinterpret_cast<uintptr_t>(file.at(name).data.data());
  };
  EXPECT_EQ(address("z") % 64, 0u);
  EXPECT_EQ(address("a"), address("z") + 24);
}

TEST(Safetensors, AFileMayHoldNothing) {
  const TempDir dir;
  write_safetensors(dir / "file", {}, {});
  EXPECT_TRUE(SafetensorsFile(dir / "file").tensors().empty());
}

TEST(Safetensors, NamesTheTensorsNearAnUnknownOne) {
  const TempDir dir;
  write_safetensors(dir / "file", {{"wte.weight", {DType::kF32, {0}, {}}}}, {});
  EXPECT_ERROR(
      Error,
      "file] has no tensor \"wte.wieght\"; did you mean wte.weight?",
      SafetensorsFile(dir / "file").at("wte.wieght"));
}

TEST(Safetensors, TheWriterRefusesWhatNobodyCouldRead) {
  const TempDir dir;
  const std::vector<float> floats = {1, 2};
  const TensorView good = view(DType::kF32, {2}, floats);
  EXPECT_ERROR(
      Error,
      "file: a] is named twice",
      write_safetensors(dir / "file", {{"a", good}, {"a", good}}, {}));
  EXPECT_ERROR(
      Error,
      "__metadata__",
      write_safetensors(dir / "file", {{"__metadata__", good}}, {}));
  EXPECT_ERROR(
      Error,
      "file: a] has 8 bytes, but its shape and dtype need 12",
      write_safetensors(
          dir / "file", {{"a", view(DType::kF32, {3}, floats)}}, {}));
  EXPECT_FALSE(std::filesystem::exists(dir / "file"));
}

TEST(Safetensors, AFullDiskLeavesNoFile) {
  const TempDir dir;
  const std::vector<float> floats(1 << 20);
  const auto child = testing::run_in_child([&] {
    ignore_file_signals();
    testing::limit_file_size(1 << 20);
    write_safetensors(
        dir / "file", {{"a", view(DType::kF32, {1 << 20}, floats)}}, {});
    return std::string("nothing was thrown");
  });
  EXPECT_THAT(child.text, ::testing::HasSubstr("file] cannot be written: "));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(Safetensors, PythonReadsWhatIsWritten) {
  const TempDir dir;
  const std::vector<float> floats = {1.5F, -2, 3, 4, 5, 6};
  const std::vector<int8_t> small = {1, -2, 3};
  const std::vector<uint16_t> halves = {0x3c00, 0xc000}; // 1 and -2 in f16
  write_safetensors(
      dir / "file",
      {{"z", view(DType::kF32, {2, 3}, floats)},
       {"a", view(DType::kI8, {3}, small)},
       {"empty", {DType::kI64, {0, 7}, {}}},
       {"h", view(DType::kF16, {2}, halves)}},
      {{"format", "pt"}});
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
      "{'format': 'pt'}\n"
      "a int8 (3,) [1, -2, 3]\n"
      "empty int64 (0, 7) []\n"
      "h float16 (2,) [1.0, -2.0]\n"
      "z float32 (2, 3) [[1.5, -2.0, 3.0], [4.0, 5.0, 6.0]]\n")
      << result.err;
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
  const std::map<std::string, std::pair<DType, std::string_view>> types = {
      {"bool", {DType::kBool, "BOOL"}},
      {"uint8", {DType::kU8, "U8"}},
      {"int8", {DType::kI8, "I8"}},
      {"int16", {DType::kI16, "I16"}},
      {"uint16", {DType::kU16, "U16"}},
      {"float16", {DType::kF16, "F16"}},
      {"int32", {DType::kI32, "I32"}},
      {"uint32", {DType::kU32, "U32"}},
      {"float32", {DType::kF32, "F32"}},
      {"int64", {DType::kI64, "I64"}},
      {"uint64", {DType::kU64, "U64"}},
      {"float64", {DType::kF64, "F64"}}};
  for (const auto& [name, type] : types) {
    const TensorView& tensor = file.at(name);
    EXPECT_EQ(tensor.dtype, type.first) << name;
    EXPECT_EQ(name_of(tensor.dtype), type.second);
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

} // namespace
} // namespace nanobrain
