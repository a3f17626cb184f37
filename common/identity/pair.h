// Is what lies in a directory of certificates (ca.crt, tls.crt, tls.key) fit to be used on the
// stream, now, by somebody who is to be this identity? Looked at before gRPC sees it, because gRPC
// given a key that does not fit refuses every handshake until it is mended.
// A pure function of its arguments; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/identity/identity.h"
#include "common/identity/pem.h"

namespace postern::identity {

// All PEM. `authorities` may hold several: that is how one is exchanged for another.
struct PairText {
  ByteView authorities;
  ByteView chain;  // the own certificate first, then what lies between it and an authority
  ByteView key;
};

enum class PairFailure : std::uint8_t {
  Unreadable,
  KeyMismatch,
  WeakKey,
  NotYetValid,
  Expired,
  WrongIdentity,
  NotTrusted,
};

// As in the label of the metric.
[[nodiscard]] std::string_view word_of(PairFailure failure);

struct PairProblem {
  PairFailure failure = PairFailure::Unreadable;
  std::string sentence;  // for people; holds no key
};

// When the own certificate is valid; or the first thing that is wrong.
[[nodiscard]] Result<Validity, PairProblem> check_pair(const PairText& text, const Identity& wanted,
                                                       WallTime now);

// The one URI SAN of a certificate, read; the error is a sentence.
[[nodiscard]] Result<Identity, std::string> identity_of(const X509* certificate);

}  // namespace postern::identity
