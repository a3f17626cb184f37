// Targets of requests: where a collection or an object stands at an API server, as a path whose
// segments were checked and percent-encoded, and a query behind it. Pure. A name that could lead
// elsewhere ("..", a slash, an empty one) makes no path at all: names come from objects that
// tenants write.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::kube {

struct ObjectAddress {
  std::string group = {};  // empty: the core group
  std::string version = "v1";
  std::string plural;
  std::string in_namespace = {};  // empty: of the cluster, or of all namespaces
  std::string name = {};          // empty: the collection
  std::string subresource = {};   // "status"
};

// "/apis/postern.dev/v1alpha1/namespaces/mail/mailservers/a/status". Nothing: a part of it is no
// such name.
[[nodiscard]] std::optional<std::string> target_of(const ObjectAddress& address);

// RFC 3986 §2.3: all but letters, digits and "-._~" as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// A target with one more "name=value" in its query.
[[nodiscard]] std::string with_query(std::string target, std::string_view name,
                                     std::string_view value);

}  // namespace postern::kube
