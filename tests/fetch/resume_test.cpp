// Going on with what an earlier process left, also where the server has
// changed in the meantime.
#include <csignal>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
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

class Resume : public testing::FetchFixture {
 protected:
  /// Fetches in a process of its own, which gets `signal` when some of the file
  /// is there. What the process returned.
  int fetch_and_signal(const FileList& list, int signal) {
    const pid_t child = fork();
    if (child == 0) {
      install_interrupt_handlers();
      try {
        fetch(list, options_);
      } catch (const Interrupted& error) {
        write_text(dir_ / "message", error.what());
        _exit(130);
      } catch (const std::exception& error) {
        write_text(dir_ / "message", error.what());
        _exit(1);
      }
      _exit(0);
    }
    std::error_code ignored;
    while (!fs::exists(part()) || fs::file_size(part(), ignored) < 20'000) {
      usleep(1000);
    }
    kill(child, signal);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  /// What a process leaves that got `bytes` from `url` and was killed.
  void leave_partial(
      const std::string& bytes, const std::string& url, const char* etag) {
    fs::create_directory(options_.output);
    write_text(part(), bytes);
    write_text(
        options_.output / "file.part.json",
        json({{"url", url}, {"etag", etag}, {"sha256", ""}}).dump());
  }
};

/// Some 200 kB/s, so that there is time to stop it, and then at full speed.
const json kSlowOnce = {{"steps", {{{"chunk_delay", 0.02}}}}};

TEST_F(Resume, AfterAKill) {
  const FaultServer server(one_tagged_file(kSlowOnce));
  EXPECT_EQ(fetch_and_signal(listed(server), SIGKILL), 128 + SIGKILL);
  EXPECT_FALSE(fs::exists(target()));
  const auto kept = static_cast<int64_t>(fs::file_size(part()));
  EXPECT_EQ(fetch(listed(server), options_).rows[0].status, "resumed");
  expect_fetched();
  const auto requests = server.requests(2);
  const auto& second = requests[0].range.empty() ? requests[1] : requests[0];
  EXPECT_EQ(second.range, fmt::format("bytes={}-", kept));
  EXPECT_EQ(second.sent, kBytes - kept);
}

TEST_F(Resume, AfterAnInterruptWithoutAnyChecksum) {
  const FaultServer server(one_tagged_file(kSlowOnce));
  EXPECT_EQ(fetch_and_signal(unchecked(server), SIGINT), 130);
  EXPECT_THAT(
      read_text(dir_ / "message"),
      HasSubstr("stopped by a signal; what came is kept: run it again"));
  expect_only_in_output({"file.part", "file.part.json"});
  EXPECT_EQ(fetch(unchecked(server), options_).rows[0].status, "resumed");
  expect_fetched();
}

TEST_F(Resume, AServerThatIgnoresRangesBeginsAnew) {
  const FaultServer server(
      one_tagged_file({{"always", {{"ignore_range", true}}}}));
  leave_partial(content_.substr(0, 60'000), server.url() + "/file", "\"v1\"");
  EXPECT_EQ(fetch(listed(server), options_).rows[0].status, "fetched");
  expect_fetched();
  EXPECT_EQ(server.requests(1)[0].range, "bytes=60000-");
  EXPECT_EQ(server.requests(1)[0].sent, kBytes);
}

TEST_F(Resume, AServerThatIgnoresRangesAndBreaksOffIsGivenUp) {
  const FaultServer server(one_tagged_file(
      {{"always", {{"ignore_range", true}, {"drop_after", 60'000}}}}));
  EXPECT_ERROR(Error, "the connection broke", fetch(listed(server), options_));
  EXPECT_FALSE(fs::exists(target()));
  EXPECT_EQ(server.requests(6).size(), 6u); // none got further than the first
}

TEST_F(Resume, AFileThatChangedIsNotGluedTogether) {
  const json changed = {{"file", served("other")}, {"etag", "\"v2\""}};
  const FaultServer server(one_tagged_file(
      {{"steps", {{{"drop_after", 60'000}}}}, {"always", changed}}));
  fetch(unchecked(server), options_);
  EXPECT_TRUE(read_text(target()) == read_text(dir_ / "other"));
  const auto requests = server.requests(2);
  EXPECT_EQ(requests[1].if_range, "\"v1\"");
  EXPECT_EQ(requests[1].status, 200);
}

TEST_F(Resume, RangesOfAnotherVersionOrPlaceAreNotTaken) {
  // These servers answer If-Range with 206 whatever the tag.
  for (const json& answer : std::vector<json>{
           {{"range_of", served("other")}, {"etag", "\"v2\""}},
           {{"range_of", served("other")}, {"etag", ""}},
           {{"range_of", served("file")}, {"range_start", 50'000}},
           {{"range_of", served("file")}, {"range_start", 0}}}) {
    json second = answer;
    second["file"] = second["range_of"];
    second["ignore_if_range"] = true;
    const FaultServer server(
        one_tagged_file({{"steps", {{{"drop_after", 60'000}}, second}}}));
    fetch(unchecked(server), options_);
    expect_fetched();
    const auto requests = server.requests(3);
    EXPECT_EQ(requests[1].status, 206);
    EXPECT_EQ(requests[2].range, "") << answer;
    fs::remove_all(options_.output);
  }
}

TEST_F(Resume, WithoutTagAndChecksumItBeginsAnew) {
  const FaultServer server(one_file({{"steps", {{{"drop_after", 60'000}}}}}));
  fetch(unchecked(server), options_);
  expect_fetched();
  EXPECT_EQ(server.requests(2)[1].range, "");
  // A weak tag may be that of other bytes.
  fs::remove_all(options_.output);
  const FaultServer weak(
      one_file({{"etag", "W/\"v1\""}, {"steps", {{{"drop_after", 60'000}}}}}));
  fetch(unchecked(weak), options_);
  expect_fetched();
  EXPECT_EQ(weak.requests(2)[1].range, "");
}

TEST_F(Resume, AMirrorGoesOnOnlyUnderAChecksum) {
  const FaultServer mirror(one_tagged_file({}));
  const std::string start = content_.substr(0, 60'000);
  leave_partial(start, "http://elsewhere.invalid/file", "\"other\"");
  EXPECT_EQ(fetch(listed(mirror), options_).rows[0].status, "resumed");
  expect_fetched();
  EXPECT_EQ(mirror.requests(1)[0].range, "bytes=60000-");
  EXPECT_EQ(mirror.requests(1)[0].if_range, "");
  fs::remove(target());
  leave_partial(start, "http://elsewhere.invalid/file", "\"v1\"");
  EXPECT_EQ(fetch(unchecked(mirror), options_).rows[0].status, "fetched");
  expect_fetched();
  EXPECT_EQ(mirror.requests(2)[1].range, "");
}

TEST_F(Resume, APartialFileOfOtherBytesIsFoundOut) {
  const FaultServer server(one_tagged_file({}));
  leave_partial(random_bytes(60'000, 3), server.url() + "/file", "\"v1\"");
  EXPECT_EQ(fetch(listed(server), options_).rows[0].status, "fetched");
  expect_fetched();
  EXPECT_EQ(server.requests(2)[1].range, "");
}

TEST_F(Resume, AWholePartialFileNeedsNoServer) {
  leave_partial(content_, "", "");
  EXPECT_EQ(
      fetch(listed("http://nowhere.invalid"), options_).rows[0].status,
      "resumed");
  expect_fetched();
}

TEST_F(Resume, TheServerSaysThatThereIsNoMore) {
  const FaultServer server(one_tagged_file({}));
  leave_partial(content_, server.url() + "/file", "\"v1\"");
  fetch(unchecked(server), options_);
  expect_fetched();
  EXPECT_EQ(server.requests(1)[0].status, 416);
}

TEST_F(Resume, APartialFileThatIsTooLongIsDropped) {
  const FaultServer server(one_tagged_file({}));
  leave_partial(content_ + "more", server.url() + "/file", "\"v1\"");
  fetch(listed(server), options_);
  expect_fetched();
  leave_partial(content_ + "more", server.url() + "/file", "\"v1\"");
  fs::remove(target());
  fetch(unchecked(server), options_);
  expect_fetched();
}

TEST_F(Resume, ABrokenNoteTellsNothing) {
  const FaultServer server(one_tagged_file({}));
  leave_partial(content_.substr(0, 500), server.url() + "/file", "\"v1\"");
  write_text(options_.output / "file.part.json", "{\"url\":");
  fetch(unchecked(server), options_);
  expect_fetched();
  EXPECT_EQ(server.requests(1)[0].range, "");
}

TEST_F(Resume, RandomFaultsNeverMakeAWrongFile) {
  Random random(11);
  const auto fault = [&]() -> json {
    const auto place = static_cast<int64_t>(random.below(kBytes));
    switch (random.below(8)) {
      case 0:
        return {{"drop_after", place}};
      case 1:
        return {{"ignore_range", true}, {"drop_after", place}};
      case 2:
        return {{"range_start", place}, {"drop_after", place / 2}};
      case 3:
        return {{"file", served("other")}, {"drop_after", place}};
      case 4:
        return {{"file", served("other")}, {"etag", "\"v2\""}};
      case 5:
        return {{"length", place}};
      case 6:
        return {{"chunked", true}, {"drop_after", place}};
      default:
        return {{"status", 503}};
    }
  };
  constexpr int kRounds = 60;
  json spec = one_file({});
  for (int round = 0; round < kRounds; ++round) {
    json steps = json::array();
    for (uint64_t i = random.below(6); i > 0; --i) steps.push_back(fault());
    spec["resources"][fmt::format("/{}", round)] = {
        {"file", served("file")}, {"etag", "\"v1\""}, {"steps", steps}};
  }
  const FaultServer server(spec);
  int given_up = 0;
  for (int round = 0; round < kRounds; ++round) {
    FileList list = listed(server);
    list.files[0].path = std::to_string(round);
    if (round % 2 == 0) list.files[0].bytes.reset();
    // Where it is given up it is begun again, as a user would.
    for (int run = 0; run < 8 && !fs::exists(target()); ++run) {
      try {
        fetch(list, options_);
      } catch (const Error&) {
        ++given_up;
        EXPECT_FALSE(fs::exists(target())) << spec["resources"][round];
      }
    }
    expect_fetched();
    fs::remove_all(options_.output);
  }
  EXPECT_GT(given_up, 0);
}

} // namespace
} // namespace nanobrain
