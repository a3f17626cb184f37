// Where a service is that proxies ask: behind a Service, at an address, or at a host name that the
// source has looked up. The class says where that may be. Private to this room.
#pragma once

#include <string>

#include "common/config/provider.h"
#include "controller/build/draft.h"

namespace postern::build {

struct AskedService {
  const model::EndpointSpec& spec;
  std::string field;       // "spec.authentication.providers[0].http"
  const std::string& who;  // the provider's name
};

// Host, port and addresses. False: what is wrong has been remarked on, and it cannot be asked.
[[nodiscard]] bool add_place(const Setting& setting, ServerDraft& server, const AskedService& asked,
                             config::HttpService& out);

}  // namespace postern::build
