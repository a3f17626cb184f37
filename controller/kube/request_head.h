// The head of an HTTP/1.1 request as text. Pure. What could end a line and begin another (request
// splitting) is refused, not escaped: targets are percent-encoded by who makes them (target.h).
#pragma once

#include <optional>
#include <string>

#include "controller/kube/api_access.h"
#include "controller/kube/transport.h"

namespace postern::kube {

// Nothing: something in the request is not fit for a head. Holds the token: wipe it after use.
[[nodiscard]] std::optional<std::string> request_head(const Request& request,
                                                      const ApiAccess& access, ByteView token);

}  // namespace postern::kube
