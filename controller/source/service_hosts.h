// The hosts that auth services of a MailServer are given by.
#pragma once

#include <set>
#include <string>

#include "controller/model/objects.h"

namespace postern::source {

// Those that have to be looked up. Of any other object, and where addresses are written: none.
[[nodiscard]] std::set<std::string> service_hosts(const model::Object& object);

}  // namespace postern::source
