#include "nanobrain/fetch/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

constexpr long kMostRedirects = 10;
constexpr long kBufferBytes = 256 << 10;

/// One GET under way. No exception may pass through libcurl's C frames.
struct Transfer {
  const BodyHandler& handler;
  HttpResponse response;
  bool begun = false;
  bool ended = false; // by the handler
  std::exception_ptr error;

  /// False: libcurl is to stop.
  template <class Body>
  bool guarded(Body&& body) {
    if (ended) return false;
    try {
      ended = !body();
    } catch (...) {
      error = std::current_exception();
      ended = true;
    }
    return !ended;
  }

  bool begin() {
    begun = true;
    return handler.begin(response);
  }
};

size_t take_header(char* data, size_t, size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  // After the body come trailers.
  if (!transfer.begun) transfer.response.add_header_line({data, size});
  return size;
}

size_t take_body(char* data, size_t, size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const bool wanted = transfer.guarded([&] {
    return (transfer.begun || transfer.begin()) &&
           transfer.handler.write({data, size});
  });
  return wanted ? size : 0;
}

int take_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  return transfer.guarded(transfer.handler.go_on) ? 0 : 1;
}

bool is_redirect(const HttpResponse& response) {
  return response.status >= 300 && response.status < 400;
}

TransferFault fault_of(
    CURLcode code, bool connected, const HttpResponse& response) {
  switch (code) {
    case CURLE_OK:
      return TransferFault::kNone;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return TransferFault::kUnreachable;
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return connected ? TransferFault::kBroken : TransferFault::kUnreachable;
    case CURLE_UNSUPPORTED_PROTOCOL: // bytes that are no answer, or
      return is_redirect(response) ? TransferFault::kRefused
                                   : TransferFault::kBroken;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return TransferFault::kBroken;
    default:
      return TransferFault::kRefused;
  }
}

/// The variables that the curl program and OpenSSL know; libcurl leaves them
/// to its callers.
const char* certificate_bundle() {
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* path = std::getenv(name);
    if (path != nullptr && *path != '\0') return path;
  }
  return nullptr;
}

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  require(
      started == CURLE_OK,
      "libcurl",
      "does not start: {}; check its installation",
      curl_easy_strerror(started));
}

struct HeaderList {
  curl_slist* list = nullptr;
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& line) {
    list = curl_slist_append(list, line.c_str());
  }
};

} // namespace

struct HttpClient::State {
  CURL* curl = curl_easy_init();
  std::array<char, CURL_ERROR_SIZE> message{};
  ~State() { curl_easy_cleanup(curl); }

  template <class T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(curl, option, value);
    require(
        code == CURLE_OK,
        "libcurl",
        "refuses option {}: {}; install 7.85 or newer",
        static_cast<int>(option),
        curl_easy_strerror(code));
  }
};

HttpClient::HttpClient(const HttpOptions& options) {
  start_curl();
  state_ = std::make_unique<State>();
  State& s = *state_;
  require(s.curl != nullptr, "libcurl", "does not start; out of memory?");
  s.set(CURLOPT_NOSIGNAL, 1L);
  s.set(CURLOPT_ERRORBUFFER, s.message.data());
  s.set(CURLOPT_USERAGENT, "nanobrain");
  s.set(CURLOPT_PROTOCOLS_STR, "http,https");
  s.set(CURLOPT_FOLLOWLOCATION, 1L);
  s.set(CURLOPT_MAXREDIRS, kMostRedirects);
  s.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  s.set(CURLOPT_FORBID_REUSE, 1L);
  s.set(CURLOPT_BUFFERSIZE, kBufferBytes);
  s.set(
      CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(1000 * options.connect_timeout_s));
  s.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  s.set(
      CURLOPT_LOW_SPEED_TIME,
      std::max(1L, static_cast<long>(options.stall_timeout_s)));
  if (const char* path = certificate_bundle()) s.set(CURLOPT_CAINFO, path);
  s.set(CURLOPT_HEADERFUNCTION, take_header);
  s.set(CURLOPT_WRITEFUNCTION, take_body);
  s.set(CURLOPT_XFERINFOFUNCTION, take_progress);
  s.set(CURLOPT_NOPROGRESS, 0L);
}

HttpClient::~HttpClient() = default;

HttpResult HttpClient::get(
    const HttpRequest& request, const BodyHandler& handler) {
  State& s = *state_;
  Transfer transfer{handler, {}, false, false, nullptr};
  HeaderList headers;
  if (request.first_byte > 0) {
    headers.add(fmt::format("Range: bytes={}-", request.first_byte));
    if (!request.if_range.empty()) headers.add("If-Range: " + request.if_range);
  }
  const bool secure = request.url.starts_with("https:");
  s.set(CURLOPT_URL, request.url.c_str());
  s.set(CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
  s.set(CURLOPT_HTTPHEADER, headers.list);
  s.set(CURLOPT_HEADERDATA, &transfer);
  s.set(CURLOPT_WRITEDATA, &transfer);
  s.set(CURLOPT_XFERINFODATA, &transfer);
  s.message[0] = '\0';
  const CURLcode code = curl_easy_perform(s.curl);
  s.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  if (code == CURLE_OK && !transfer.begun) { // an empty body
    transfer.guarded([&] { return transfer.begin(); });
  }
  if (transfer.error) std::rethrow_exception(transfer.error);
  HttpResult result{transfer.response, TransferFault::kNone, {}};
  if (transfer.ended) return result;
  curl_off_t connect_us = 0;
  curl_easy_getinfo(s.curl, CURLINFO_CONNECT_TIME_T, &connect_us);
  const bool connected = connect_us > 0 || transfer.response.status != 0;
  result.fault = fault_of(code, connected, transfer.response);
  if (code == CURLE_UNSUPPORTED_PROTOCOL && is_redirect(transfer.response)) {
    result.reason = "it is redirected away from https";
  } else if (code != CURLE_OK) {
    result.reason =
        s.message[0] != '\0' ? s.message.data() : curl_easy_strerror(code);
  }
  return result;
}

} // namespace nanobrain
