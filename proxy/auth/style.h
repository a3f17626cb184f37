// The two styles in which an HTTP service is asked: which request, and what its answer means. The
// desk knows no other difference between them. Pure.
#pragma once

#include <optional>
#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "proxy/auth/http_response.h"
#include "proxy/policy/question.h"

namespace postern::auth {

// What is known without asking; nothing: the service has to be asked.
[[nodiscard]] std::optional<policy::Answer> answer_unasked(const policy::Question& question);
// Or why it is not asked; never with a secret in it.
[[nodiscard]] Result<Buffer, std::string> request_of(const policy::Question& question);
[[nodiscard]] policy::Answer answer_of(const HttpResponse& response,
                                       const policy::Question& question);

}  // namespace postern::auth
