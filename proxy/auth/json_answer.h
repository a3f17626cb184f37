// What a service of style JSON said: its document -> policy::Answer. One pattern is a yes (security
// R6): status 200, application/json, one object whose version is 1 and whose result is "accept",
// and nothing in it that belongs to another result. Whatever else it is, it is no answer, so that
// nobody is let in or told a wrong password by mistake (docs/auth-json.md). Pure. Called by the
// desk. Unavailable here means a garbled answer, not an outage.
#pragma once

#include "proxy/auth/http_response.h"
#include "proxy/policy/question.h"

namespace postern::auth {

// `question` is what was asked.
[[nodiscard]] policy::Answer json_answer(const HttpResponse& response,
                                         const policy::Question& question);

}  // namespace postern::auth
