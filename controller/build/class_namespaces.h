// Rules for namespaces (mailserver.md 8): which rule holds for a namespace, and what it lets be
// claimed. Pure. Private to this room.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controller/model/mail_class.h"

namespace postern::build {

using Labels = std::map<std::string, std::string>;

// As Kubernetes compares: all that is given must hold; NotIn holds where the label is absent.
[[nodiscard]] bool fits(const model::NamespaceSelector& selector, const Labels& labels);

// It is about more than the name of a namespace.
[[nodiscard]] bool asks_for_labels(const model::NamespaceSelector& selector);

// Each of `allowed`, and all names below it; "*.example.com" is below example.com. Empty: all.
[[nodiscard]] bool may_claim(const std::vector<std::string>& allowed, std::string_view name);

}  // namespace postern::build
