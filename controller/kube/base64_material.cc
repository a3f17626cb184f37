#include "controller/kube/base64_material.h"

#include <openssl/evp.h>

#include <memory>
#include <string>

namespace postern::kube {

std::optional<SharedSecret> decode_material(ByteView base64) {
  const std::unique_ptr<EVP_ENCODE_CTX, decltype(&EVP_ENCODE_CTX_free)> context(
      EVP_ENCODE_CTX_new(), EVP_ENCODE_CTX_free);
  EVP_DecodeInit(context.get());
  std::string octets(base64.size() + 3, '\0');  // never longer than its text
  auto* const out = reinterpret_cast<unsigned char*>(octets.data());
  int first = 0;
  int rest = 0;
  const int going = EVP_DecodeUpdate(context.get(), out, &first,
                                     reinterpret_cast<const unsigned char*>(base64.data()),
                                     static_cast<int>(base64.size()));
  const bool whole = going >= 0 && EVP_DecodeFinal(context.get(), out + first, &rest) == 1;
  std::optional<SharedSecret> decoded;
  if (whole && first + rest > 0) {
    decoded = SharedSecret(ByteView(octets.data(), static_cast<std::size_t>(first + rest)));
  }
  wipe(octets.data(), octets.size());
  return decoded;
}

}  // namespace postern::kube
