// The blocks of a PEM text (RFC 7468), decoded: what stands between BEGIN and END. Strict: what is
// not written as everybody writes it is left to OpenSSL. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.h"

namespace postern::net {

struct PemBlock {
  ByteView label;  // "CERTIFICATE"; in the text that was read
  ByteView body;   // base64, with its line ends
};

// Nothing: there is something in it that is not understood.
[[nodiscard]] std::optional<std::vector<PemBlock>> pem_blocks(ByteView pem);
[[nodiscard]] std::optional<std::string> decode_base64(ByteView body);

}  // namespace postern::net
