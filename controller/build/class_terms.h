// What the class says of each proxy as a whole: the CLASS resource. There is none while the class
// says nothing that is other than what a proxy without one does. Remembers what was given last, so
// that an update tells only what is new. Private to this room; thread: the builder's.
#pragma once

#include <memory>
#include <optional>

#include "common/config/fresh_resource.h"
#include "controller/build/builder.h"

namespace postern::build {

// Nothing: no proxy need be told.
[[nodiscard]] std::optional<config::Resource> class_resource(const world::World& world,
                                                             const Terms& terms);

class ClassBook {
 public:
  // Adds to `out` what is other than at the last call. A class that is broken or gone with nothing
  // to take its place leaves in force what was said last.
  void settle(const world::World& world, const Terms& terms, Changes& out);
  [[nodiscard]] std::size_t size() const { return given_ ? 1 : 0; }

 private:
  std::shared_ptr<const config::Resource> given_;
};

}  // namespace postern::build
