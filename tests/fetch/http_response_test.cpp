#include "nanobrain/fetch/http_response.h"

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(HttpResponse, ReadsContentRange) {
  const auto range = parse_content_range("bytes 100-199/1000");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 100);
  EXPECT_EQ(range->total, 1000);
  EXPECT_EQ(parse_content_range("Bytes 5-9/*")->first, 5);
  EXPECT_EQ(parse_content_range("bytes 5-9/*")->total, std::nullopt);
  EXPECT_EQ(parse_content_range("bytes */70")->total, 70);
  EXPECT_EQ(parse_content_range("bytes */70")->first, -1);
  for (const char* wrong :
       {"",
        "bytes",
        "bytes 1-2",
        "items 1-2/3",
        "bytes x-2/3",
        "bytes -2/3",
        "bytes 1-2/x",
        "bytes 1-2/-3",
        "bytes 1-2/99999999999999999999"}) {
    EXPECT_FALSE(parse_content_range(wrong)) << wrong;
  }
}

TEST(HttpResponse, ReadsRetryAfter) {
  EXPECT_EQ(parse_retry_after("120", 0), 120);
  EXPECT_EQ(parse_retry_after(" 0 ", 0), 0);
  // RFC 9110, 10.2.3; the seconds are those of date -d.
  const char* date = "Fri, 31 Dec 1999 23:59:59 GMT";
  EXPECT_EQ(parse_retry_after(date, 946684799 - 30), 30);
  EXPECT_EQ(parse_retry_after(date, 946684799 + 30), 0);
  for (const char* wrong : {"", "-1", "soon", "1.5", "31 Dec 1999"}) {
    EXPECT_FALSE(parse_retry_after(wrong, 0)) << wrong;
  }
}

TEST(HttpResponse, ReadsHeadersWhateverTheirCase) {
  HttpResponse response;
  for (const char* line :
       {"HTTP/2 206 \r\n",
        "ETag: \"abc\"\r\n",
        "content-length:  17 \r\n",
        "CONTENT-RANGE: bytes 3-19/20\r\n",
        "Content-Encoding: GZIP\r\n",
        "retry-after: 5\r\n",
        "no colon\r\n",
        "\r\n"}) {
    response.add_header_line(line);
  }
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(response.strong_etag(), "\"abc\"");
  EXPECT_EQ(response.content_length, 17);
  EXPECT_EQ(response.content_range->first, 3);
  EXPECT_EQ(response.content_encoding, "gzip");
  EXPECT_EQ(response.retry_after, "5");
  response.add_header_line("ETag: W/\"abc\"");
  EXPECT_EQ(response.strong_etag(), "");
  response.add_header_line("Content-Length: many");
  EXPECT_EQ(response.content_length, std::nullopt);
}

TEST(HttpResponse, RedirectsLeaveOnlyWhatHuggingFaceStates) {
  const std::string sha256(64, 'A');
  HttpResponse response;
  response.add_header_line("HTTP/1.1 302 Found");
  response.add_header_line("ETag: \"of the redirect\"");
  response.add_header_line("Content-Length: 3");
  response.add_header_line("X-Linked-Etag: \"" + sha256 + "\"");
  response.add_header_line("X-Linked-Size: 99");
  response.add_header_line("HTTP/1.1 200 OK");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.etag, "");
  EXPECT_EQ(response.content_length, std::nullopt);
  EXPECT_EQ(response.linked_size, 99);
  EXPECT_EQ(response.stated_sha256(), std::string(64, 'a'));
  // That of a small file is the SHA-1 of git.
  response.add_header_line("X-Linked-Etag: \"" + std::string(40, 'a') + "\"");
  EXPECT_EQ(response.stated_sha256(), "");
}

} // namespace
} // namespace nanobrain
