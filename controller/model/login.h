// How the proxy logs in at backends, and who may log in as others, as a MailServer writes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/model/references.h"

namespace postern::model {

struct LoginSpec {
  std::string method = "Password";
  std::string mechanism;  // empty: absent
  std::string form;       // empty: AuthzID
  std::string separator;  // empty: *
  std::optional<ObjectRef> secret;
  friend bool operator==(const LoginSpec&, const LoginSpec&) = default;
};

struct MasterUsersSpec {
  std::string separator;  // empty: by SASL only
  std::vector<std::string> allowed;
  friend bool operator==(const MasterUsersSpec&, const MasterUsersSpec&) = default;
};

}  // namespace postern::model
