#include "proxy/session/turn_away.h"

#include <string>
#include <string_view>

#include "proxy/dialogue/failure.h"

namespace postern::session {

void turn_away(net::Stream& client, const config::Listener& listener) {
  if (listener.tls == config::ListenerTls::Implicit) return;
  const std::string_view words = dialogue::row_of(dialogue::Failure::Overloaded).imap;  // "NO …"
  const std::string line = "* BYE" + std::string(words.substr(words.find(' '))) + "\r\n";
  (void)client.write(line);  // a full send buffer on a new connection: then without words
}

}  // namespace postern::session
