// Base64 of *-data in a kubeconfig (RFC 4648 §4), padded, blanks anywhere. Pure.
#pragma once

#include <optional>

#include "common/base/bytes.h"
#include "common/base/secret.h"

namespace postern::kube {

[[nodiscard]] std::optional<SharedSecret> decode_material(ByteView base64);

}  // namespace postern::kube
