// Which object of the API: kind, namespace, name.
#pragma once

#include <compare>
#include <string>

namespace postern::model {

struct ObjectKey {
  std::string kind;
  std::string object_namespace;  // empty: the kind belongs to no namespace (MailClass, Namespace)
  std::string name;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
  // "mail/example"; of a kind without namespaces its name
  [[nodiscard]] std::string path() const {
    return object_namespace.empty() ? name : object_namespace + "/" + name;
  }
};

}  // namespace postern::model
