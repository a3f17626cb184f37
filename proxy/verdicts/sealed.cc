#include "proxy/verdicts/sealed.h"

#include <openssl/evp.h>

#include <memory>

#include "common/base/check.h"
#include "common/base/digest.h"

namespace postern::verdicts {

namespace {

constexpr std::size_t kKeyOctets = 32;
constexpr std::size_t kNonceOctets = 12;
constexpr std::size_t kTagOctets = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* octets_of(ByteView view) {
  return reinterpret_cast<const unsigned char*>(view.data());
}

enum class Way : int { Open = 0, Seal = 1 };

Context begin(Way way, const Secret& key, ByteView nonce, ByteView belongs_to) {
  check(key.size() == kKeyOctets, "a sealing key has 32 octets");
  Context context(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool ready =
      context &&
      EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, octets_of(key.reveal()),
                        octets_of(nonce), static_cast<int>(way)) == 1 &&
      EVP_CipherUpdate(context.get(), nullptr, &written, octets_of(belongs_to),
                       static_cast<int>(belongs_to.size())) == 1;
  check(ready, "AES-256-GCM is there");
  return context;
}

}  // namespace

std::string seal(const Secret& key, ByteView belongs_to, const Secret& secret) {
  std::string out(kNonceOctets + secret.size() + kTagOctets, '\0');
  random_octets(out.data(), kNonceOctets);
  const Context context = begin(Way::Seal, key, ByteView(out).substr(0, kNonceOctets), belongs_to);
  auto* const text = reinterpret_cast<unsigned char*>(out.data()) + kNonceOctets;
  int written = 0;
  int rest = 0;
  const bool sealed = EVP_CipherUpdate(context.get(), text, &written, octets_of(secret.reveal()),
                                       static_cast<int>(secret.size())) == 1 &&
                      EVP_CipherFinal_ex(context.get(), text + written, &rest) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagOctets,
                                          text + secret.size()) == 1;
  check(sealed, "AES-256-GCM seals");
  return out;
}

std::optional<Secret> unseal(const Secret& key, ByteView belongs_to, ByteView sealed) {
  if (sealed.size() < kNonceOctets + kTagOctets) return std::nullopt;
  const Context context = begin(Way::Open, key, sealed.substr(0, kNonceOctets), belongs_to);
  const ByteView text = sealed.substr(kNonceOctets, sealed.size() - kNonceOctets - kTagOctets);
  std::string tag(sealed.substr(sealed.size() - kTagOctets));
  Buffer clear(text.size() + 1);
  auto* const out = reinterpret_cast<unsigned char*>(clear.prepare(text.size() + 1).data());
  int written = 0;
  int rest = 0;
  const bool whole =
      EVP_CipherUpdate(context.get(), out, &written, octets_of(text),
                       static_cast<int>(text.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagOctets, tag.data()) == 1 &&
      EVP_CipherFinal_ex(context.get(), out + written, &rest) == 1;
  clear.commit(text.size());
  if (!whole) return std::nullopt;
  return Secret(clear.view());
}

}  // namespace postern::verdicts
