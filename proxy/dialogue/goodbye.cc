#include "proxy/dialogue/goodbye.h"

namespace postern::dialogue {

std::string_view goodbye(Protocol protocol) {
  switch (protocol) {
    // RFC 9051 §7.1.5, RFC 5530 §3: clients that know the code come back at once.
    case Protocol::Imap: return "* BYE [UNAVAILABLE] server is moving, reconnect\r\n";
    // What was deleted is kept only by QUIT, so nothing is lost.
    case Protocol::Pop3: return {};
    case Protocol::ManageSieve: return "BYE (TRYLATER) \"server is moving, reconnect\"\r\n";
    case Protocol::Submission:
    case Protocol::Mx:
    case Protocol::Lmtp: return "421 4.3.2 server is moving, reconnect\r\n";
  }
  return {};
}

}  // namespace postern::dialogue
