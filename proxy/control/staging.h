// Collects the chunks of one update. A resource that does not decode becomes an error of its own
// and the rest of the update goes on. Half an update is dropped when the stream breaks or another
// one begins. Pure but for the messages; only subscriber uses it, on the control thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "postern/config/v1alpha1/config.pb.h"
#include "proxy/adopt/adopt.h"

namespace postern::control {

struct StagedUpdate {
  std::string nonce;
  adopt::Update update;
  std::vector<config::v1alpha1::ResourceError> errors;  // what did not decode
};

class Staging {
 public:
  // The whole update with its last chunk. Private keys are wiped out of the message.
  [[nodiscard]] std::optional<StagedUpdate> add(config::v1alpha1::ConfigUpdate& chunk,
                                                const std::vector<adopt::HeldResource>& held);
  void drop() { *this = Staging(); }

 private:
  void stage(const config::v1alpha1::Resource& resource,
             const std::map<config::ResourceKey, std::string>& running);
  void stage_removals(const config::v1alpha1::ConfigUpdate& chunk);
  void remove_what_was_not_named(const std::vector<adopt::HeldResource>& held);

  std::optional<StagedUpdate> staged_;
  std::set<config::ResourceKey> named_;
};

[[nodiscard]] std::optional<config::ResourceType> type_of(config::v1alpha1::ResourceType wire);
// What an adopter said, for the stream.
[[nodiscard]] config::v1alpha1::ResourceError error_message(const adopt::ResourceError& error);

}  // namespace postern::control
