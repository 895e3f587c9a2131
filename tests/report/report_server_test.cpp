#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/report/page/page.h"
#include "nanobrain/report/report.h"
#include "tests/report/http_get.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// Serves what a JSON file holds, in a process of its own, for signals are for
/// a whole process; "created_at" counts how often the file was read.
class ServedReport {
 public:
  explicit ServedReport(const std::filesystem::path& file) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("pipe failed");
    child_ = fork();
    if (child_ == 0) {
      close(ends[0]);
      install_interrupt_handlers();
      int64_t asked = 0;
      try {
        serve_report(
            0,
            [&] {
              Json data = read_json(file);
              data["created_at"] = ++asked;
              return data;
            },
            [&](const std::string& address) {
              const std::string line = address + "\n";
              if (write(ends[1], line.data(), line.size()) < 0) _exit(3);
              close(ends[1]);
            });
      } catch (...) {
        _exit(2);
      }
      _exit(0);
    }
    close(ends[1]);
    for (char c; read(ends[0], &c, 1) == 1 && c != '\n';) address_ += c;
    close(ends[0]);
  }
  ~ServedReport() {
    if (child_ < 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  ServedReport(const ServedReport&) = delete;
  ServedReport& operator=(const ServedReport&) = delete;

  const std::string& address() const { return address_; }
  uint16_t port() const { return port_of(address_); }
  HttpAnswer get(
      const std::string& path,
      const std::optional<std::string>& host = "127.0.0.1",
      const std::string& more = "") const {
    return http_get(port(), path, host, more);
  }
  /// How the process ends after a signal: its exit code.
  int end_by(int signal_number) {
    kill(child_, signal_number);
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t child_ = -1;
  std::string address_;
};

class ReportServer : public ::testing::Test {
 protected:
  void SetUp() override {
    write_data(R"({"format": 1, "title": "one </script>"})");
    server_ = std::make_unique<ServedReport>(file());
    ASSERT_THAT(server_->address(), StartsWith("http://127.0.0.1:"));
  }
  std::filesystem::path file() const { return dir_ / "data.json"; }
  /// At once, for the server may read at any time.
  void write_data(const std::string& text) const {
    write_text(dir_ / "next", text);
    std::filesystem::rename(dir_ / "next", file());
  }
  /// The data once `met` holds of it: the server asks again after a while.
  HttpAnswer wait_for(const std::function<bool(const HttpAnswer&)>& met) const {
    for (int i = 0; i < 6000; ++i) {
      const HttpAnswer answer = server_->get("/data.json");
      if (met(answer)) return answer;
      usleep(10'000);
    }
    throw std::runtime_error("what was waited for did not come");
  }

  TempDir dir_;
  std::unique_ptr<ServedReport> server_;
};

TEST_F(ReportServer, ServesThePageAndTheData) {
  const HttpAnswer page = server_->get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.header("Content-Type"), StartsWith("text/html"));
  EXPECT_TRUE(page.body == report_page()); // no data inside: it asks for it
  const HttpAnswer data = server_->get("/data.json");
  EXPECT_EQ(data.status, 200);
  EXPECT_EQ(data.header("Content-Type"), "application/json");
  EXPECT_EQ(Json::parse(data.body)["title"], "one </script>");
  for (const char* path : {"/data", "/../data.json/x", "/etc/passwd"}) {
    EXPECT_EQ(server_->get(path).status, 404) << path;
  }
}

TEST_F(ReportServer, ListensOn127001Alone) {
  // All of 127.0.0.0/8 leads to this machine: one that listened on every
  // address would answer.
  EXPECT_TRUE(LocalConnection(server_->port()).is_open());
  EXPECT_FALSE(LocalConnection(server_->port(), "127.0.0.2").is_open());
}

TEST_F(ReportServer, AnswersToItsOwnNamesAlone) {
  const std::string port = fmt::format(":{}", server_->port());
  const std::vector<std::optional<std::string>> foreign = {
      std::nullopt,
      "",
      "evil.example",
      "evil.example" + port,
      "127.0.0.1.evil.example",
      "localhost.evil.example" + port,
      "evil.example.localhost",
      "127.0.0.2"};
  for (const char* path : {"/", "/data.json"}) {
    for (const char* name : {"127.0.0.1", "localhost"}) {
      EXPECT_EQ(server_->get(path, name).status, 200);
      EXPECT_EQ(server_->get(path, name + port).status, 200);
    }
    for (const auto& host : foreign) {
      const HttpAnswer answer = server_->get(path, host);
      EXPECT_EQ(answer.status, 403) << host.value_or("(none)");
      EXPECT_THAT(answer.body, IsEmpty());
    }
  }
}

TEST_F(ReportServer, SaysWhatIsNewByETag) {
  const HttpAnswer first = server_->get("/data.json");
  const std::string tag = first.header("ETag");
  const std::string if_new = "If-None-Match: " + tag + "\r\n";
  const HttpAnswer same = server_->get("/data.json", "localhost", if_new);
  EXPECT_EQ(same.status, 304);
  EXPECT_THAT(same.body, IsEmpty());
  EXPECT_EQ(
      server_->get("/data.json", "localhost", "If-None-Match: \"x\"\r\n")
          .status,
      200);
  // That time has passed is no news.
  const HttpAnswer later =
      wait_for([&](const HttpAnswer& now) { return now.body != first.body; });
  EXPECT_EQ(later.header("ETag"), tag);

  write_data(R"({"format": 1, "title": "two"})");
  const HttpAnswer news = wait_for([](const HttpAnswer& now) {
    return now.body.find("two") != std::string::npos;
  });
  EXPECT_NE(news.header("ETag"), tag);
  EXPECT_EQ(server_->get("/data.json", "localhost", if_new).status, 200);
}

TEST_F(ReportServer, LivesThroughDataThatCannotBeRead) {
  EXPECT_EQ(server_->get("/data.json").status, 200);
  write_data("half of");
  const HttpAnswer broken =
      wait_for([](const HttpAnswer& now) { return now.status != 200; });
  EXPECT_EQ(broken.status, 503);
  EXPECT_THAT(broken.body, HasSubstr("data.json"));
  EXPECT_EQ(broken.header("ETag"), "");
  EXPECT_EQ(server_->get("/").status, 200);
  write_data(R"({"title": "mended"})");
  const HttpAnswer mended =
      wait_for([](const HttpAnswer& now) { return now.status == 200; });
  EXPECT_THAT(mended.body, HasSubstr("mended"));
}

TEST_F(ReportServer, EndsOnASignalThoughAPageIsOpen) {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    ServedReport server(file());
    const LocalConnection idle(server.port());
    EXPECT_TRUE(idle.is_open());
    EXPECT_EQ(server.get("/").status, 200);
    const uint16_t port = server.port();
    EXPECT_EQ(server.end_by(signal_number), 0);
    EXPECT_FALSE(LocalConnection(port).is_open());
  }
}

TEST_F(ReportServer, StopsWhereItsAddressCannotBeTold) {
  uint16_t port = 0;
  EXPECT_ERROR(
      Error,
      "told nobody",
      serve_report(
          0,
          [] { return Json::object(); },
          [&](const std::string& address) {
            port = port_of(address);
            throw Error("told nobody");
          }));
  EXPECT_NE(port, 0);
  EXPECT_FALSE(LocalConnection(port).is_open());
}

} // namespace
} // namespace nanobrain::testing
