// One HTTP GET after another, through libcurl.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "nanobrain/fetch/http_response.h"

namespace nanobrain {

struct HttpOptions {
  double connect_timeout_s = 20;
  double stall_timeout_s = 30; // without a byte
};

struct HttpRequest {
  std::string url;
  int64_t first_byte = 0; // 0: the whole file, without a Range
  std::string if_range;   // ETag under which the range is wanted; may be empty
};

/// What a caller does with an answer. May throw: the transfer ends and get()
/// throws the same.
struct BodyHandler {
  /// Called once, with the answer after all redirects; false: the body is not
  /// wanted.
  std::function<bool(const HttpResponse& response)> begin;
  /// Called for each piece of the body; false: no more is wanted.
  std::function<bool(std::string_view bytes)> write;
  /// Polled at least once a second; false ends the transfer.
  std::function<bool()> go_on;
};

enum class TransferFault {
  kNone,        // it came to its end, or the handler ended it
  kUnreachable, // no connection
  kBroken,      // the connection broke off, or stalled
  kRefused,     // and would be again: a certificate, a redirect
};

struct HttpResult {
  HttpResponse response;
  TransferFault fault = TransferFault::kNone;
  std::string reason; // of the fault
};

/// A connection of its own for each request: the last one broke, or the server
/// sent what it should not have. For one thread.
///
/// Proxies are taken from the environment (https_proxy, http_proxy, all_proxy,
/// no_proxy). Certificates are always checked, against the system's
/// authorities or those in the file that CURL_CA_BUNDLE or SSL_CERT_FILE
/// names. Redirects are followed, from https to https only.
class HttpClient {
 public:
  explicit HttpClient(const HttpOptions& options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpResult get(const HttpRequest& request, const BodyHandler& handler);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace nanobrain
