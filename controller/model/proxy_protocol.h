// proxyProtocol of a MailServer, of one of its listeners, or of a MailClass: load balancers that
// tell the client's address.
#pragma once

#include <string>
#include <vector>

#include "common/base/address.h"
#include "controller/model/references.h"

namespace postern::model {

struct ProxyProtocolSpec {
  std::vector<Network> trusted;
  std::vector<ObjectRef> trusted_services;
  std::string other_peers = "Direct";
  std::string tls_info = "Ignore";
  friend bool operator==(const ProxyProtocolSpec&, const ProxyProtocolSpec&) = default;
};

}  // namespace postern::model
