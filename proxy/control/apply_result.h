// What an update came to, as the stream says it: ACCEPTED, then ACTIVE, PARTIALLY_ACTIVE or
// REJECTED, each refused resource with its reason. Pure but for the messages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/wire/snapshot_codec.h"
#include "postern/config/v1alpha1/config.pb.h"
#include "proxy/adopt/adopt.h"

namespace postern::control {

using WireErrors = std::vector<config::v1alpha1::ResourceError>;

[[nodiscard]] config::v1alpha1::ProxyMessage accepted_message(const std::string& nonce);

// `undecoded`: what never came to the adopter.
struct Settled {
  const std::string& nonce;
  const WireErrors& undecoded;
  const adopt::Outcome& outcome;
  std::chrono::steady_clock::duration took;
};
[[nodiscard]] config::v1alpha1::ProxyMessage result_message(const Settled& settled);

// What an adopter said, for the stream.
[[nodiscard]] config::v1alpha1::ResourceError error_message(const adopt::ResourceError& error);
// Why a resource could not be decoded; `running` is what stays in force under its name.
[[nodiscard]] config::v1alpha1::ResourceError error_message(
    const config::v1alpha1::Resource& resource, const wire::DecodeError& why,
    const config::Resource* running);

[[nodiscard]] std::optional<config::ResourceType> type_of(config::v1alpha1::ResourceType wire);

}  // namespace postern::control
