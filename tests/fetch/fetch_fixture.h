// What the tests of downloads share: files to serve, and a folder to fetch to.
#pragma once

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/random.h"
#include "nanobrain/fetch/fetch.h"
#include "tests/support/fault_server.h"

namespace nanobrain::testing {

/// Bytes that no two places of a file share.
inline std::string random_bytes(size_t size, uint64_t seed) {
  Random random(seed);
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random());
  return bytes;
}

class FetchFixture : public ::testing::Test {
 protected:
  static constexpr int64_t kBytes = 100'000;

  FetchFixture() {
    set_progress_enabled(false);
    for (const char* name :
         {"http_proxy",
          "https_proxy",
          "HTTPS_PROXY",
          "all_proxy",
          "ALL_PROXY"}) {
      unsetenv(name);
    }
    write_text(dir_ / "file", content_);
    write_text(dir_ / "other", random_bytes(kBytes, 2));
    options_.output = dir_ / "out";
    options_.stall_timeout_s = 1;
    options_.pause_s = 0;
  }

  /// A file beside the output, for the server.
  std::string served(const std::string& name) const { return dir_ / name; }

  /// A server of one file, /file, as fault_server.py describes.
  Json one_file(Json resource) const {
    resource["file"] = served("file");
    return {{"resources", {{"/file", resource}}}};
  }

  FileList listed(
      const std::string& base_url,
      std::optional<int64_t> bytes = kBytes,
      bool with_sha256 = true) const {
    return {
        base_url,
        {{"file", "file", bytes, with_sha256 ? sha256_hex(content_) : ""}}};
  }
  FileList listed(const FaultServer& server) const {
    return listed(server.url());
  }

  std::string status_of(const FileList& list) const {
    return fetch(list, options_)["rows"][0]["status"];
  }

  fs::path target() const { return options_.output / "file"; }
  fs::path part() const { return options_.output / "file.part"; }

  /// The file is whole, and nothing is beside it but .lock, which stays.
  void expect_fetched() const {
    EXPECT_TRUE(read_text(target()) == content_);
    expect_only_in_output({"file"});
  }
  void expect_only_in_output(std::vector<std::string> names) const {
    std::vector<std::string> found;
    if (fs::exists(options_.output)) {
      for (const auto& entry : fs::directory_iterator(options_.output)) {
        if (entry.path().filename() == ".lock") continue;
        found.push_back(entry.path().filename());
      }
    }
    EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(names));
  }

  TempDir dir_;
  const std::string content_ = random_bytes(kBytes, 1);
  FetchOptions options_;
};

} // namespace nanobrain::testing
