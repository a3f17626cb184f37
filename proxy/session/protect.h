// What failed logins before this one cost it: a wait before anybody is asked, or a refusal at once;
// and what becomes of it is told to the history (proxy/quota/history.h). Also the place that a
// mailbox has for each session, once it is known whose.
// Everything about guessing that a session does is here; the corridor only calls.
#pragma once

#include <optional>

#include "common/base/result.h"
#include "proxy/session/outcome.h"
#include "proxy/session/visit.h"

namespace postern::session {

// The client has shown credentials: until when they have to wait, or why they are refused.
[[nodiscard]] Result<Instant, Outcome> hold_back(Session& session, Worker& worker);

// Somebody said yes to the credentials: a service when it was asked, else the mail pod.
void note_accepted(Session& session, Worker& worker);
// He is refused, and what he showed is still there: it counts when it was that which was wrong.
void note_refused(Session& session, Worker& worker, dialogue::Failure failure);

// Logged in; a refusal when his mailbox has as many sessions as it may.
[[nodiscard]] std::optional<Outcome> take_user_place(Session& session, Worker& worker);

}  // namespace postern::session
