// A glance at a key pair: what the table of certificates must know of it, and that key and
// certificate belong together, in some microseconds. OpenSSL takes a millisecond for the same, and
// of ten thousand pairs most are never asked for. Understands the keys and encodings that
// authorities use today; whatever is otherwise is left to OpenSSL, which reads every pair in full
// before it is shown to anybody, and all authorities before they verify anybody. Control thread.
#pragma once

#include <optional>

#include "proxy/net/pem.h"

namespace postern::net {

// Nothing: it has to be read in full.
[[nodiscard]] std::optional<PairFacts> glance_at(const config::KeyPair& pair);

// There is at least one, and each looks whole.
[[nodiscard]] bool look_like_certificates(ByteView pem);

}  // namespace postern::net
