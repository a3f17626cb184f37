// How a front comes to be: what a tenant offers on this connection, in the dialogue's terms.
#pragma once

#include <memory>
#include <string_view>

#include "proxy/dialogue/front.h"

namespace postern::session {

class Session;
struct Visit;

// Facts and record follow the tenant that the visit belongs to now.
void settle_tenant(Session& session);
[[nodiscard]] dialogue::Offer offer_of(const Visit& visit);
// `nonce` is unique a session: CRAM-MD5's challenge is made of it.
[[nodiscard]] std::unique_ptr<dialogue::Front> make_front(const Visit& visit,
                                                          std::string_view nonce);

}  // namespace postern::session
