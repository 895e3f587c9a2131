// Downloads from a server with faults: whatever it does, no wrong file gets the
// final name.
#include "nanobrain/fetch/fetch.h"

#include <sys/stat.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "tests/fetch/fetch_fixture.h"
#include "tests/support/child.h"

namespace nanobrain {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::FaultServer;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::read_text;
using testing::run_in_child;
using testing::write_text;

class Fetch : public testing::FetchFixture {
 protected:
  /// Such a server cannot be fetched from: the message, and no file.
  std::string refusal(const json& step, size_t requests) {
    return refusal(step, requests, kBytes, true);
  }
  std::string refusal(
      const json& step,
      size_t requests,
      std::optional<int64_t> bytes,
      bool with_sha256) {
    const FaultServer server(one_file({{"always", step}}));
    const std::string message = testing::error_of<Error>(
        [&] { fetch(listed(server.url(), bytes, with_sha256), options_); });
    EXPECT_FALSE(fs::exists(target()));
    EXPECT_EQ(server.requests(requests).size(), requests) << message;
    return message;
  }
  std::string status_of(const FileList& list) {
    return fetch(list, options_).rows[0].status;
  }
  /// What a stopped process left.
  void leave_part(const std::string& bytes) {
    fs::create_directory(options_.output);
    write_text(part(), bytes);
  }
};

TEST_F(Fetch, BringsTheFilesOfTheList) {
  const FaultServer server(one_file({}));
  const FetchReport report = fetch(listed(server), options_);
  expect_fetched();
  const json result = json::parse(report.to_json().dump());
  EXPECT_EQ(result.at("files"), 1);
  EXPECT_EQ(result.at("bytes"), kBytes);
  EXPECT_EQ(
      result.at("rows"),
      json::array(
          {{{"name", "file"},
            {"bytes", kBytes},
            {"sha256", sha256_hex(content_)},
            {"status", "fetched"},
            {"checksum", "published"}}}));
  EXPECT_THAT(report.to_text(), HasSubstr("sha256 as published"));
}

TEST_F(Fetch, LeavesWhatIsThereAndRight) {
  const FaultServer server(one_file({}));
  fetch(listed(server), options_);
  const FetchReport again = fetch(listed(server), options_);
  EXPECT_EQ(again.rows[0].status, "present");
  EXPECT_EQ(again.bytes(), kBytes);
  EXPECT_EQ(server.requests().size(), 1u);
  // Nor is a server needed for what was brought by hand.
  EXPECT_EQ(status_of(listed("http://nowhere.invalid")), "present");
}

TEST_F(Fetch, ReplacesAnotherFileOnlyByForce) {
  const FaultServer server(one_file({}));
  fs::create_directory(options_.output);
  write_text(target(), "my own");
  EXPECT_ERROR(
      Error,
      "file] is there already and another file (6 bytes)",
      fetch(listed(server), options_));
  std::string same_length = content_;
  same_length[50] ^= 1;
  write_text(target(), same_length);
  EXPECT_ERROR(
      Error,
      "(100000 bytes, sha256 " + sha256_hex(same_length),
      fetch(listed(server), options_));
  EXPECT_TRUE(read_text(target()) == same_length);
  options_.force = true;
  EXPECT_EQ(status_of(listed(server)), "fetched");
  expect_fetched();
}

TEST_F(Fetch, AMissingFileIsAnErrorAtOnce) {
  EXPECT_THAT(refusal({{"status", 404}}, 1), HasSubstr("is not there (404)"));
  EXPECT_THAT(
      refusal({{"status", 403}}, 1), HasSubstr("may not be read (403)"));
  EXPECT_THAT(
      refusal({{"status", 418}}, 1), HasSubstr("answered by no file (418)"));
  EXPECT_THAT(
      refusal({{"status", 203}}, 1), HasSubstr("answered by no file (203)"));
  expect_only_in_output({});
}

TEST_F(Fetch, TriesABusyServerAgainAFewTimes) {
  const FaultServer server(one_file(
      {{"steps",
        {{{"status", 500}}, {{"status", 503}}, {{"no_answer", true}}}}}));
  fetch(listed(server), options_);
  expect_fetched();
  EXPECT_EQ(server.requests().size(), 4u);
  fs::remove(target());
  EXPECT_THAT(
      refusal({{"status", 500}}, 5),
      HasSubstr("/file] the server answers 500 (5 attempts)"));
  EXPECT_THAT(
      refusal({{"status", 503}, {"headers", {{"Retry-After", "3600"}}}}, 1),
      HasSubstr("answers 503 and asks to wait 3600 s"));
}

TEST_F(Fetch, ResumesAfterBrokenConnections) {
  const FaultServer server(one_file(
      {{"steps",
        {{{"drop_after", 30'000}},
         {{"drop_after", 50'000}},
         {{"stall_after", 4'000}}}}}));
  EXPECT_EQ(status_of(listed(server)), "fetched");
  expect_fetched();
  const auto requests = server.requests(4);
  EXPECT_EQ(requests[0].range, "");
  EXPECT_EQ(requests[1].range, "bytes=30000-");
  EXPECT_EQ(requests[2].range, "bytes=80000-");
  EXPECT_EQ(requests[3].range, "bytes=84000-");
  EXPECT_EQ(requests[3].sent, 16'000); // no byte came twice
}

TEST_F(Fetch, WithoutAChecksumACutFileBeginsAgain) {
  const FaultServer server(one_file({{"steps", {{{"drop_after", 30'000}}}}}));
  leave_part(content_.substr(0, 10'000));
  const FetchReport report =
      fetch(listed(server.url(), kBytes, false), options_);
  expect_fetched();
  for (const auto& request : server.requests(2)) EXPECT_EQ(request.range, "");
  EXPECT_EQ(report.rows[0].status, "fetched");
  EXPECT_EQ(report.rows[0].sha256, sha256_hex(content_));
  EXPECT_EQ(report.to_json()["rows"][0]["checksum"], "none");
  EXPECT_THAT(report.to_text(), HasSubstr("no published checksum"));
}

TEST_F(Fetch, ResumesWhatAnotherProcessLeft) {
  const FaultServer server(one_file({}));
  for (const std::optional<int64_t> bytes :
       {std::optional<int64_t>(kBytes), std::optional<int64_t>()}) {
    for (const size_t kept : {40'000, 100'000}) {
      leave_part(content_.substr(0, kept));
      EXPECT_EQ(status_of(listed(server.url(), bytes)), "resumed") << kept;
      expect_fetched();
      fs::remove(target());
    }
  }
}

TEST_F(Fetch, AWrongPartIsFetchedAgainWhole) {
  const FaultServer server(one_file({}));
  for (const std::string& wrong :
       {std::string(40'000, 'x'),
        std::string(100'000, 'x'),
        std::string(100'001, 'x')}) {
    leave_part(wrong);
    EXPECT_EQ(status_of(listed(server)), "fetched") << wrong.size();
    expect_fetched();
    fs::remove(target());
    leave_part(wrong);
    EXPECT_EQ(status_of(listed(server.url(), std::nullopt)), "fetched")
        << wrong.size();
    expect_fetched();
    fs::remove(target());
  }
}

TEST_F(Fetch, ServersThatCannotResumeSendItWhole) {
  for (const json& step :
       {json{{"ignore_range", true}}, json{{"range_start", 0}}}) {
    const FaultServer server(one_file({{"steps", {step}}}));
    leave_part(content_.substr(0, 40'000));
    fetch(listed(server), options_);
    expect_fetched();
    fs::remove(target());
  }
}

TEST_F(Fetch, WrongBytesAreFetchedOnceMore) {
  const FaultServer server(
      one_file({{"steps", {{{"file", served("other")}}}}}));
  fetch(listed(server), options_);
  expect_fetched();
  fs::remove(target());
  const std::string message = refusal({{"file", served("other")}}, 2);
  EXPECT_THAT(message, HasSubstr(sha256_hex(read_text(dir_ / "other"))));
  EXPECT_THAT(message, HasSubstr("that of the file " + sha256_hex(content_)));
  expect_only_in_output({});
}

TEST_F(Fetch, FalseLengthsAreAnError) {
  EXPECT_THAT(
      refusal({{"length", kBytes + 100}}, 1),
      HasSubstr("announces 100100 bytes, the list 100000"));
  EXPECT_THAT(
      refusal({{"length", kBytes - 100}}, 1),
      HasSubstr("announces 99900 bytes, the list 100000"));
  // No list says what the length is: the checksum alone shows it.
  EXPECT_THAT(
      refusal(
          {{"length", kBytes - 100}, {"ignore_range", true}},
          2,
          std::nullopt,
          true),
      HasSubstr("the bytes that came are not the file"));
}

TEST_F(Fetch, BodiesWithoutALengthAreCutAtTheLengthOfTheList) {
  const FaultServer server(one_file(
      {{"always", {{"chunked", true}}},
       {"steps", {{{"chunked", true}, {"drop_after", 8'000}}}}}));
  fetch(listed(server), options_);
  expect_fetched();
  fs::remove(target());
  write_text(dir_ / "long", content_ + "more");
  EXPECT_THAT(
      refusal({{"chunked", true}, {"file", served("long")}}, 1),
      HasSubstr("sends more than the 100000 bytes"));
  EXPECT_THAT(
      refusal({{"chunked", true}}, 1, std::nullopt, true),
      HasSubstr("give bytes in the list"));
  // The end of the connection is the end of the body: too early.
  EXPECT_THAT(
      refusal({{"length", 0}, {"drop_after", 40'000}}, 5, kBytes, false),
      HasSubstr("ended after 40000 of 100000 bytes (5 attempts)"));
}

TEST_F(Fetch, FollowsRedirects) {
  json spec = one_file({});
  for (const auto& [from, to] :
       {std::pair("/moved", "/file"), std::pair("/loop", "/loop")}) {
    spec["resources"][from] = {
        {"always", {{"status", 302}, {"headers", {{"Location", to}}}}}};
  }
  const FaultServer server(spec);
  FileList list = listed(server);
  list.files[0].path = "moved";
  fetch(list, options_);
  expect_fetched();
  fs::remove(target());
  list.files[0].path = "loop";
  EXPECT_ERROR(Error, "redirects", fetch(list, options_));
  expect_only_in_output({});
}

TEST_F(Fetch, AsksTheProxyOfTheEnvironment) {
  const FaultServer proxy(one_file({}));
  const auto child = run_in_child([&] {
    setenv("http_proxy", proxy.url().c_str(), 1);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    return status_of(listed("http://nowhere.invalid"));
  });
  EXPECT_EQ(child.text, "fetched");
  expect_fetched();
  EXPECT_EQ(proxy.requests().at(0).path, "http://nowhere.invalid/file");
}

TEST_F(Fetch, SaysWhatToDoWithoutANetworkAndHidesCredentials) {
  const std::string message = testing::error_of<Error>(
      [&] { fetch(listed("http://me:secret@nowhere.invalid"), options_); });
  for (const char* part :
       {"[http://nowhere.invalid/file] cannot be reached: ",
        "nowhere.invalid (3 attempts)",
        "https_proxy",
        "--base-url",
        "by hand to "}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
  EXPECT_THAT(message, Not(HasSubstr("secret")));
  expect_only_in_output({});
}

TEST_F(Fetch, AFullDiskKeepsWhatIsThere) {
  const FaultServer server(one_file({}));
  const std::string message = testing::error_on_full_disk(
      40'000, [&] { fetch(listed(server), options_); });
  EXPECT_THAT(message, HasSubstr("file.part] cannot be written"));
  EXPECT_THAT(message, HasSubstr("free some space"));
  EXPECT_EQ(fs::file_size(part()), 40'000u);
  EXPECT_FALSE(fs::exists(target()));
  EXPECT_EQ(status_of(listed(server)), "resumed");
  expect_fetched();
  EXPECT_EQ(server.requests(2)[1].range, "bytes=40000-");
}

TEST_F(Fetch, WritesThroughNoLinkAndIntoNoPipe) {
  fs::create_directory(options_.output);
  write_text(dir_ / "mine", "mine");
  fs::create_symlink(dir_ / "mine", part());
  EXPECT_ERROR(
      Error, "file.part] is there", fetch(listed("http://h"), options_));
  EXPECT_EQ(read_text(dir_ / "mine"), "mine");
  fs::remove(part());
  ASSERT_EQ(mkfifo(part().c_str(), 0600), 0);
  EXPECT_ERROR(
      Error, "file.part] is there", fetch(listed("http://h"), options_));
  fs::remove(part());
  write_text(dir_ / "plain", "");
  options_.output = dir_ / "plain";
  EXPECT_ERROR(Error, "plain] cannot be", fetch(listed("http://h"), options_));
}

TEST_F(Fetch, OneProcessAtATimeFetchesIntoAFolder) {
  const FaultServer server(one_file({{"always", {{"chunk_delay", 0.05}}}}));
  const pid_t child = fork();
  if (child == 0) {
    fetch(listed(server), options_);
    _exit(0);
  }
  std::error_code ignored;
  while (!fs::exists(part(), ignored)) usleep(1000);
  EXPECT_ERROR(
      Error,
      "another process fetches into it",
      fetch(listed(server), options_));
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  expect_fetched();
}

} // namespace
} // namespace nanobrain
