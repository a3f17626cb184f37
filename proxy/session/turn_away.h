// A guest for whom there is no place: told so in one write where no TLS stands in the way.
#pragma once

#include "common/config/listener.h"
#include "proxy/net/stream.h"

namespace postern::session {

void turn_away(net::Stream& client, const config::Listener& listener);

}  // namespace postern::session
