// Whose PROXY headers one block of proxyProtocol believes: its networks, and the endpoints of its
// Services. The same for MailServers, their listeners and the class. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/config/listener.h"
#include "controller/build/draft.h"
#include "controller/model/proxy_protocol.h"

namespace postern::build {

struct ProxyTrust {
  config::ListenerProxyProtocol believed;
  std::vector<Remark> remarks;  // what is wrong with the block, or dangerous
};

// `own`: the namespace that references may not leave; nothing: whoever wrote it may name any.
[[nodiscard]] ProxyTrust proxy_trust(const world::World& world,
                                     const model::ProxyProtocolSpec& spec, const std::string& field,
                                     const std::optional<std::string>& own);

}  // namespace postern::build
