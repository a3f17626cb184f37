// Version 2 of the PROXY protocol: sixteen octets, addresses, TLVs. Called by proxy_protocol.cc
// alone.
#pragma once

#include <string_view>

#include "common/base/bytes.h"
#include "proxy/grammar/parse.h"
#include "proxy/grammar/proxy_protocol.h"

namespace postern::grammar {

inline constexpr std::string_view kProxyV2Signature{"\r\n\r\n\0\r\nQUIT\n", 12};

[[nodiscard]] Parse<ProxyHeader> parse_proxy_v2(ByteView octets);
// See longest_proxy_header.
[[nodiscard]] std::size_t longest_proxy_v2(ByteView beginning);

}  // namespace postern::grammar
