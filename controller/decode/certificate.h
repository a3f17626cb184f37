// What `build` must know of a certificate: names, dates, and whether chain and key can be used
// together. Dates are only read: whether one is past is for who knows the time.
#pragma once

#include <string>

#include "common/base/bytes.h"
#include "controller/model/core_objects.h"

namespace postern::decode {

// Both are PEM; the first certificate of the chain is the server's own.
[[nodiscard]] model::CertificateFacts read_certificate(ByteView chain, ByteView key);

}  // namespace postern::decode
