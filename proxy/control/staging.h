// Collects the chunks of one update. A resource that does not decode becomes an error of its own
// and the rest of the update goes on. Half an update is dropped when the stream breaks or another
// one begins. Pure but for the messages; only the subscription uses it, on the control thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "postern/config/v1alpha1/config.pb.h"
#include "proxy/adopt/adopt.h"
#include "proxy/adopt/last_known_good_format.h"
#include "proxy/control/apply_result.h"

namespace postern::control {

struct StagedUpdate {
  std::string nonce;
  adopt::Revision revision;
  adopt::Update update;
  WireErrors errors;  // what did not decode
};

class Staging {
 public:
  // What every controller's update stays below by far: a hundred times five thousand MailServers.
  static constexpr std::size_t kMostOctets = std::size_t{400} << 20;

  // Of a stream: the first update of one says all that a proxy lacks of what is wanted.
  enum class Place : std::uint8_t { First, Later };
  // The whole update with its last chunk. `held` is asked for what a delta is a change of. Private
  // keys are wiped out of the message.
  [[nodiscard]] std::optional<StagedUpdate> add(config::v1alpha1::ConfigUpdate& chunk,
                                                const adopt::Adopter& held,
                                                Place place = Place::Later);
  // The update in hand is larger than anything that could be meant.
  [[nodiscard]] bool is_too_large() const { return octets_ > kMostOctets; }
  void drop() { *this = Staging(); }

 private:
  void stage(const config::v1alpha1::Resource& resource, const adopt::Adopter& held,
             StagedUpdate& to);
  static void stage_removals(const config::v1alpha1::ConfigUpdate& chunk, StagedUpdate& to);
  // Everything that the update says is to be there.
  class Named;
  static void forget_what_waits(const adopt::Adopter& held, const Named& named, StagedUpdate& to);
  static void remove_what_was_not_named(const adopt::Adopter& held, const Named& named,
                                        StagedUpdate& to);

  std::optional<StagedUpdate> staged_;
  std::set<config::ResourceKey> undecoded_;  // of the update: named, and not among its upserts
  std::size_t octets_ = 0;
};

}  // namespace postern::control
