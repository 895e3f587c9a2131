#include "nanobrain/base/checksum.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

// NIST's examples for FIPS 180-2.
TEST(Sha256, GivesThePublishedDigests) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc",
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
  for (const auto& [text, digest] : cases) EXPECT_EQ(sha256_hex(text), digest);
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const TempDir dir;
  // Longer than the blocks it is read in.
  std::string bytes;
  Random random(1);
  for (int i = 0; i < 300'000; ++i) bytes += std::to_string(random());
  write_text(dir / "file", bytes);
  EXPECT_EQ(sha256_of_file(dir / "file"), sha256_hex(bytes));
}

TEST(Sha256, SaysWhichFileItCannotRead) {
  const TempDir dir;
  EXPECT_ERROR(
      Error,
      "absent] cannot be opened: No such file",
      sha256_of_file(dir / "absent"));
  EXPECT_ERROR(
      Error,
      "cannot be read: Is a directory; name a file",
      sha256_of_file(dir.path()));
}

// From the test-suite of python-xxhash, xxh3_64_intdigest.
TEST(Hash64, GivesThePublishedHashes) {
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2ULL);
  EXPECT_EQ(hash64("a"), 16629034431890738719ULL);
  EXPECT_EQ(hash64("a", 1), 15201566949650179872ULL);
  EXPECT_EQ(hash64("a", ~0ULL), 4875116479388997462ULL);
}

TEST(Hash64, OfAStreamIsThatOfItsBytes) {
  Random random(2);
  for (int round = 0; round < 200; ++round) {
    std::string bytes(random.below(3000), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    Hash64 hash;
    for (size_t done = 0; done < bytes.size();) {
      const size_t piece = random.below(bytes.size() - done + 1);
      hash.update(bytes.data() + done, piece);
      done += piece;
    }
    ASSERT_EQ(hash.digest(), hash64(bytes)) << bytes.size() << " bytes";
  }
}

} // namespace
} // namespace nanobrain
