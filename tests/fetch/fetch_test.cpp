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

using namespace testing;
using namespace ::testing;

class Fetch : public testing::FetchFixture {
 protected:
  /// A server that always answers so cannot be fetched from: the message, and
  /// no file.
  std::string refusal(
      const Json& step,
      size_t requests,
      std::optional<int64_t> bytes = kBytes,
      bool with_sha256 = true) {
    const FaultServer server(one_file({{"always", step}}));
    const std::string message = testing::error_of<Error>(
        [&] { fetch(listed(server.url(), bytes, with_sha256), options_); });
    expect_only_in_output({});
    EXPECT_EQ(server.requests(requests).size(), requests) << message;
    return message;
  }
  /// What a stopped process left.
  void leave_part(const std::string& bytes) {
    fs::create_directory(options_.output);
    write_text(part(), bytes);
  }
};

TEST_F(Fetch, BringsTheFilesOfTheListAndLeavesWhatIsThere) {
  const FaultServer server(one_file({}));
  Json wanted = {
      {"output", options_.output.string()},
      {"files", 1},
      {"bytes", kBytes},
      {"rows",
       {{{"name", "file"},
         {"bytes", kBytes},
         {"sha256", sha256_hex(content_)},
         {"status", "fetched"},
         {"checksum", "published"}}}}};
  const Json result = fetch(listed(server), options_);
  expect_fetched();
  EXPECT_EQ(result, wanted);
  EXPECT_THAT(fetch_table(result).text(), HasSubstr("published"));
  wanted["rows"][0]["status"] = "present";
  EXPECT_EQ(fetch(listed(server), options_), wanted);
  EXPECT_EQ(server.requests().size(), 1u);
  // Nor is a server needed for what was brought by hand, or is whole.
  EXPECT_EQ(status_of(listed("http://nowhere.invalid")), "present");
  fs::rename(target(), part());
  EXPECT_EQ(status_of(listed("http://nowhere.invalid")), "resumed");
}

TEST_F(Fetch, ReplacesAnotherFileOnlyByForce) {
  const FaultServer server(one_file({}));
  fs::create_directory(options_.output);
  std::string same_length = content_;
  same_length[50] ^= 1;
  for (const std::string& other : {std::string("my own"), same_length}) {
    write_text(target(), other);
    const std::string words = fmt::format(
        "file] is another file: {} bytes, sha256 {}; the list says ",
        other.size(),
        sha256_hex(other));
    EXPECT_ERROR(Error, words, fetch(listed(server), options_));
    EXPECT_TRUE(read_text(target()) == other);
  }
  options_.force = true;
  EXPECT_EQ(status_of(listed(server)), "fetched");
  expect_fetched();
}

