// References of manifests to other objects; the namespace is filled in with the MailServer's own
// when it is absent.
#pragma once

#include <string>

namespace postern::model {

struct ObjectRef {
  std::string name;
  std::string object_namespace;
  friend bool operator==(const ObjectRef&, const ObjectRef&) = default;
};
struct BundleRef {
  std::string kind = "Secret";  // or ConfigMap
  std::string name;
  std::string object_namespace;
  std::string key = "ca.crt";
  friend bool operator==(const BundleRef&, const BundleRef&) = default;
};
struct ConfigMapKeyRef {
  std::string name;
  std::string object_namespace;
  std::string key;
  friend bool operator==(const ConfigMapKeyRef&, const ConfigMapKeyRef&) = default;
};
struct SecretKeyRef {
  std::string name;
  std::string object_namespace;
  std::string key;
  friend bool operator==(const SecretKeyRef&, const SecretKeyRef&) = default;
};

}  // namespace postern::model
