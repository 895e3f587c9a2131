// Certificates are checked, and https is not left.
#include "nanobrain/base/error.h"
#include "tests/fetch/fetch_fixture.h"
#include "tests/support/child.h"

namespace nanobrain {
namespace {

using nlohmann::json;
using namespace testing;
using ::testing::HasSubstr;

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

  json secure(json spec) const {
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
      HasSubstr("it is redirected away from https"));
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
