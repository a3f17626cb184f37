// What an auth_http service said: response fields -> policy::Answer. One pattern is a yes
// (security R6): a status of 2xx and one Auth-Status that is exactly OK. What contradicts itself,
// or is neither a yes, a wait nor a refusal, is no answer. With strictness Nginx the rules are
// nginx's (spec: ARES), but for its defects and for what would be unsafe. Pure. Called by the desk.
// Unavailable here means a garbled answer, not an outage.
#pragma once

#include "proxy/auth/http_response.h"
#include "proxy/policy/question.h"

namespace postern::auth {

// Security AU7: no service holds a client longer; nor is it asked more often than each second
// (BUG-5: nginx asked again at full speed).
inline constexpr std::chrono::seconds kLongestWait{10};
inline constexpr std::chrono::seconds kShortestRepeat{1};
// A text longer than this is no sentence for a client; SMTP has 512 octets a line, code included.
inline constexpr std::size_t kRefusalTextOctets = 400;

// `question` is what was asked: its provider, protocol and mechanism are looked at.
[[nodiscard]] policy::Answer auth_http_answer(const HttpResponse& response,
                                              const policy::Question& question);

}  // namespace postern::auth
