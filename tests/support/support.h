// What the tests of every layer share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "nanobrain/base/filesystem.h"

namespace nanobrain::testing {

/// A folder that is removed at the end of the test.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// The checkout, and the program under test.
std::filesystem::path source_dir();
std::filesystem::path program(const std::string& name = "nanobrain");
/// Texts for development beside the checkout (../shared/data); empty where
/// there are none: such a test is skipped.
std::filesystem::path shared_data();
/// The Python of the test environment (build/deps/test).
std::filesystem::path python();
/// Why a test that needs it is skipped.
constexpr const char* kNoPython = "no test Python: cmake/bootstrap.sh --tests";

struct ProcessResult {
  int exit_code = 0; // 128 + signal where a signal ended it
  std::string out;
  std::string err;
};
struct ProcessOptions {
  std::string input = {}; // standard input
  std::map<std::string, std::string> environment =
      {};                      // added to this process's
  int64_t max_file_bytes = -1; // RLIMIT_FSIZE: a disk that is full early
};
/// Runs a program to its end.
ProcessResult run_process(
    const std::vector<std::string>& arguments,
    const ProcessOptions& options = {});

void write_text(const std::filesystem::path& path, std::string_view text);
std::string read_text(const std::filesystem::path& path);
/// The names in a folder.
std::set<std::string> names_in(const std::filesystem::path& folder);

/// The message of what `body` throws as E; a test failure where it does not.
template <class E, class Body>
std::string error_of(Body&& body) {
  try {
    body();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected an exception";
  return {};
}

/// EXPECT_ERROR(Error, "part of the message", statement)
#define EXPECT_ERROR(E, substring, ...)                        \
  EXPECT_THAT(                                                 \
      ::nanobrain::testing::error_of<E>([&] { __VA_ARGS__; }), \
      ::testing::HasSubstr(substring))

} // namespace nanobrain::testing
