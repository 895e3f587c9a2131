#include "nanobrain/run/tf_record.h"

#include <fmt/format.h>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
TEST(Crc32c, GivesThePublishedValues) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string rising;
  for (char byte = 0; byte < 32; ++byte) rising += byte;
  EXPECT_EQ(crc32c(rising), 0x46dd794eu);
}

TEST(TfRecord, TensorBoardsReaderTakesIt) {
  const testing::TempDir dir;
  std::string long_data;
  for (int i = 0; i < 1000; ++i) long_data += static_cast<char>(i);
  testing::write_text(
      dir / "file", tf_record("first") + tf_record("") + tf_record(long_data));
  const auto result = testing::run_process(
      {testing::python(),
       "-c",
       "import sys\n"
       "from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import (\n"
       "    PyRecordReader_New)\n"
       "reader = PyRecordReader_New(sys.argv[1])\n"
       "for _ in range(3):\n"
       "  reader.GetNext(); print(reader.record().hex())\n",
       dir / "file"});
  std::string hex;
  for (const char byte : long_data) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  EXPECT_EQ(result.out, "6669727374\n\n" + hex + "\n") << result.err;
}

} // namespace
} // namespace nanobrain
