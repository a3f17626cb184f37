#include "common/base/running_sha256.h"

#include <openssl/evp.h>

#include "common/base/check.h"

namespace postern {

void RunningSha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

RunningSha256::RunningSha256() : context_(EVP_MD_CTX_new()) {
  check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
        "OpenSSL has SHA-256");
}

void RunningSha256::add(ByteView octets) {
  check(EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1,
        "a digest takes octets");
}

Sha256 RunningSha256::finish() {
  Sha256 out{};
  check(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1, "a digest can be taken");
  return out;
}

}  // namespace postern
