#include "common/base/mail.h"

#include "common/base/ascii.h"

namespace postern {

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::Imap: return "IMAP";
    case Protocol::Pop3: return "POP3";
    case Protocol::Submission: return "Submission";
    case Protocol::ManageSieve: return "ManageSieve";
    case Protocol::Mx: return "MX";
    case Protocol::Lmtp: return "LMTP";
  }
  return "?";
}

std::optional<Protocol> protocol_named(std::string_view name) {
  for (const Protocol p : {Protocol::Imap, Protocol::Pop3, Protocol::Submission,
                           Protocol::ManageSieve, Protocol::Mx, Protocol::Lmtp}) {
    if (name == name_of(p)) return p;
  }
  return std::nullopt;
}

std::string_view name_of(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::Plain: return "PLAIN";
    case Mechanism::Login: return "LOGIN";
    case Mechanism::CramMd5: return "CRAM-MD5";
    case Mechanism::External: return "EXTERNAL";
    case Mechanism::XOAuth2: return "XOAUTH2";
    case Mechanism::OAuthBearer: return "OAUTHBEARER";
  }
  return "?";
}

std::optional<Mechanism> mechanism_named(std::string_view name) {
  for (const Mechanism m : kMechanisms) {
    if (equal_ignoring_case(name, name_of(m))) return m;
  }
  return std::nullopt;
}

}  // namespace postern
