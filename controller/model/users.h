// spec.users of a MailServer: from what clients typed to who they are.
#pragma once

#include <string>

namespace postern::model {

struct UsersSpec {
  std::string normalization;   // empty: Auto
  std::string default_domain;  // empty: absent
  std::string delimiter;       // one sign; empty: absent
  friend bool operator==(const UsersSpec&, const UsersSpec&) = default;
};

}  // namespace postern::model
