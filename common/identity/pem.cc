#include "common/identity/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <ctime>

#include "common/base/check.h"

namespace postern::identity {

namespace {

int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*own*/) { return 0; }

Bio bio_of(ByteView octets) {
  return Bio(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
}

ByteView view_of(BIO* bio) {
  char* octets = nullptr;
  const long size = BIO_get_mem_data(bio, &octets);
  return {octets, static_cast<std::size_t>(size)};
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace

void FreeOpenssl::operator()(BIO* bio) const { BIO_free(bio); }
void FreeOpenssl::operator()(X509* certificate) const { X509_free(certificate); }
void FreeOpenssl::operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

std::vector<Certificate> read_certificates(ByteView pem) {
  std::vector<Certificate> out;
  ERR_clear_error();
  const Bio bio = bio_of(pem);
  while (out.size() <= kMostCertificates) {
    Certificate next(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (!next) break;
    out.push_back(std::move(next));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end || out.size() > kMostCertificates) out.clear();
  return out;
}

Key read_key(ByteView pem) {
  const Bio bio = bio_of(pem);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return key;
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509(bio.get(), certificate) == 1, "a certificate can be written as PEM");
  return std::string(view_of(bio.get()));
}

Secret pem_of(EVP_PKEY* key) {
  // Secure memory is wiped when it is freed.
  const Bio bio(BIO_new(BIO_s_secmem()));
  check(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "a key can be written as PEM");
  return Secret(view_of(bio.get()));
}

Validity validity_of(const X509* certificate) {
  return {time_of(X509_get0_notBefore(certificate)), time_of(X509_get0_notAfter(certificate))};
}

std::string date_text(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

}  // namespace postern::identity
