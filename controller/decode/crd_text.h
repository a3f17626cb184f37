// The texts of deploy/crds/mailservers.yaml and mailclasses.yaml, compiled in (cmake/crd.cmake).
#pragma once

#include <string_view>

namespace postern::decode {

[[nodiscard]] std::string_view mail_server_crd();
[[nodiscard]] std::string_view mail_class_crd();

}  // namespace postern::decode
