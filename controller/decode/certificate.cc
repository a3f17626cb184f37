#include "controller/decode/certificate.h"

#include <openssl/bio.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/ascii.h"
#include "common/base/check.h"

namespace postern::decode {

namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* x) const { X509_free(x); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(OSSL_DECODER_CTX* context) const { OSSL_DECODER_CTX_free(context); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

// Longer chains are a mistake; TLS clients refuse them too.
constexpr std::size_t kLongestChain = 16;

// Nobody can type a passphrase here.
int no_passphrase(char*, int, int, void*) { return 0; }

Bio bio_of(ByteView octets) {
  return Bio(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
}

// Empty when something in it is not a certificate.
std::vector<Certificate> read_chain(ByteView pem) {
  std::vector<Certificate> out;
  const Bio bio = bio_of(pem);
  while (out.size() < kLongestChain) {
    Certificate next(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (!next) break;
    out.push_back(std::move(next));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) out.clear();
  return out;
}

std::int64_t unix_seconds(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return static_cast<std::int64_t>(timegm(&parts));
}

std::vector<std::string> dns_names(X509* certificate) {
  std::vector<std::string> out;
  const std::unique_ptr<GENERAL_NAMES, Free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const std::string_view text(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
        static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    // A NUL in a name is an old trick: it is no name of anybody.
    if (is_ascii(text) && !has_control(text)) out.push_back(lower(text));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string chain_problem(const std::vector<Certificate>& chain) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (X509_check_issued(chain[i + 1].get(), chain[i].get()) != X509_V_OK) {
      return "the certificates of tls.crt are not in order: write the server's own first, then "
             "the one that issued it";
    }
  }
  return {};
}

// Looking for the decoders of all kinds of keys takes OpenSSL 3.0 longer than all the rest of a
// manifest takes us (0.9 ms; with decoders at hand 0.05). A context may be used again, by one
// thread; without a passphrase an encrypted key is none.
class KeyReader {
 public:
  KeyReader()
      : context_(OSSL_DECODER_CTX_new_for_pkey(&read_, "PEM", nullptr, nullptr, EVP_PKEY_KEYPAIR,
                                               nullptr, nullptr)) {
    check(context_ != nullptr, "OpenSSL has no decoders of keys");
  }
  KeyReader(const KeyReader&) = delete;
  KeyReader& operator=(const KeyReader&) = delete;

  // Null: not a private key in PEM.
  [[nodiscard]] Key read(ByteView pem) {
    const Bio bio = bio_of(pem);
    for (int before = 0;;) {
      if (OSSL_DECODER_from_bio(context_.get(), bio.get()) == 1 && read_ != nullptr) break;
      // What came first was another block, such as EC PARAMETERS.
      const int after = BIO_tell(bio.get());
      if (BIO_eof(bio.get()) || after <= before) break;
      before = after;
    }
    return Key(std::exchange(read_, nullptr));
  }

 private:
  EVP_PKEY* read_ = nullptr;  // where the context puts it
  std::unique_ptr<OSSL_DECODER_CTX, Free> context_;
};

void judge_key(X509* leaf, ByteView key_pem, model::CertificateFacts& facts) {
  thread_local KeyReader reader;
  const Key key = reader.read(key_pem);
  ERR_clear_error();
  if (!key && key_pem.find("ENCRYPTED") != ByteView::npos) {
    facts.problem = "tls.key is encrypted: write it without a passphrase";
  } else if (!key) {
    facts.problem = "tls.key is not a private key in PEM";
  } else if (X509_check_private_key(leaf, key.get()) != 1) {
    ERR_clear_error();
    facts.problem = "tls.key does not belong to the first certificate of tls.crt";
    facts.key_mismatch = true;
  }
}

}  // namespace

model::CertificateFacts read_certificate(ByteView chain, ByteView key) {
  ERR_clear_error();
  model::CertificateFacts facts;
  const std::vector<Certificate> certificates = read_chain(chain);
  if (certificates.empty()) {
    facts.problem = "tls.crt is not a chain of certificates in PEM";
    return facts;
  }
  X509* leaf = certificates.front().get();
  facts.dns_names = dns_names(leaf);
  facts.not_before_unix_s = unix_seconds(X509_get0_notBefore(leaf));
  facts.not_after_unix_s = unix_seconds(X509_get0_notAfter(leaf));
  judge_key(leaf, key, facts);
  if (facts.problem.empty()) facts.problem = chain_problem(certificates);
  ERR_clear_error();
  return facts;
}

}  // namespace postern::decode
