// The text of deploy/crds/mailservers.yaml, compiled in (cmake/crd.cmake).
#pragma once

#include <string_view>

namespace postern::decode {

[[nodiscard]] std::string_view mail_server_crd();

}  // namespace postern::decode
