#include "bench/load/tls_server.h"

#include <sys/stat.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

namespace postern::bench {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<FILE, int (*)(FILE*)>;

// `below`: for all names below this one too.
Certificate certificate_for(const std::string& name, bool below, EVP_PKEY* key, int serial) {
  Certificate made(X509_new(), &X509_free);
  X509* x509 = made.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial + 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -60);
  X509_gmtime_adj(X509_getm_notAfter(x509), 30L * 24 * 3600);
  X509_set_pubkey(x509, key);
  X509_NAME* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, subject);
  const std::string all = "DNS:" + name + (below ? ",DNS:*." + name : "");
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, all.c_str());
  X509_add_ext(x509, names, -1);
  X509_EXTENSION_free(names);
  if (X509_sign(x509, key, EVP_sha256()) == 0) made.reset();
  return made;
}

// Others cannot read the key: the controller would warn of each of thousands, with every change.
bool write_pair(const std::string& path, X509* certificate, EVP_PKEY* key) {
  const File first(std::fopen((path + ".pem").c_str(), "w"), &std::fclose);
  const File second(std::fopen((path + ".key").c_str(), "w"), &std::fclose);
  return first && second && ::fchmod(::fileno(second.get()), 0600) == 0 &&
         PEM_write_X509(first.get(), certificate) == 1 &&
         PEM_write_PrivateKey(second.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
}

}  // namespace

SSL_CTX* server_context(const std::string& certificate, const std::string& key) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1) {
    return context;
  }
  SSL_CTX_free(context);
  return nullptr;
}

bool make_certificates(int count, const std::string& folder, bool below) {
  for (int number = 0; number < count; ++number) {
    const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::string name = "mail-" + std::to_string(number) + ".example";
    const Certificate certificate = certificate_for(name, below, key.get(), number);
    if (!certificate ||
        !write_pair(folder + "/" + std::to_string(number), certificate.get(), key.get()))
      return false;
  }
  return true;
}

}  // namespace postern::bench
