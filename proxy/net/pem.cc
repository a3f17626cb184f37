#include "proxy/net/pem.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "common/base/ascii.h"
#include "proxy/net/pair_glance.h"
#include "proxy/net/pem_blocks.h"

namespace postern::net {

namespace {

// Without this OpenSSL would ask for a password at the terminal.
int no_password(char*, int, int, void*) { return -1; }

bool at_end_of_pem() {
  const unsigned long code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

std::vector<std::string> dns_names_of(X509* leaf) {
  std::vector<std::string> out;
  auto* const names =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS) continue;
    const auto* const octets =
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    const auto length = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
    out.push_back(lower(std::string_view(octets, length)));
  }
  GENERAL_NAMES_free(names);
  std::sort(out.begin(), out.end());
  return out;
}

// What cannot be read is left to whoever verifies the certificate.
std::time_t begin_of(X509* leaf) {
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notBefore(leaf), &when) != 1) return 0;
  return ::timegm(&when);
}

Result<PkeyPtr, std::string> read_key(ByteView pem) {
  const BioPtr bio = bio_over(pem);
  PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!key) return Fail<std::string>("the private key cannot be read (PEM, not encrypted)");
  return key;
}

PkeyPtr key_of_type(ByteView pem, int type) {
  const auto blocks = pem_blocks(pem);
  auto octets = blocks && blocks->size() == 1 ? decode_base64(blocks->front().body) : std::nullopt;
  PkeyPtr key;
  if (octets) {
    const auto* at = reinterpret_cast<const unsigned char*>(octets->data());
    key.reset(d2i_PrivateKey(type, nullptr, &at, static_cast<long>(octets->size())));
    wipe(octets->data(), octets->size());
    ERR_clear_error();
  }
  if (key) return key;
  auto read = read_key(pem);
  return read ? std::move(*read) : nullptr;
}

std::array<std::uint16_t, 3> schemes_of(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return {0x0804, 0x0805, 0x0806};
    case EVP_PKEY_RSA_PSS: return {0x0809, 0x080a, 0x080b};
    case EVP_PKEY_ED25519: return {0x0807};
    case EVP_PKEY_ED448: return {0x0808};
    case EVP_PKEY_EC: break;
    default: return {};
  }
  char curve[64] = "";
  if (EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr) != 1) return {};
  switch (OBJ_txt2nid(curve)) {
    case NID_X9_62_prime256v1: return {0x0403};
    case NID_secp384r1: return {0x0503};
    case NID_secp521r1: return {0x0603};
    default: return {};
  }
}

int strength_of(X509* leaf, EVP_PKEY* key) {
  int signature = 0;
  if (X509_get_signature_info(leaf, nullptr, nullptr, &signature, nullptr) != 1) signature = 0;
  const bool self_signed = (X509_get_extension_flags(leaf) & EXFLAG_SS) != 0;
  const int of_key = EVP_PKEY_get_security_bits(key);
  return self_signed ? of_key : std::min(of_key, signature);  // nobody checks its own signature
}

}  // namespace

Result<std::vector<X509Ptr>, std::string> read_certificates(ByteView pem) {
  std::vector<X509Ptr> out;
  const BioPtr bio = bio_over(pem);
  ERR_clear_error();
  while (X509* const one = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)) {
    out.emplace_back(one);
  }
  const bool whole = at_end_of_pem();
  ERR_clear_error();
  if (!whole) return Fail<std::string>("a certificate cannot be read");
  if (out.empty()) return Fail<std::string>("there is no certificate in it");
  return out;
}

Result<std::vector<CrlPtr>, std::string> read_revocations(ByteView pem) {
  std::vector<CrlPtr> out;
  const BioPtr bio = bio_over(pem);
  ERR_clear_error();
  while (X509_CRL* const one = PEM_read_bio_X509_CRL(bio.get(), nullptr, no_password, nullptr)) {
    out.emplace_back(one);
  }
  const bool whole = at_end_of_pem();
  ERR_clear_error();
  if (!whole) return Fail<std::string>("a revocation list cannot be read");
  if (out.empty()) return Fail<std::string>("there is no revocation list in it");
  return out;
}

Result<PairFacts, std::string> read_pair(const config::KeyPair& pair) {
  if (auto glanced = glance_at(pair)) return std::move(*glanced);
  return read_pair_in_full(pair);
}

Result<PairFacts, std::string> read_pair_in_full(const config::KeyPair& pair) {
  const auto chain = read_certificates(pair.chain_pem.text());
  if (!chain) return Fail<std::string>(chain.error());
  const auto key = read_key(pair.key_pem.reveal());
  if (!key) return Fail<std::string>(key.error());
  X509* const leaf = chain->front().get();
  const bool fits = X509_check_private_key(leaf, key->get()) == 1;
  ERR_clear_error();
  if (!fits) return Fail<std::string>("the private key does not belong to the certificate");
  return PairFacts{EVP_PKEY_get_base_id(key->get()), schemes_of(key->get()),
                   strength_of(leaf, key->get()), dns_names_of(leaf), begin_of(leaf)};
}

std::unique_ptr<const LoadedPair> load_pair(const config::KeyPair& pair, int key_type) {
  auto chain = read_certificates(pair.chain_pem.text());
  if (!chain) return nullptr;
  auto out = std::make_unique<LoadedPair>();
  out->chain.reset(sk_X509_new_null());
  out->leaf = std::move(chain->front());
  for (std::size_t i = 1; i < chain->size(); ++i) {
    // The chain's now.
    if (sk_X509_push(out->chain.get(), (*chain)[i].get()) > 0) (void)(*chain)[i].release();
  }
  out->key = key_of_type(pair.key_pem.reveal(), key_type);
  if (!out->key) return nullptr;
  return out;
}

}  // namespace postern::net
