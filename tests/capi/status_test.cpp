// What each exception becomes at the border to C.
#include "nanobrain/capi/status.h"

#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>

#include "nanobrain/base/utf8.h"
#include "nanobrain/runtime/numeric_error.h"
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
  EXPECT_EQ(guarded("where", NB_ERROR_MODEL, [](const char*) {}), NB_OK);
  EXPECT_EQ(status_after(Error("a")), NB_ERROR_MODEL);
  EXPECT_STREQ(nb_last_error(), "a");
  EXPECT_EQ(status_after(UsageError("b")), NB_ERROR_ARGUMENT);
  EXPECT_STREQ(nb_last_error(), "b");
  EXPECT_EQ(status_after(NumericError("c")), NB_ERROR_NOT_FINITE);
  EXPECT_EQ(status_after(StatusError(NB_ERROR_STATE, "d")), NB_ERROR_STATE);
  EXPECT_EQ(
      status_after(std::filesystem::filesystem_error(
          "e", std::make_error_code(std::errc::permission_denied))),
      NB_ERROR_MODEL);
  EXPECT_EQ(status_after(std::bad_alloc()), NB_ERROR_MEMORY);
  EXPECT_STREQ(nb_last_error(), "[memory] there is not enough memory");
  EXPECT_EQ(status_after(std::out_of_range("f")), NB_ERROR_INTERNAL);
  EXPECT_STREQ(nb_last_error(), "f");
  EXPECT_EQ(status_after(7), NB_ERROR_INTERNAL);
  EXPECT_STREQ(nb_last_error(), "[internal] an unknown exception");
  EXPECT_EQ(guarded("where", NB_ERROR_MODEL, [](const char*) {}), NB_OK);
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
