// serve_report(): the report as a page that follows its folders.
#include <httplib.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/stopwatch.h"
#include "nanobrain/report/page/page.h"
#include "nanobrain/report/report.h"
#include "nanobrain/report/report_data.h"

namespace nanobrain {

namespace {

constexpr const char* kHost = "127.0.0.1";
constexpr double kFreshSeconds = 1;
constexpr std::chrono::milliseconds kPoll(100);

/// The data as it was not long ago.
class Cache {
 public:
  explicit Cache(const std::function<Json()>& data) : data_(data) {}

  /// Its text and its ETag.
  std::pair<std::string, std::string> get() {
    const std::lock_guard lock(mutex_);
    if (text_.empty() || age_.seconds() > kFreshSeconds) {
      Json data = data_();
      // The page is told what has changed, not that time passes.
      const Json created = data["created_at"];
      data.erase("created_at");
      tag_ = fmt::format("\"{:016x}\"", hash64(report_json(data)));
      data["created_at"] = created;
      text_ = report_json(data);
      age_ = Stopwatch();
    }
    return {text_, tag_};
  }

 private:
  const std::function<Json()>& data_;
  std::mutex mutex_;
  std::string text_;
  std::string tag_;
  Stopwatch age_;
};

/// Of a Host header, which may carry the port.
bool is_local_name(const std::string& host) {
  const std::string name = host.substr(0, host.find(':'));
  return name == kHost || name == "localhost";
}

/// httplib's own default lets several servers listen on one port.
void share_no_port(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

} // namespace

void serve_report(
    int port,
    const std::function<Json()>& data,
    const std::function<void(const std::string& address)>& ready) {
  Cache cache(data);
  httplib::Server server;
  // A page elsewhere must not read it by a name that leads here.
  server.set_pre_routing_handler(
      [](const httplib::Request& request, httplib::Response& response) {
        if (is_local_name(request.get_header_value("Host"))) {
          return httplib::Server::HandlerResponse::Unhandled;
        }
        response.status = 403;
        return httplib::Server::HandlerResponse::Handled;
      });
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    const std::string_view page = report_page();
    response.set_content(page.data(), page.size(), "text/html; charset=utf-8");
  });
  server.Get(
      "/data.json",
      [&](const httplib::Request& request, httplib::Response& response) {
        try {
          const auto [text, tag] = cache.get();
          response.set_header("ETag", tag);
          response.set_header("Cache-Control", "no-cache");
          if (request.get_header_value("If-None-Match") == tag) {
            response.status = 304;
          } else {
            response.set_content(text, "application/json");
          }
        } catch (const std::exception& error) {
          response.status = 503;
          response.set_content(error.what(), "text/plain");
        }
      });
  server.set_socket_options(share_no_port);
  // A page that is left open must not hold up the end.
  server.set_keep_alive_max_count(1);
  server.set_keep_alive_timeout(1); // s
  const int bound = port == 0 ? server.bind_to_any_port(kHost)
                              : (server.bind_to_port(kHost, port) ? port : -1);
  require(
      bound > 0,
      fmt::format("{}:{}", kHost, port),
      "cannot be listened on; name another port with --port");
  std::thread listener([&] { server.listen_after_bind(); });
  const auto stop = [&] {
    server.stop();
    listener.join();
  };
  // Before that, stop() would be lost.
  while (!server.is_running()) std::this_thread::sleep_for(kPoll);
  try {
    ready(fmt::format("http://{}:{}/", kHost, bound));
    while (!interrupted()) std::this_thread::sleep_for(kPoll);
  } catch (...) {
    stop();
    throw;
  }
  stop();
}

} // namespace nanobrain
