// A guest who is not let in: told why in one write where no TLS stands in the way.
#pragma once

#include "common/config/listener.h"
#include "proxy/dialogue/failure.h"
#include "proxy/net/stream.h"

namespace postern::session {

void turn_away(net::Stream& client, config::ListenerTls tls, dialogue::Failure why);

}  // namespace postern::session
