// The question of style JSON, as octets: a POST of Postern's document (docs/auth-json.md).
// Passwords and bearer tokens only; a challenge or a certificate proves nothing to a service that
// sees the password. The octets hold a secret: a Buffer wipes them as they are sent. Pure. Called
// for each connection that a question is sent on. Thread: any.
#pragma once

#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "proxy/policy/question.h"

namespace postern::auth {

inline constexpr std::uint32_t kJsonVersion = 1;

// JSON has no other text: what the client showed and is not UTF-8 is nobody's credentials there, so
// nobody is asked about it.
[[nodiscard]] bool can_be_json(const policy::Question& question);
// He acts for somebody else: then a yes has to say for whom.
[[nodiscard]] bool asks_for_another(const policy::Question& question);

// Or why it is not asked; never with a secret in it. The provider must be an HttpProvider.
[[nodiscard]] Result<Buffer, std::string> json_request(const policy::Question& question);

}  // namespace postern::auth
