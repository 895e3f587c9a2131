// Files that are not what they claim: each fault gets its message, and no
// damage whatever ends in a crash.
#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "nanobrain/base/safetensors.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

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
