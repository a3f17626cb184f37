// The question of nginx's auth_http protocol, as octets: a policy::Question and the provider's own
// headers, in nginx's order and with its escaping. A control octet never reaches a header: it is
// escaped where nginx escapes, and elsewhere the question is not asked. The octets hold a password:
// a Buffer wipes them as they are sent.
// Pure. Called by the desk for each connection that a question is sent on. Thread: any.
#pragma once

#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "proxy/policy/question.h"

namespace postern::auth {

// Or why it is not asked; never with a secret in it. The provider must be an HttpProvider.
[[nodiscard]] Result<Buffer, std::string> auth_http_request(const policy::Question& question);

}  // namespace postern::auth
