// Between what a client shows and what a provider is asked: evidence becomes a question, and a
// question or its answer becomes an identity. Secrets are copied into a question, since the next
// provider may have to see them too, and moved into an identity. Pure but for reading the session.
#pragma once

#include <optional>
#include <string_view>

#include "proxy/policy/question.h"
#include "proxy/session/visit.h"

namespace postern::session {

// Views into the evidence.
struct Shown {
  Mechanism mechanism;
  std::string_view name;     // who says that he is it
  std::string_view mailbox;  // whose mail he wants: his own, or that of whom he acts for
};
// `server`: its master users may name somebody else in front of themselves.
[[nodiscard]] Shown shown_by(const dialogue::Evidence& evidence, const config::Server& server);
// The name that his password is for is not the one whose mail he wants.
[[nodiscard]] bool acts_for_another(const Shown& shown);
// False: it is for nobody to ask about, and he hears what whoever types a wrong password hears.
[[nodiscard]] bool may_want(const Shown& shown, const config::Server& server);

// `provider`: in force in the visit's snapshot, under the name `resource`.
[[nodiscard]] policy::Question question_of(Session& session, const config::Provider& provider,
                                           std::string_view resource);

// The mail pod decides on a password or a token itself; nothing for what it cannot be given.
[[nodiscard]] std::optional<Identity> identity_of_evidence(dialogue::Evidence evidence,
                                                           const config::Server& server);
// `provider` has accepted him.
[[nodiscard]] Identity identity_of_answer(dialogue::Evidence evidence, policy::Accept accept,
                                          const config::Server& server,
                                          const config::Provider& provider);

}  // namespace postern::session
