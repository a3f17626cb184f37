// Names of cipher suites and groups, as manifests write them, in the forms that OpenSSL takes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace postern::net {

struct CipherSuite {
  std::string name;      // OpenSSL's
  bool tls_1_3 = false;  // these have a list of their own
};
// From an OpenSSL or IANA name; or why it is refused. Suites without encryption or without
// authentication are.
[[nodiscard]] Result<CipherSuite, std::string> cipher_suite_named(const std::string& name);

// OpenSSL's name of a group, if this OpenSSL has it.
[[nodiscard]] std::optional<std::string> group_named(const std::string& name);

}  // namespace postern::net
