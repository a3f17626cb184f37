// Whether the pods behind a Service are those of a StatefulSet, as their names tell: NAME-0, NAME-1
// and so on. Such pods have a volume each, and a Service would give their users to any of them.
// What it answers is told and changes nothing, for a name is no proof; how many there are is not in
// it, or each pod that comes would be something to tell. Pure. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/model/core_objects.h"

namespace postern::build {

struct LastingPods {
  std::string set;      // the name of the StatefulSet
  std::string service;  // where it is the one that gives them their host names
  friend bool operator==(const LastingPods&, const LastingPods&) = default;
};

// Nothing: there are none, or one of them has another kind of name.
[[nodiscard]] std::optional<LastingPods> lasting_pods(
    const std::vector<const model::EndpointSliceObject*>& slices);

}  // namespace postern::build
