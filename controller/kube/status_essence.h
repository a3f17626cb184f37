// What of a status is worth a write: two texts of an object whose essences are equal say the same
// to people, however their members are ordered and whatever times stand in them. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/base/digest.h"

namespace postern::kube {

using MemberNames = std::set<std::string, std::less<>>;

struct EssenceTerms {
  MemberNames ignored;  // at any depth: never a reason to write ("lastTransitionTime")
  MemberNames slow;     // of the status: no reason to write at once ("proxies")
};

struct Essence {
  Sha256 prompt{};  // without what is slow
  Sha256 whole{};
  friend bool operator==(const Essence&, const Essence&) = default;
};

// Of the uid and the member `status` of an object; nothing: the text is no JSON object. An object
// without a status has the essence of an empty one.
[[nodiscard]] std::optional<Essence> essence_of(std::string_view object, const EssenceTerms& terms);

}  // namespace postern::kube
