// Version 1 of the PROXY protocol: one line of text. Called by proxy_protocol.cc alone.
#pragma once

#include "common/base/bytes.h"
#include "proxy/grammar/parse.h"
#include "proxy/grammar/proxy_protocol.h"

namespace postern::grammar {

[[nodiscard]] Parse<ProxyHeader> parse_proxy_v1(ByteView octets);

}  // namespace postern::grammar
