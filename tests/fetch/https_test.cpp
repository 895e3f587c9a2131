// Certificates are checked, and https is not left.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "nanobrain/base/error.h"
#include "tests/fetch/fetch_fixture.h"
#include "tests/support/child.h"

namespace nanobrain {
namespace {

using nlohmann::json;
using testing::FaultServer;
using ::testing::HasSubstr;
using testing::run_in_child;

/// Writes a key and a certificate for 127.0.0.1 that is signed by itself.
void write_certificate(const std::filesystem::path& path) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      X509_new(), X509_free);
  X509* x = certificate.get();
  X509_set_version(x, 2); // counted from 0: version 3
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(x),
      "CN",
      MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>("test"),
      -1,
      -1,
      0);
  X509_set_issuer_name(x, X509_get_subject_name(x));
  X509_set_pubkey(x, key.get());
  for (const auto& [id, value] :
       {std::pair(NID_subject_alt_name, "IP:127.0.0.1"),
        std::pair(NID_basic_constraints, "critical,CA:TRUE")}) {
    X509_EXTENSION* extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(x, key.get(), EVP_sha256());
  std::FILE* file = std::fopen(path.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_X509(file, x);
  std::fclose(file);
}

class Https : public testing::FetchFixture {
 protected:
  Https() { write_certificate(dir_ / "certificate.pem"); }

  json secure(json spec) const {
    spec["certificate"] = served("certificate.pem");
    return spec;
  }
  /// With the certificate among the trusted ones.
  std::string fetch_trusting(const FileList& list) {
    return run_in_child([&] {
             setenv("CURL_CA_BUNDLE", served("certificate.pem").c_str(), 1);
             return fetch(list, options_).rows[0].status;
           })
        .text;
  }
};

TEST_F(Https, TakesNoCertificateThatNobodyTrusts) {
  const FaultServer server(secure(one_file({})));
  EXPECT_ERROR(
      Error, "CURL_CA_BUNDLE", fetch(listed(server.url("https")), options_));
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
