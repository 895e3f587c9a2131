// Many files at a time, and many processes in one folder.
#include <fcntl.h>
#include <sys/file.h>

#include "nanobrain/base/error.h"
#include "tests/fetch/fetch_fixture.h"
#include "tests/support/child.h"

namespace nanobrain {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::FaultServer;
using ::testing::HasSubstr;
using testing::random_bytes;
using testing::read_text;
using testing::write_text;

class ConcurrentFetch : public testing::FetchFixture {
 protected:
  /// Files of all lengths, each with a fault or two.
  json many_files() {
    const std::vector<json> faults = {
        {{"drop_after", 1'000}},
        {{"status", 503}},
        {{"file", served("other")}},
        {{"no_answer", true}}};
    json spec = {{"resources", json::object()}};
    for (size_t i = 0; i < 30; ++i) {
      const std::string name = fmt::format("part-{}", i);
      const std::string bytes = random_bytes(i * i * 200, i);
      write_text(dir_ / name, bytes);
      spec["resources"]["/data/" + name] = {
          {"file", served(name)},
          {"etag", "\"v1\""},
          {"steps", {faults[i % faults.size()]}}};
      files_.push_back(
          {fmt::format("sub/{}.bin", i),
           "data/" + name,
           static_cast<int64_t>(bytes.size()),
           sha256_hex(bytes)});
    }
    return spec;
  }
  void expect_all() const {
    for (const RemoteFile& file : files_) {
      EXPECT_EQ(sha256_of_file(options_.output / file.name), file.sha256);
    }
    EXPECT_EQ(
        std::distance(
            fs::directory_iterator(options_.output / "sub"),
            fs::directory_iterator()),
        std::ssize(files_));
  }
  std::vector<RemoteFile> files_;
};

TEST_F(ConcurrentFetch, ManyFilesAtATime) {
  const FaultServer server(many_files());
  for (const int64_t jobs : {1, 8}) {
    options_.jobs = jobs;
    const FetchReport report = fetch({server.url(), files_}, options_);
    ASSERT_EQ(report.rows.size(), files_.size());
    for (size_t i = 0; i < files_.size(); ++i) {
      EXPECT_EQ(report.rows[i].name, files_[i].name);
      EXPECT_EQ(report.rows[i].bytes, files_[i].bytes);
    }
    expect_all();
    fs::remove_all(options_.output);
  }
}

TEST_F(ConcurrentFetch, TheFirstFailureStopsAllAndKeepsWhatCame) {
  json spec = one_tagged_file({{"always", {{"chunk_delay", 0.5}}}});
  spec["resources"]["/gone"] = {
      {"file", served("file")},
      {"steps", {{{"drop_after", 40'000}}}},
      {"always", {{"status", 404}}}};
  const FaultServer server(spec);
  FileList list = listed(server);
  list.files[0].bytes = kBytes;
  for (int i = 0; i < 5; ++i) { // more than jobs: some never begin
    RemoteFile more = list.files[0];
    more.name = fmt::format("more-{}", i);
    list.files.push_back(more);
  }
  RemoteFile gone = list.files[0];
  gone.name = "gone";
  gone.path = "gone";
  list.files.insert(list.files.begin(), gone);
  options_.jobs = 2;
  EXPECT_ERROR(Error, "/gone] is not there (404)", fetch(list, options_));
  EXPECT_FALSE(fs::exists(options_.output / "gone"));
  EXPECT_EQ(fs::file_size(options_.output / "gone.part"), 40'000u);
  EXPECT_FALSE(fs::exists(options_.output / "more-4"));
}

TEST_F(ConcurrentFetch, AFileIsFetchedByOneProcess) {
  const FaultServer server(one_file({}));
  fs::create_directory(options_.output);
  const int held = open(part().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(flock(held, LOCK_EX | LOCK_NB), 0);
  EXPECT_ERROR(
      Error,
      "file] is being fetched by another process",
      fetch(listed(server), options_));
  EXPECT_TRUE(fs::exists(part()));
  close(held); // as a kill does
  fetch(listed(server), options_);
  expect_fetched();
}

TEST_F(ConcurrentFetch, ProcessesInOneFolderDoNotHarmEachOther) {
  const FaultServer server(many_files());
  const FileList list{server.url(), files_};
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      // In each other's way they give up, and begin again until all is there.
      for (int run = 0; run < 2000; ++run) {
        try {
          fetch(list, options_);
          _exit(0);
        } catch (const Error& error) {
          if (!std::string(error.what()).ends_with("stop it")) _exit(1);
          usleep(5000);
        }
      }
      _exit(2);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  expect_all();
}

TEST_F(ConcurrentFetch, RefusesOtherNumbersOfJobs) {
  for (const int64_t jobs : {0, -1, 65}) {
    options_.jobs = jobs;
    EXPECT_ERROR(
        UsageError,
        fmt::format("[--jobs] must be from 1 to 64, but is {}", jobs),
        fetch(listed("http://nowhere.invalid"), options_));
  }
}

} // namespace
} // namespace nanobrain
