// Redirects: a backend's NO [REFERRAL …] to a login. Followed to members of this MailServer's own
// backends only, at most twice, never to where the login has been, and within the deadline that all
// of it has. Called by announcing; the corridor then dials again as after a failed endpoint.
#pragma once

#include <string>

#include "proxy/session/visit.h"

namespace postern::session {

// `approach` leads to the member that `text`, the arguments of the code, names, or the login is
// refused as temporarily unavailable.
[[nodiscard]] Outcome follow_referral(Session& session, Worker& worker, Approach& approach,
                                      const std::string& text);

}  // namespace postern::session
