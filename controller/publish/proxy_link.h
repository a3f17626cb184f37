// ProxyLink: the way to one proxy, as narrow as the distribution needs it. gRPC has one, and tests.
// No call waits for the proxy, and none leads back into the caller before it returns. After end()
// the others do nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/publish/push.h"

namespace postern::publish {

enum class EndReason : std::uint8_t {
  Silent,            // a Hello or a result did not come in time
  Misbehaved,        // it said what may not be said here
  NotAllowed,        // not a proxy of this class
  NoCommonProtocol,  // no version of the stream that both know
  Stopping,          // the controller ends
};

class ProxyLink {
 public:
  virtual ~ProxyLink() = default;
  virtual void send(Push push) = 0;
  // The proxy should connect anew, to another replica where there is one.
  virtual void redirect(Duration after, std::string_view reason) = 0;
  virtual void end(EndReason reason, std::string words) = 0;
};

}  // namespace postern::publish
