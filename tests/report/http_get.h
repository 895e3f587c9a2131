// A request to a server on this machine, byte by byte as it goes out.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

namespace nanobrain::testing {

struct HttpAnswer {
  int status = 0;
  std::string head; // its lines
  std::string body;

  /// A header's value; empty where there is none.
  std::string header(const std::string& name) const {
    const size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

/// A connection that is closed with the object.
class LocalConnection {
 public:
  explicit LocalConnection(uint16_t port, const char* address = "127.0.0.1")
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    inet_pton(AF_INET, address, &at.sin_addr);
    open_ = connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0;
  }
  ~LocalConnection() { close(socket_); }
  LocalConnection(const LocalConnection&) = delete;
  LocalConnection& operator=(const LocalConnection&) = delete;

  bool is_open() const { return open_; }
  /// Sends, then reads until the other side ends.
  std::string exchange(const std::string& request) const {
    if (!open_) throw std::runtime_error("nobody listens there");
    if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      throw std::runtime_error("send failed");
    }
    std::string answer;
    char block[4096];
    for (ssize_t got; (got = read(socket_, block, sizeof(block))) > 0;) {
      answer.append(block, static_cast<size_t>(got));
    }
    return answer;
  }

 private:
  int socket_;
  bool open_ = false;
};

/// GET of a path; `host` none: the header is left out; `more`: header lines.
inline HttpAnswer http_get(
    uint16_t port,
    const std::string& path,
    const std::optional<std::string>& host,
    const std::string& more = "") {
  const std::string answer = LocalConnection(port).exchange(
      "GET " + path + " HTTP/1.1\r\n" +
      (host ? "Host: " + *host + "\r\n" : "") + more +
      "Connection: close\r\n\r\n");
  const size_t end = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 ") || end == std::string::npos) {
    throw std::runtime_error("no HTTP: " + answer);
  }
  return {
      std::atoi(answer.c_str() + 9),
      answer.substr(0, end + 2),
      answer.substr(end + 4)};
}

/// The port of "http://127.0.0.1:8123/".
inline uint16_t port_of(const std::string& address) {
  return static_cast<uint16_t>(
      std::stoi(address.substr(address.rfind(':') + 1)));
}

} // namespace nanobrain::testing
