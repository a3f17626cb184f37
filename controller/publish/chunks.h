// Cuts an update into chunks of at most so many octets, one after the other while they are written,
// so that a proxy never has more than one chunk in our memory. A resource that is larger than a
// chunk travels alone. Endpoints travel as a delta where there is a base and it is worth it.
#pragma once

#include <cstddef>

#include "controller/publish/push.h"

namespace postern::config::v1alpha1 {
class ConfigUpdate;
}

namespace postern::publish {

class Chunks {
 public:
  Chunks(Push push, std::size_t most_octets);

  // Overwrites `out`; false, and nothing written, after the last chunk.
  [[nodiscard]] bool next(config::v1alpha1::ConfigUpdate& out);

 private:
  void add_upserts(config::v1alpha1::ConfigUpdate& out, std::size_t& octets);
  void add_removals(config::v1alpha1::ConfigUpdate& out, std::size_t& octets);
  [[nodiscard]] bool all_added() const;

  Push push_;
  std::size_t most_octets_;
  std::size_t upserts_added_ = 0;
  std::size_t removals_added_ = 0;
  bool ended_ = false;
};

// Private keys of all upserts are overwritten: before `update` is destroyed or used again.
void wipe_secrets(config::v1alpha1::ConfigUpdate& update);

}  // namespace postern::publish
