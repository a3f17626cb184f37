// Who may refer to what, and who serves a class: objects of Kubernetes' own groups that decide
// about ours. Only what concerns us is kept of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/model/meta.h"

namespace postern::model {

inline constexpr std::string_view kControllerName = "postern.dev/controller";

// ReferenceGrant of the Gateway API: MailServers of these namespaces may refer to these objects of
// the grant's own namespace.
struct GrantedObject {
  std::string kind;  // Secret, ConfigMap or Service
  std::string name;  // empty: each of that kind
  friend bool operator==(const GrantedObject&, const GrantedObject&) = default;
};
struct ReferenceGrant {
  Meta meta;
  std::vector<std::string> namespaces;  // of the MailServers
  std::vector<GrantedObject> objects;
  friend bool operator==(const ReferenceGrant&, const ReferenceGrant&) = default;
};

// What an IngressClass of our controller names in its parameters.
struct ClassParameters {
  std::string mail_class;  // the MailClass; empty: something that is none
  std::string written;     // "ConfigMap settings": for messages
  friend bool operator==(const ClassParameters&, const ClassParameters&) = default;
};
struct IngressClass {
  Meta meta;
  std::string controller;
  bool is_default = false;                    // ingressclass.kubernetes.io/is-default-class
  std::optional<ClassParameters> parameters;  // absent: the defaults of a class hold
  friend bool operator==(const IngressClass&, const IngressClass&) = default;
};

}  // namespace postern::model
