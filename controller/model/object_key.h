// Which object of the API: kind, namespace, name.
#pragma once

#include <compare>
#include <string>

namespace postern::model {

struct ObjectKey {
  std::string kind;
  std::string object_namespace;
  std::string name;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
  // "mail/example"
  [[nodiscard]] std::string path() const { return object_namespace + "/" + name; }
};

}  // namespace postern::model
