#include "proxy/session/turn_away.h"

#include <string>

namespace postern::session {

void turn_away(net::Stream& client, config::ListenerTls tls, dialogue::Failure why) {
  if (tls == config::ListenerTls::Implicit) return;
  std::string line = "* BYE ";
  line += dialogue::without_status(dialogue::row_of(why).imap);
  line += "\r\n";
  (void)client.write(line);  // a full send buffer on a new connection: then without words
}

}  // namespace postern::session
