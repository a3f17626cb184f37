#include "tests/dialogue/protocols_page.h"

#include <fmt/format.h>

#include <iterator>
#include <map>

namespace postern::dlg {

namespace {

constexpr std::string_view kHead = R"(# What Postern speaks

Of each RFC what there is, and where. "Partial" names the part. Postern speaks for a user only until
he is logged in; from then on client and mail server speak with each other, and whatever they agree on
passes untouched.

| RFC | what | there | where |
|---|---|---|---|
| 9051 §6.1 | CAPABILITY, NOOP, LOGOUT | Yes | `proxy/dialogue/imap_front_commands.cc` |
| 9051 §6.2.1 | STARTTLS | Yes: octets behind it end the session | `proxy/dialogue/imap_front.cc` |
| 9051 §6.2.2 | AUTHENTICATE | Yes | `proxy/dialogue/imap_front_commands.cc`, `proxy/grammar/sasl.h` |
| 9051 §6.2.3 | LOGIN by atom, quoted string, literal | Yes | `proxy/grammar/imap/command.h` |
| 9051 §4 | tags, atoms, strings, literals | Partial: tags of at most 32 octets without `<`, `>` and `&`; CRLF only | `proxy/grammar/imap/token.h` |
| 9051 §6.3–6.4 | commands after login | passed on | `proxy/relay` |
| 9051 §7.1 | response codes, PREAUTH, BYE | Yes: PREAUTH from a backend is refused | `proxy/dialogue/imap_back.cc` |
| 3501 | IMAP4rev1 | Yes, the same part | |
| 2971 | ID | Partial: our name without version; of a client's only `x-proxy-ttl` is kept | `proxy/dialogue/imap_front_commands.cc` |
| 4959 | SASL-IR | Yes, both sides | `proxy/grammar/sasl.h`, `proxy/dialogue/imap_back_login.cc` |
| 7888 | LITERAL+, LITERAL- | Yes, both sides; a refused one above 4096 octets ends the session | `proxy/grammar/imap/command.h` |
| 5530 | response codes | Yes | `proxy/dialogue/failure.cc` |
| 4422 | SASL framework | Partial: no security layers | `proxy/grammar/sasl.h` |
| 4616 | PLAIN | Yes, authorization identity included | `proxy/grammar/sasl.h` |
| 2195 | CRAM-MD5 | Yes, from clients | `proxy/grammar/sasl.h` |
| 4422 A | EXTERNAL | Yes, both sides; from clients with a verified certificate | `proxy/grammar/sasl.h`, `proxy/session/certificate_login.h` |
| 7628 | OAUTHBEARER | Yes, both sides, error challenge included | `proxy/dialogue/imap_front.cc`, `proxy/dialogue/imap_back.cc` |
| 4648 §4 | base64 | Yes: padding required, no other characters | `proxy/grammar/base64.h` |
| 4978 | COMPRESS | No: taken out of what a backend announces | `proxy/dialogue/capabilities.cc` |
| 2221 | login referrals | Partial: from backends, followed to members of the MailServer's own backends; clients are given none | `proxy/session/redirect.cc` |

XOAUTH2 and LOGIN have no RFC; both are there, from clients, and XOAUTH2 towards backends too.

## IMAP: commands and answers before login

Printed from what the scripts in `tests/dialogue/imap` show; `POSTERN_REWRITE=1` and the tests of that
folder write this page anew. The listener is one of: `starttls` (offered, and no login before it),
`starttls-optional` (login before it too), `tls` (inside it), `plain` (no TLS, login allowed),
`plain-refused` (no TLS, no login). Answers are given without tag and words; small letters are what the
dialogue then wants: `attempt` asks whether he is let in, `close` ends the connection. `+` invites.
`<<` is no command but what the rest of the proxy tells the dialogue.

| command | listener | state | answers seen |
|---|---|---|---|
)";

}  // namespace

std::string protocols_markdown(const Noted& noted) {
  std::map<std::tuple<std::string, std::string, std::string>, std::string> rows;
  for (const auto& [verb, listener, state, answer] : noted) {
    std::string& answers = rows[{verb, listener, state}];
    answers += (answers.empty() ? "`" : " · `") + (answer.empty() ? "(nothing)" : answer) + "`";
  }
  std::string page(kHead);
  for (const auto& [key, answers] : rows) {
    fmt::format_to(std::back_inserter(page), "| {} | {} | {} | {} |\n", std::get<0>(key),
                   std::get<1>(key), std::get<2>(key), answers);
  }
  return page;
}

}  // namespace postern::dlg
