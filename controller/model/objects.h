// Everything that a source of objects knows at one moment.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "common/base/boxed.h"
#include "controller/model/core_objects.h"
#include "controller/model/mail_class.h"
#include "controller/model/mail_server.h"
#include "controller/model/permissions.h"
#include "controller/model/problem.h"

namespace postern::model {

// For one MailServer there are many small objects.
using Object =
    std::variant<Boxed<MailServer>, SecretObject, ConfigMapObject, ServiceObject,
                 EndpointSliceObject, MailClass, NamespaceObject, ReferenceGrant, IngressClass>;

// As sources give them to all who look at them. Never changes.
using SharedObject = std::shared_ptr<const Object>;

// Null: it is of another kind.
template <class T>
[[nodiscard]] const T* as(const Object& object) {
  if constexpr (std::same_as<T, MailServer>) {
    const auto* boxed = std::get_if<Boxed<MailServer>>(&object);
    return boxed == nullptr ? nullptr : &**boxed;
  } else {
    return std::get_if<T>(&object);
  }
}

template <class AnObject>
  requires std::same_as<std::remove_const_t<AnObject>, Object>
[[nodiscard]] auto& meta_of(AnObject& object) {
  const auto meta = [](auto& one) -> auto& {
    if constexpr (requires { one.meta; }) {
      return one.meta;
    } else {
      return one->meta;
    }
  };
  return std::visit(meta, object);
}

}  // namespace postern::model
