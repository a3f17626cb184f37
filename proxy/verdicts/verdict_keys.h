// VerdictKeys: under which key an answer is kept, and the key that a returned password is sealed
// with. HMAC-SHA-256 under keys that are random and of this process, over everything that was
// asked, each part with its length before it, so that no two questions share a key
// (CVE-2025-30189 was a key without the user). The table alone tells neither names nor passwords.
// Threads: any; nothing changes after it was made.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>

#include "common/base/digest.h"
#include "common/base/secret.h"
#include "proxy/policy/question.h"

namespace postern::verdicts {

using VerdictKey = Sha256;

// A key is random already.
struct VerdictKeyHash {
  [[nodiscard]] std::size_t operator()(const VerdictKey& key) const {
    std::size_t out = 0;
    std::memcpy(&out, key.data(), sizeof out);
    return out;
  }
};

class VerdictKeys {
 public:
  VerdictKeys();
  ~VerdictKeys();
  VerdictKeys(const VerdictKeys&) = delete;
  VerdictKeys& operator=(const VerdictKeys&) = delete;

  // Nothing: such answers are not kept. A digest answers one challenge; what is asked about a
  // recipient changes with him.
  [[nodiscard]] std::optional<VerdictKey> of(const policy::Question& question) const;
  // Made of the client's own secret: without it nobody opens what was sealed. Nothing: he showed
  // none.
  [[nodiscard]] std::optional<Secret> sealing(const policy::Question& question) const;

 private:
  std::array<char, 32> key_{};
  std::array<char, 32> sealing_key_{};
};

}  // namespace postern::verdicts
