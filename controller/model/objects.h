// Everything that a source of objects knows at one moment.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "controller/model/core_objects.h"
#include "controller/model/mail_class.h"
#include "controller/model/mail_server.h"
#include "controller/model/problem.h"

namespace postern::model {

using Object = std::variant<MailServer, SecretObject, ConfigMapObject, ServiceObject,
                            EndpointSliceObject, MailClass, NamespaceObject>;

// As sources give them to all who look at them. Never changes.
using SharedObject = std::shared_ptr<const Object>;

[[nodiscard]] inline const Meta& meta_of(const Object& object) {
  return std::visit([](const auto& o) -> const Meta& { return o.meta; }, object);
}

}  // namespace postern::model
