// Downloads from a server with faults: whatever it does, no wrong file gets the
// final name.
#include "nanobrain/fetch/fetch.h"

#include <cstdlib>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "tests/fetch/fetch_fixture.h"
#include "tests/support/child.h"

namespace nanobrain {
namespace {

using nlohmann::json;
using testing::FaultServer;
using ::testing::HasSubstr;
using testing::read_text;
using testing::run_in_child;
using testing::write_text;

class Fetch : public testing::FetchFixture {
 protected:
  /// Such a server cannot be fetched from: the message, and no file.
  std::string refusal(
      const json& resource, size_t requests, bool in_list = true) {
    const FaultServer server(one_file(resource));
    const FileList list = in_list ? listed(server) : unchecked(server);
    const std::string message =
        testing::error_of<Error>([&] { fetch(list, options_); });
    EXPECT_FALSE(std::filesystem::exists(target()));
    EXPECT_EQ(server.requests(requests).size(), requests);
    return message;
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
  EXPECT_EQ(
      fetch(listed("http://nowhere.invalid"), options_).rows[0].status,
      "present");
}

TEST_F(Fetch, ReplacesAnotherFileOnlyByForce) {
  const FaultServer server(one_file({}));
  std::filesystem::create_directory(options_.output);
  write_text(target(), "my own");
  EXPECT_ERROR(
      Error,
      "file] is there already and another file (6 bytes, not 100000)",
      fetch(listed(server), options_));
  std::string same_length = content_;
  same_length[50] ^= 1;
  write_text(target(), same_length);
  EXPECT_ERROR(
      Error,
      "(sha256 " + sha256_hex(same_length) + ", not " + sha256_hex(content_),
      fetch(listed(server), options_));
  EXPECT_TRUE(read_text(target()) == same_length);
  options_.download.force = true;
  EXPECT_EQ(fetch(listed(server), options_).rows[0].status, "fetched");
  expect_fetched();
}

TEST_F(Fetch, AMissingFileIsAnErrorAtOnce) {
  EXPECT_THAT(
      refusal({{"always", {{"status", 404}}}}, 1),
      HasSubstr("is not there (404)"));
  EXPECT_THAT(
      refusal({{"always", {{"status", 403}}}}, 1),
      HasSubstr("may not be read (403)"));
  EXPECT_THAT(
      refusal({{"always", {{"status", 418}}}}, 1),
      HasSubstr("answers 418 and no file"));
  EXPECT_EQ(slept_s_, 0);
  expect_only_in_output({});
}

TEST_F(Fetch, TriesABusyServerAgain) {
  const FaultServer server(one_file(
      {{"steps",
        {{{"status", 500}},
         {{"status", 503}},
         {{"status", 429}, {"headers", {{"Retry-After", "77"}}}},
         {{"no_answer", true}}}}}));
  fetch(listed(server), options_);
  expect_fetched();
  EXPECT_EQ(server.requests().size(), 5u);
  // The server's 77 s; half of 1, 2 and 8 s, or all of it.
  EXPECT_GE(slept_s_, 77 + 0.5 * (1 + 2 + 8) - 1e-6);
  EXPECT_LE(slept_s_, 77 + 1 + 2 + 8 + 1e-6);
}

TEST_F(Fetch, GivesUpInTheEnd) {
  EXPECT_THAT(
      refusal({{"always", {{"status", 500}}}}, 6),
      HasSubstr("/file] the server answers 500 (6 attempts)"));
  EXPECT_THAT(
      refusal(
          {{"always",
            {{"status", 503}, {"headers", {{"Retry-After", "3600"}}}}}},
          1),
      HasSubstr("answers 503 and asks to wait 3600 s"));
}

TEST_F(Fetch, GoesOnAfterBrokenConnections) {
  const FaultServer server(one_tagged_file(
      {{"steps",
        {{{"drop_after", 30'000}},
         {{"drop_after", 50'000}},
         {{"stall_after", 4'000}}}}}));
  EXPECT_EQ(fetch(listed(server), options_).rows[0].status, "fetched");
  expect_fetched();
  const auto requests = server.requests(4);
  EXPECT_EQ(requests[0].range, "");
  EXPECT_EQ(requests[1].range, "bytes=30000-");
  EXPECT_EQ(requests[1].if_range, "\"v1\"");
  EXPECT_EQ(requests[2].range, "bytes=80000-");
  EXPECT_EQ(requests[3].range, "bytes=84000-");
  EXPECT_EQ(requests[3].sent, 16'000); // no byte came twice
}

TEST_F(Fetch, BrokenConnectionsDoNotCountWhereTheFileGrows) {
  json steps = json::array();
  for (int i = 0; i < 20; ++i) steps.push_back({{"drop_after", 4'000}});
  const FaultServer server(one_file({{"steps", steps}}));
  fetch(listed(server), options_);
  expect_fetched();
  EXPECT_EQ(server.requests(21).size(), 21u);
}

TEST_F(Fetch, WrongBytesAreFetchedOnceMore) {
  const FaultServer server(
      one_file({{"steps", {{{"file", served("other")}}}}}));
  fetch(listed(server), options_);
  expect_fetched();
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(Fetch, WrongBytesTwiceAreAnError) {
  const std::string message =
      refusal({{"always", {{"file", served("other")}}}}, 2);
  EXPECT_THAT(message, HasSubstr(sha256_hex(read_text(dir_ / "other"))));
  EXPECT_THAT(message, HasSubstr("that of the file " + sha256_hex(content_)));
  expect_only_in_output({});
}

TEST_F(Fetch, FalseLengthsAreAnError) {
  const json longer = {{"always", {{"length", kBytes + 100}}}};
  const json shorter = {
      {"always", {{"length", kBytes - 100}, {"ignore_range", true}}}};
  EXPECT_THAT(
      refusal(longer, 2), HasSubstr("announces 100100 bytes, the list 100000"));
  EXPECT_THAT(
      refusal(shorter, 2), HasSubstr("announces 99900 bytes, the list 100000"));
  // Nothing says what the length is: the missing bytes are waited for.
  EXPECT_THAT(refusal(longer, 6, false), HasSubstr("the connection broke"));
  // A body longer than announced is not seen as such by any client: the
  // checksum alone shows it.
  const FaultServer server(one_file(shorter));
  EXPECT_ERROR(
      Error,
      "the bytes that came are not the file",
      fetch(listed(server.url(), std::nullopt), options_));
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST_F(Fetch, AFalseLengthOnceIsNoHarm) {
  const FaultServer server(
      one_tagged_file({{"steps", {{{"length", kBytes + 100}}}}}));
  // With a checksum but no length in the list: the server tells at last that
  // there is no more.
  fetch(listed(server.url(), std::nullopt), options_);
  expect_fetched();
}

TEST_F(Fetch, BodiesWithoutALengthWantAChecksum) {
  const FaultServer chunked(one_file({{"always", {{"chunked", true}}}}));
  fetch(listed(chunked.url(), std::nullopt), options_);
  expect_fetched();
  std::filesystem::remove_all(options_.output);
  EXPECT_THAT(
      refusal({{"always", {{"chunked", true}}}}, 1, false),
      HasSubstr("has neither a length nor a checksum"));
  // The end of the connection is the end of the body: too early.
  EXPECT_THAT(
      refusal(
          {{"always",
            {{"length", 0}, {"ignore_range", true}, {"drop_after", 40'000}}}},
          6),
      HasSubstr("ended after"));
}

TEST_F(Fetch, ChunkedBodiesAreCutAtTheLengthOfTheList) {
  write_text(dir_ / "long", content_ + "more");
  EXPECT_THAT(
      refusal({{"always", {{"chunked", true}, {"file", served("long")}}}}, 2),
      HasSubstr("sends more than the 100000 bytes"));
  const FaultServer server(one_file(
      {{"always", {{"chunked", true}}},
       {"steps", {{{"chunked", true}, {"drop_after", 8'000}}}}}));
  fetch(listed(server), options_);
  expect_fetched();
}

TEST_F(Fetch, CompressedBodiesAreRefused) {
  EXPECT_THAT(
      refusal({{"always", {{"headers", {{"Content-Encoding", "gzip"}}}}}}, 2),
      HasSubstr("sends it encoded as gzip"));
}

TEST_F(Fetch, FollowsRedirects) {
  json spec = one_file({});
  spec["resources"]["/moved"] = {
      {"always", {{"status", 302}, {"headers", {{"Location", "/file"}}}}}};
  spec["resources"]["/loop"] = {
      {"always", {{"status", 302}, {"headers", {{"Location", "/loop"}}}}}};
  const FaultServer server(spec);
  FileList list = listed(server);
  list.files[0].path = "moved";
  fetch(list, options_);
  expect_fetched();
  std::filesystem::remove(target());
  list.files[0].path = "loop";
  EXPECT_ERROR(Error, "redirects", fetch(list, options_));
  expect_only_in_output({});
}

TEST_F(Fetch, TakesTheChecksumThatHuggingFaceStates) {
  const auto redirect = [&](const std::string& sha256) {
    json spec = one_file({});
    spec["resources"]["/linked"] = {
        {"always",
         {{"status", 302},
          {"headers",
           {{"Location", "/file"},
            {"X-Linked-Etag", "\"" + sha256 + "\""},
            {"X-Linked-Size", std::to_string(kBytes)}}}}}};
    return spec;
  };
  const FaultServer server(redirect(sha256_hex(content_)));
  FileList list = unchecked(server);
  list.files[0].path = "linked";
  const FetchReport report = fetch(list, options_);
  expect_fetched();
  EXPECT_EQ(report.rows[0].checksum, "server");
  EXPECT_THAT(report.to_text(), HasSubstr("sha256 as the server states"));
  std::filesystem::remove(target());

  const std::string another = sha256_hex("another file");
  const FaultServer wrong(redirect(another));
  list.base_url = wrong.url();
  EXPECT_ERROR(
      Error, "the bytes that came are not the file", fetch(list, options_));
  list.files[0].sha256 = sha256_hex(content_);
  EXPECT_ERROR(
      Error,
      "is another file now: the server states sha256 " + another,
      fetch(list, options_));
  expect_only_in_output({});
}

TEST_F(Fetch, SaysWhereThereIsNoChecksum) {
  const FaultServer server(one_file({}));
  for (const char* status : {"fetched", "present"}) {
    const FetchReport report = fetch(unchecked(server), options_);
    EXPECT_EQ(report.rows[0].status, status);
    EXPECT_EQ(report.rows[0].checksum, "none");
    EXPECT_EQ(report.rows[0].sha256, sha256_hex(content_));
    EXPECT_THAT(report.to_text(), HasSubstr("no published checksum"));
  }
}

TEST_F(Fetch, AsksTheProxyOfTheEnvironment) {
  const FaultServer proxy(one_file({}));
  const auto child = run_in_child([&] {
    setenv("http_proxy", proxy.url().c_str(), 1);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    return fetch(listed("http://nowhere.invalid"), options_).rows[0].status;
  });
  EXPECT_EQ(child.text, "fetched");
  expect_fetched();
  EXPECT_EQ(proxy.requests().at(0).path, "http://nowhere.invalid/file");
}

TEST_F(Fetch, SaysWhatToDoWithoutANetwork) {
  const std::string message = testing::error_of<Error>(
      [&] { fetch(listed("http://nowhere.invalid"), options_); });
  for (const char* part :
       {"[http://nowhere.invalid/file] cannot be reached: ",
        "nowhere.invalid (3 attempts)",
        "https_proxy",
        "--base-url",
        "by hand to "}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
  EXPECT_THAT(message, HasSubstr(sha256_hex(content_)));
  expect_only_in_output({});
}

TEST_F(Fetch, AFullDiskKeepsWhatIsThere) {
  const FaultServer server(one_tagged_file({}));
  const auto child = run_in_child([&] {
    ignore_file_signals();
    testing::limit_file_size(40'000);
    fetch(listed(server), options_);
    return std::string();
  });
  EXPECT_THAT(child.text, HasSubstr("file.part] cannot be written"));
  EXPECT_THAT(child.text, HasSubstr("free some space"));
  EXPECT_EQ(std::filesystem::file_size(part()), 40'000u);
  EXPECT_FALSE(std::filesystem::exists(target()));
  EXPECT_EQ(fetch(listed(server), options_).rows[0].status, "resumed");
  expect_fetched();
  EXPECT_EQ(server.requests(2)[1].range, "bytes=40000-");
}

} // namespace
} // namespace nanobrain
