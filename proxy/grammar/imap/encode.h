// Commands to a backend. Credentials are base64, literals or quoted strings of octets that quoting
// cannot hurt, so no name or password can become a command (security IN4, IN5). What must wait for
// the backend's "+" comes as pieces. Called by dialogue/imap_back.
// RFC 9051 §6.2, RFC 2971 (ID), RFC 4959 (SASL-IR), RFC 7888 (LITERAL+ and LITERAL-).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/secret.h"

namespace postern::grammar::imap {

// Printable ASCII only: servers differ in what else they take between quotes.
[[nodiscard]] bool can_be_quoted(ByteView octets);
[[nodiscard]] Secret quoted(ByteView octets);

struct LoginCredentials {
  ByteView name;
  ByteView password;
};
// Pieces with their line ends; a continuation request is awaited before each but the first.
// One piece when both can be quoted or the backend takes non-synchronising literals.
[[nodiscard]] std::vector<Secret> encode_login(ByteView tag, const LoginCredentials& credentials,
                                               bool non_synchronising);

// The response is base64; an empty one becomes "=". Without one: only where the line is awaited.
[[nodiscard]] Secret encode_authenticate(ByteView tag, std::string_view mechanism,
                                         std::optional<ByteView> initial_response);

using IdPairs = std::vector<std::pair<std::string, std::string>>;
// Octets that cannot be quoted become '?'; values are cut at 1024 octets, keys at 30, and there are
// at most limits::kImapIdPairs.
[[nodiscard]] std::string encode_id(ByteView tag, const IdPairs& pairs);

// CAPABILITY, STARTTLS, LOGOUT, NOOP.
[[nodiscard]] std::string encode_bare(ByteView tag, std::string_view verb);

}  // namespace postern::grammar::imap