TEST_F(Fetch, SomeAnswersAreFinalAndOthersAreTriedAgain) {
  for (const auto& [status, requests] :
       {std::pair(404, 1u), std::pair(403, 1u), std::pair(500, 4u)}) {
    EXPECT_THAT(
        refusal({{"status", status}}, requests),
        HasSubstr(fmt::format("returned error: {}", status)));
  }
  const FaultServer server(one_file(
      {{"steps",
        {{{"status", 429}}, {{"status", 503}}, {{"no_answer", true}}}}}));
  fetch(listed(server), options_);
  expect_fetched();
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(Fetch, ResumesAfterBrokenConnections) {
  const FaultServer server(one_file(
      {{"steps",
        {{{"drop_after", 30'000}},
         {{"drop_after", 50'000}},
         {{"stall_after", 4'000}}}}}));
  EXPECT_EQ(status_of(listed(server)), "fetched");
  expect_fetched();
  std::map<std::string, int64_t> sent; // no byte twice
  for (const auto& request : server.requests(4)) {
    sent[request.range] = request.sent;
  }
  EXPECT_THAT(
      sent,
      ::testing::ElementsAre(
          Pair("", 30'000),
          Pair("bytes=30000-", 50'000),
          Pair("bytes=80000-", 4'000),
          Pair("bytes=84000-", 16'000)));
}

TEST_F(Fetch, WithoutAChecksumACutFileBeginsAgain) {
  const FaultServer server(one_file({{"steps", {{{"drop_after", 30'000}}}}}));
  leave_part(content_.substr(0, 10'000));
  const Json result = fetch(listed(server.url(), kBytes, false), options_);
  expect_fetched();
  for (const auto& request : server.requests(2)) EXPECT_EQ(request.range, "");
  const Json& row = result["rows"][0];
  EXPECT_EQ(row["status"], "fetched");
  EXPECT_EQ(row["sha256"], sha256_hex(content_));
  EXPECT_EQ(row["checksum"], "none");
  EXPECT_THAT(fetch_table(result).text(), HasSubstr("fetched  none"));
}

TEST_F(Fetch, ResumesAPartThatIsRightAndFetchesAnyOtherWhole) {
  const FaultServer server(one_file({}));
  for (const auto& [part, status] :
       {std::pair(content_.substr(0, 40'000), "resumed"),
        std::pair(content_, "resumed"),
        std::pair(std::string(40'000, 'x'), "fetched"),
        std::pair(std::string(100'000, 'x'), "fetched"),
        std::pair(std::string(100'001, 'x'), "fetched")}) {
    for (const std::optional<int64_t> bytes :
         {std::optional<int64_t>(kBytes), std::optional<int64_t>()}) {
      leave_part(part);
      EXPECT_EQ(status_of(listed(server.url(), bytes)), status) << part.size();
      expect_fetched();
      fs::remove(target());
    }
  }
}

TEST_F(Fetch, ServersThatCannotResumeSendItWhole) {
  for (const Json& step :
       {Json{{"ignore_range", true}}, Json{{"range_start", 0}}}) {
    const FaultServer server(one_file({{"steps", {step}}}));
    leave_part(content_.substr(0, 40'000));
    fetch(listed(server), options_);
    expect_fetched();
    fs::remove(target());
  }
}

TEST_F(Fetch, WrongBytesAreFetchedOnceMore) {
  const Json other = {{"file", served("other")}};
  const FaultServer server(one_file({{"steps", {other}}}));
  fetch(listed(server), options_);
  expect_fetched();
  fs::remove(target());
  EXPECT_THAT(
      refusal(other, 2),
      HasSubstr(
          "it is another file: 100000 bytes, sha256 " +
          sha256_hex(read_text(dir_ / "other"))));
}

TEST_F(Fetch, FalseLengthsAreAnError) {
  write_text(dir_ / "long", content_ + "more");
  const char* other = "its length is not 100000, as the list says";
  for (const Json& step :
       {Json{{"length", kBytes + 100}},
        Json{{"length", kBytes - 100}},
        Json{{"chunked", true}, {"file", served("long")}}}) {
    EXPECT_THAT(refusal(step, 1), HasSubstr(other)) << step;
  }
  // No list says what the length is: the checksum alone shows it.
  EXPECT_THAT(
      refusal(
          {{"length", kBytes - 100}, {"ignore_range", true}}, 2, std::nullopt),
      HasSubstr("another file: 99900 bytes"));
  // The end of the connection is the end of the body: too early.
  EXPECT_THAT(
      refusal({{"length", 0}, {"drop_after", 40'000}}, 4, kBytes, false),
      HasSubstr(other));
  // Nor is the same half again any progress.
  EXPECT_THAT(
      refusal({{"ignore_range", true}, {"drop_after", 40'000}}, 4),
      HasSubstr("byte ranges"));
}

TEST_F(Fetch, BodiesWithoutALengthAreCutAtThatOfTheList) {
  const FaultServer server(one_file(
      {{"always", {{"chunked", true}}},
       {"steps", {{{"chunked", true}, {"drop_after", 8'000}}}}}));
  fetch(listed(server), options_);
  expect_fetched();
}

TEST_F(Fetch, FollowsRedirects) {
  Json spec = one_file({});
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

TEST_F(Fetch, WithoutANetworkItHidesCredentials) {
  for (const auto& [url, shown] :
       {std::pair("nowhere.invalid/a@b?token=", "http://nowhere.invalid/a@b"),
        std::pair("nowhere.invalid/ü?token=", "http://nowhere.invalid/ü"),
        // No URLs to libcurl, so that only the file's name is shown.
        std::pair("nowhere.invalid/\x1b[0m", "file"),
        std::pair("/nowhere.invalid/", "file"),
        std::pair("a@nowhere.invalid/", "file")}) {
    const FileList list = listed(fmt::format("http://me:secret@{}secret", url));
    const std::string message =
        testing::error_of<Error>([&] { fetch(list, options_); });
    EXPECT_THAT(message, StartsWith(fmt::format("[{}", shown)));
    EXPECT_THAT(message, Not(HasSubstr("secret")));
  }
}

TEST_F(Fetch, AFullDiskKeepsWhatIsThere) {
  const FaultServer server(one_file({}));
  const std::string message = testing::error_on_full_disk(
      40'000, [&] { fetch(listed(server), options_); });
  EXPECT_THAT(message, HasSubstr("file.part] cannot be written; free some"));
  EXPECT_EQ(fs::file_size(part()), 40'000u);
  EXPECT_EQ(status_of(listed(server)), "resumed");
  expect_fetched();
  EXPECT_EQ(server.requests(2)[1].range, "bytes=40000-");
}

TEST_F(Fetch, WritesThroughNoLinkAndIntoNoPipe) {
  const auto refused = [&](const char* words) {
    EXPECT_ERROR(Error, words, fetch(listed("http://h"), options_));
  };
  fs::create_directory(options_.output);
  write_text(dir_ / "mine", "mine");
  fs::create_symlink(dir_ / "mine", part());
  refused("file.part] cannot be opened");
  EXPECT_EQ(read_text(dir_ / "mine"), "mine");
  fs::remove(part());
  ASSERT_EQ(mkfifo(part().c_str(), 0600), 0);
  refused("file.part] cannot be opened");
  options_.output = dir_ / "mine";
  refused("mine] cannot be");
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
  EXPECT_ERROR(Error, "is in use", fetch(listed(server), options_));
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  expect_fetched();
}

// Certificates are checked, and https is not left.
class Https : public testing::FetchFixture {
 protected:
  /// With a key and a certificate for 127.0.0.1 that is signed by itself.
  Https() {
    const auto made = testing::run_process(
        {"sh",
         "-c",
         "cd \"$0\" && openssl req -x509 -newkey ec -nodes -subj /CN=test "
         "-pkeyopt ec_paramgen_curve:P-256 -addext subjectAltName=IP:127.0.0.1 "
         "-keyout key.pem -out trusted.pem && cat key.pem trusted.pem "
         ">both.pem",
         dir_.path()});
    EXPECT_EQ(made.exit_code, 0) << made.err;
  }

  Json secure(Json spec) const {
    spec["certificate"] = served("both.pem");
    return spec;
  }
  /// With the certificate among the trusted ones.
  std::string fetch_trusting(const FileList& list) {
    return run_in_child([&] {
             setenv("CURL_CA_BUNDLE", served("trusted.pem").c_str(), 1);
             return status_of(list);
           })
        .text;
  }
};

TEST_F(Https, TakesNoCertificateThatNobodyTrusts) {
  const FaultServer server(secure(one_file({})));
  EXPECT_ERROR(
      Error, "certificate", fetch(listed(server.url("https")), options_));
  EXPECT_TRUE(server.requests().empty());
  expect_only_in_output({});
}

TEST_F(Https, TakesTheAuthoritiesOfTheEnvironment) {
  const FaultServer server(secure(one_file({})));
  EXPECT_EQ(fetch_trusting(listed(server.url("https"))), "fetched");
  expect_fetched();
}

TEST_F(Https, IsNotLeftByARedirect) {
  const FaultServer open(one_file({}));
  const auto redirect = [&](const std::string& location) {
    return secure(one_file(
        {{"always",
          {{"status", 302}, {"headers", {{"Location", location}}}}}}));
  };
  const FaultServer server(redirect(open.url() + "/file"));
  EXPECT_THAT(
      fetch_trusting(listed(server.url("https"))),
      HasSubstr("Protocol \"http\""));
  EXPECT_TRUE(open.requests().empty());
  // The other way round is fine.
  const FaultServer target(secure(one_file({})));
  const FaultServer upgrading(one_file(
      {{"always",
        {{"status", 302},
         {"headers", {{"Location", target.url("https") + "/file"}}}}}}));
  EXPECT_EQ(fetch_trusting(listed(upgrading)), "fetched");
  expect_fetched();
}

} // namespace
} // namespace nanobrain
