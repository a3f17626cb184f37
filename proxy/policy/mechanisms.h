// Mechanisms: what a client may log in with now. One set for what is announced and what is
// accepted, so that nothing can be used which was not said, and nothing said which is then refused.
// Never asked about capabilities: those are the dialogue's.
#pragma once

#include "common/base/mail.h"
#include "common/config/provider.h"
#include "common/config/server.h"
#include "proxy/policy/facts.h"

namespace postern::policy {

struct LoginOffer {
  MechanismSet mechanisms;  // empty while login is not allowed
  ClientTls tls = ClientTls::Unavailable;
  bool login_allowed = false;  // false: credentials would pass in clear, and nobody allowed that

  // Whether IMAP LOGIN and POP3 USER/PASS are open: PLAIN or LOGIN, either one allows them.
  [[nodiscard]] bool login_command() const {
    return mechanisms.has(Mechanism::Plain) || mechanisms.has(Mechanism::Login);
  }
};

[[nodiscard]] LoginOffer login_offer(const config::ProtocolOffer& offer, const Facts& facts);

// Whether this provider is to hear of such a login at all. EXTERNAL without a verified certificate
// is for services that judge as nginx's do; any other would take it for proven.
[[nodiscard]] bool may_judge(const config::Provider& provider, Mechanism mechanism,
                             const Facts& facts);

}  // namespace postern::policy
