// A secret under lock: AES-256-GCM with a nonce of its own. What was sealed for one question opens
// for no other one, and a changed octet opens nothing. Library errors end the process: they mean
// that OpenSSL itself is broken. Pure but for the nonce. Threads: any.
#pragma once

#include <optional>
#include <string>

#include "common/base/bytes.h"
#include "common/base/secret.h"

namespace postern::verdicts {

// `key`: 32 octets. `belongs_to` is not kept, and has to be shown again.
[[nodiscard]] std::string seal(const Secret& key, ByteView belongs_to, const Secret& secret);
// Nothing: another key, another place, or not whole.
[[nodiscard]] std::optional<Secret> unseal(const Secret& key, ByteView belongs_to, ByteView sealed);

}  // namespace postern::verdicts
