// nanobrain fetch on the program itself.
#include <nlohmann/json.hpp>

#include "tests/support/fault_server.h"

namespace nanobrain::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string sha256_of(const std::filesystem::path& path) {
  return run_process({"sha256sum", path}).out.substr(0, 64);
}

class FetchCommand : public ::testing::Test {
 protected:
  FetchCommand() {
    for (size_t i = 0; i < 200'000; ++i) {
      content_ += static_cast<char>(i * i >> 5);
    }
    write_text(dir_ / "served", content_);
  }

  /// A server of /file, and a list with it.
  json spec(json resource) {
    resource["file"] = (dir_ / "served").string();
    return {{"resources", {{"/file", resource}}}};
  }
  std::vector<std::string> arguments(const FaultServer& server) {
    write_text(
        dir_ / "list.json",
        json({{"base_url", server.url()},
              {"files",
               {{{"name", "sub/file.bin"},
                 {"path", "file"},
                 {"bytes", content_.size()},
                 {"sha256", sha256_of(dir_ / "served")}}}}})
            .dump());
    return {
        program(), "fetch", "--list", dir_ / "list.json", "--output", output_};
  }
  /// Sends the signal when some of the file is there, and waits for the end.
  ProcessResult stopped_by(
      const std::string& signal, std::vector<std::string> arguments) {
    const char* script =
        "signal=$1; part=$2; shift 2; \"$@\" & pid=$!; "
        "until [ \"$(stat -c %s \"$part\" 2>/dev/null || echo 0)\" -gt 20000 "
        "]; "
        "do sleep 0.01; done; kill -\"$signal\" $pid; wait $pid";
    arguments.insert(
        arguments.begin(), {"sh", "-c", script, "sh", signal, part_});
    return run_process(arguments);
  }

  TempDir dir_;
  std::string content_;
  const std::string output_ = dir_ / "out";
  const std::string file_ = output_ + "/sub/file.bin";
  const std::string part_ = file_ + ".part";
};

TEST_F(FetchCommand, FetchesAListOfOnesOwn) {
  const FaultServer server(spec({}));
  auto command = arguments(server);
  const auto text = run_process(command);
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_TRUE(read_text(file_) == content_);
  EXPECT_THAT(text.out, HasSubstr("sub/file.bin"));
  EXPECT_THAT(text.out, HasSubstr("1 files, 200 kB: " + output_));

  command.push_back("--json");
  const auto again = run_process(command);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const json result = json::parse(again.out);
  EXPECT_EQ(result.at("files"), 1);
  EXPECT_EQ(result.at("bytes"), content_.size());
  EXPECT_EQ(result.at("rows")[0].at("status"), "present");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(FetchCommand, ResumesAfterAKill) {
  const FaultServer server(spec({{"steps", {{{"chunk_delay", 0.05}}}}}));
  const auto command = arguments(server);
  EXPECT_EQ(stopped_by("KILL", command).exit_code, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(file_));
  const auto kept = std::filesystem::file_size(part_);
  const auto result = run_process(command);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("resumed"));
  EXPECT_TRUE(read_text(file_) == content_);
  int64_t sent_again = 0;
  for (const ServedRequest& request : server.requests(2)) {
    if (!request.range.empty()) sent_again += request.sent;
  }
  EXPECT_EQ(sent_again, static_cast<int64_t>(content_.size() - kept));
}

TEST_F(FetchCommand, AnInterruptLeavesWhatCanBeResumed) {
  const FaultServer server(spec({{"always", {{"chunk_delay", 0.05}}}}));
  const auto result = stopped_by("TERM", arguments(server));
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("what came is kept: run it again"));
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_GT(std::filesystem::file_size(part_), 20'000u);
}

TEST_F(FetchCommand, KnowsGpt2AndFineWebEdu) {
  const FaultServer server(json({{"resources", json::object()}}));
  for (const auto& [name, path] :
       {std::pair("gpt2", "/openai-community/gpt2/resolve/"),
        std::pair(
            "fineweb-edu", "/datasets/HuggingFaceFW/fineweb-edu/resolve/")}) {
    const auto result = run_process(
        {program(),
         "fetch",
         name,
         "--base-url",
         server.url(),
         "--output",
         output_});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, HasSubstr(server.url() + path));
    EXPECT_THAT(result.err, HasSubstr("is not there (404)"));
  }
}

TEST_F(FetchCommand, WithoutANetworkItSaysWhatToDo) {
  const auto result = run_process(
      {program(), "fetch", "gpt2", "--output", output_, "--json"},
      {.environment = {{"https_proxy", "http://127.0.0.1:1"}}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(
      result.err, HasSubstr("[https://huggingface.co/openai-community"));
  EXPECT_THAT(result.err, HasSubstr("cannot be fetched"));
  EXPECT_THAT(result.err, HasSubstr("https_proxy"));
  EXPECT_THAT(result.err, HasSubstr("by hand to " + output_));
}

TEST_F(FetchCommand, WrongUsageIsRefused) {
  const auto refused = [&](std::vector<std::string> flags,
                           const std::string& message) {
    flags.insert(flags.begin(), {program(), "fetch", "--output", output_});
    const auto result = run_process(flags);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_FALSE(std::filesystem::exists(output_));
  };
  refused({}, "needs one of fineweb-edu, gpt2 and --list FILE.json");
  refused({"gpt2", "--list", "x"}, "needs one of fineweb-edu, gpt2 and --list");
  refused({"gpt3"}, "knows no \"gpt3\"; did you mean gpt2?");
  refused({"gpt2", "--shards", "2"}, "gpt2 does not come in shards");
  refused({"fineweb-edu", "--shards", "15"}, "must be from 1 to 14, but is 15");
  refused({"gpt2", "--base-url", "mirror"}, "must begin with http:// or https");
}

} // namespace
} // namespace nanobrain::testing
