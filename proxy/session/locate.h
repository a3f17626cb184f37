// From credentials to a backend: which route, which endpoints in which order, which login.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "proxy/dialogue/front.h"
#include "proxy/policy/directed.h"
#include "proxy/session/visit.h"

namespace postern::session {

// A refusal when nobody can be asked for this user.
[[nodiscard]] Result<Approach, Outcome> locate(Session& session, Worker& worker);
// The backend itself, by the deadline that begins now; who of it is dialled is the caller's to add.
[[nodiscard]] Result<Approach, Outcome> approach_to(Session& session, Worker& worker,
                                                    std::string backend);
// Those that this MailServer has for the session's protocol.
[[nodiscard]] std::vector<policy::BackendView> backends_of(const Visit& visit,
                                                           const Worker& worker);
[[nodiscard]] std::unique_ptr<dialogue::Back> make_back(Session& session, const Approach& approach);
// PROXY v1 or v2 as the backend's port wants it; empty: none.
void say_proxy_header(Session& session, const Approach& approach, dialogue::Reply& out);

struct EndpointFault {
  dialogue::Failure failure;
  std::string_view detail;
  // False: we lacked a port or a descriptor, or it would not have this user.
  bool is_blamed = true;
};
// An endpoint failed this session: counted, logged, and the next one tried where that is allowed.
[[nodiscard]] Outcome endpoint_failed(Session& session, Worker& worker, Approach& approach,
                                      const EndpointFault& fault);

}  // namespace postern::session
