// nanobrain fetch on the program itself.
#include "tests/support/command_test.h"
#include "tests/support/fault_server.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
/// Serves /file; list.json names it, to be stored as out/sub/file.bin.
class FetchCommand : public CommandTest {
 protected:
  FetchCommand() {
    for (size_t i = 0; i < 200'000; ++i) {
      content_ += static_cast<char>(i * i >> 5);
    }
    write("served", content_);
  }

  Json spec(Json resource) const {
    resource["file"] = path("served");
    return {{"resources", {{"/file", resource}}}};
  }
  void write_list(const FaultServer& server) const {
    const Json file = {
        {"name", "sub/file.bin"},
        {"path", "file"},
        {"bytes", content_.size()},
        {"sha256", run("sha256sum served").out.substr(0, 64)}};
    write(
        "list.json",
        Json({{"base_url", server.url()}, {"files", {file}}}).dump());
  }
  /// Fetches; sends the signal when some of the file is there.
  ProcessResult stopped_by(const std::string& signal) const {
    return run(
        kFetch + " & until [ \"$(stat -c %s " + kPart +
        " 2>/dev/null || echo 0)\" -gt 20000 ]; do sleep 0.01; done; kill -" +
        signal + " $!; wait $!");
  }

  static inline const std::string kFetch =
      "nanobrain fetch --list list.json --output out";
  static inline const std::string kFile = "out/sub/file.bin";
  static inline const std::string kPart = kFile + ".part";
  std::string content_;
};

TEST_F(FetchCommand, FetchesAListOfOnesOwn) {
  const FaultServer server(spec(Json::object()));
  write_list(server);
  const std::string text = output(kFetch);
  EXPECT_TRUE(read(kFile) == content_);
  EXPECT_THAT(text, HasSubstr("sub/file.bin"));
  EXPECT_THAT(text, HasSubstr("1 files, 200 kB: out"));

  const Json again = json(kFetch + " --csv out.csv");
  EXPECT_EQ(again["files"], 1);
  EXPECT_EQ(again["bytes"], content_.size());
  EXPECT_EQ(again["rows"][0]["status"], "present");
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(
      read("out.csv"),
      "name,bytes,sha256,status,checksum\nsub/file.bin,200000," +
          again["rows"][0]["sha256"].get<std::string>() +
          ",present,published\n");
}

TEST_F(FetchCommand, ResumesAfterAKill) {
  const FaultServer server(spec({{"steps", {{{"chunk_delay", 0.05}}}}}));
  write_list(server);
  EXPECT_EQ(stopped_by("KILL").exit_code, 128 + SIGKILL);
  EXPECT_FALSE(exists(kFile));
  const auto kept = fs::file_size(path(kPart));
  EXPECT_THAT(output(kFetch), HasSubstr("resumed"));
  EXPECT_TRUE(read(kFile) == content_);
  int64_t sent_again = 0;
  for (const ServedRequest& request : server.requests(2)) {
    if (!request.range.empty()) sent_again += request.sent;
  }
  EXPECT_EQ(sent_again, static_cast<int64_t>(content_.size() - kept));
}

TEST_F(FetchCommand, AnInterruptLeavesWhatCanBeResumed) {
  const FaultServer server(spec({{"always", {{"chunk_delay", 0.05}}}}));
  write_list(server);
  const auto result = stopped_by("TERM");
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("stopped by a signal"));
  EXPECT_FALSE(exists(kFile));
  EXPECT_GT(fs::file_size(path(kPart)), 20'000u);
}

TEST_F(FetchCommand, KnowsGpt2AndFineWebEdu) {
  const FaultServer server(Json{{"resources", Json::object()}});
  for (const auto& [name, place] :
       {std::pair("gpt2", "/openai-community/gpt2/resolve/"),
        std::pair(
            "fineweb-edu", "/datasets/HuggingFaceFW/fineweb-edu/resolve/")}) {
    const std::string line = std::string("nanobrain fetch ") + name +
                             " --output out --base-url " + server.url();
    refused(1, {{line, server.url() + place}, {line, "returned error: 404"}});
  }
}

TEST_F(FetchCommand, WithoutANetworkItSaysWhatToDo) {
  const std::string line =
      "https_proxy=http://127.0.0.1:1 nanobrain fetch gpt2 --output out --json";
  refused(
      1,
      {{line, "[https://huggingface.co/openai-community"},
       {line, "; run it again"},
       {line, "https_proxy"},
       {line, "by hand to out"}});
}

TEST_F(FetchCommand, WrongUsageIsRefused) {
  const std::string fetch = "nanobrain fetch --output out ";
  refused(
      2,
      {{fetch, "needs one of fineweb-edu, gpt2 and --list FILE.json"},
       {fetch + "gpt2 --list x", "needs one of fineweb-edu, gpt2 and --list"},
       {fetch + "gpt3", "but is \"gpt3\"; did you mean gpt2?"},
       {fetch + "gpt2 --shards 2", "goes with fineweb-edu"},
       {fetch + "fineweb-edu --shards 15", "must be from 1 to 14, but is 15"},
       {fetch + "gpt2 --base-url mirror", "must begin with http:// or https"},
       {fetch + "gpt2 --csv out/vocab.json", "--output and --csv both name"}});
  EXPECT_FALSE(exists("out"));
}

} // namespace
} // namespace nanobrain::testing
