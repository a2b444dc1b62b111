#include "localnet/http/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;

void require(bool done) {
  if (!done) throw Error(Blame::machine, "OpenSSL cannot make a certificate for the release server");
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), &X509_EXTENSION_free);
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

template <class Write>
std::string pem_of(Write write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  require(bio && write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Certificate make_certificate(const std::string& ip, std::chrono::seconds valid) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const X509Ptr certificate(X509_new(), &X509_free);
  require(key && certificate);
  constexpr std::chrono::seconds kBefore = std::chrono::hours(1);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  // Clocks of a rehearsal may be set back or forth.
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), std::min(valid, std::chrono::seconds(0)).count() - kBefore.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid.count());
  auto* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(ip.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  require(X509_set_pubkey(certificate.get(), key.get()) == 1);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), NID_subject_alt_name, "IP:" + ip);
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return {pem_of([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); }), pem_of([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace rehearse
