// ReadyProvider: what asking a provider needs and what could fail, done before anybody asks: the
// TLS factory and the headers with their secret values. Made on the control thread (adopt), then
// immutable and shared by the workers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/secret.h"
#include "proxy/net/tls_client.h"

namespace postern::net {

struct ProviderHeader {
  std::string name;
  SharedSecret value;
};

struct ReadyProvider {
  std::shared_ptr<const TlsClient> tls;  // null: in clear, or nobody is asked over the network
  std::vector<ProviderHeader> headers;   // literal and secret ones, in the order of the manifest
};

}  // namespace postern::net
