// What each exception becomes at the border to C.
#include "nanobrain/capi/status.h"

#include <new>
#include <stdexcept>
#include <string>

#include "nanobrain/base/utf8.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

/// guarded() around a throw.
template <class E>
nb_status status_after(const E& exception) {
  return guarded(
      "where", NB_ERROR_MODEL, [&](const char*) { throw exception; });
}

TEST(CStatus, OfEachException) {
  const auto ok = [] {
    return guarded("where", NB_ERROR_MODEL, [](const char*) {});
  };
  const auto expect =
      [](nb_status status, const char* text, const auto& thrown) {
        EXPECT_EQ(status_after(thrown), status);
        EXPECT_THAT(nb_last_error(), ::testing::StartsWith(text));
      };
  EXPECT_EQ(ok(), NB_OK);
  expect(NB_ERROR_MODEL, "a", Error("a"));
  expect(NB_ERROR_ARGUMENT, "b", UsageError("b"));
  expect(NB_ERROR_NOT_FINITE, "c", NumericError("c"));
  expect(NB_ERROR_STATE, "d", StatusError(NB_ERROR_STATE, "d"));
  expect(
      NB_ERROR_MODEL,
      "filesystem error: e",
      fs::filesystem_error(
          "e", std::make_error_code(std::errc::permission_denied)));
  expect(
      NB_ERROR_MEMORY, "[memory] there is not enough memory", std::bad_alloc());
  expect(NB_ERROR_INTERNAL, "f", std::out_of_range("f"));
  expect(NB_ERROR_INTERNAL, "[internal] an unknown exception", 7);
  EXPECT_EQ(ok(), NB_OK);
  EXPECT_STREQ(nb_last_error(), "[internal] an unknown exception");
}

TEST(CStatus, LongTextsEndBetweenCharacters) {
  for (const std::string begin : {"", "-", "--", "---"}) {
    std::string text = begin;
    for (int i = 0; i < 1000; ++i) text += "\xe2\x82\xac"; // the euro sign
    status_after(Error(text));
    const std::string kept = nb_last_error();
    EXPECT_TRUE(is_valid_utf8(kept));
    EXPECT_GT(kept.size(), 1020u);
    EXPECT_TRUE(text.starts_with(kept));
  }
}

TEST(CStatus, Names) {
  EXPECT_STREQ(nb_status_name(NB_OK), "NB_OK");
  EXPECT_STREQ(nb_status_name(NB_ERROR_STATE), "NB_ERROR_STATE");
  EXPECT_STREQ(nb_status_name(NB_ERROR_INTERNAL), "NB_ERROR_INTERNAL");
  for (const int other : {-1, NB_ERROR_INTERNAL + 1}) {
    EXPECT_STREQ(
        nb_status_name(static_cast<nb_status>(other)), "unknown status");
  }
}

} // namespace
} // namespace nanobrain
