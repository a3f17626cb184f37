// The only place where protobuf messages become values of common/config, and back. A resource is
// decoded whole or not at all, and a refusal names the field. decode(encode(x)) == x for every x
// whose numbers are in their bounds. Whether names resolve and certificates fit is asked elsewhere.
// Called by controller/publish (encode, version), proxy/control (decode) and the last-known-good
// file (octets).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/config/resource.h"

namespace postern::config::v1alpha1 {
class Resource;
}

namespace postern::wire {

enum class DecodeFailure : std::uint8_t {
  Invalid,      // a choice missing, a number out of bounds, a text that is no address
  Unsupported,  // a choice or a feature that this build does not know
  MissingBase,  // a delta against what is not held here, or one that leads elsewhere: send the
                // whole
};

struct DecodeError {
  DecodeFailure failure = DecodeFailure::Invalid;
  std::string field;   // path inside the resource: "ports[1].tls"
  std::string detail;  // never secret material
};

// Overwrites `out`. Version and sources are taken as they are.
void encode(const config::Resource& resource, config::v1alpha1::Resource& out);

// The same of ENDPOINTS or of a LISTENER as what is other than in `base`, which is of that type too
// and has a version.
void encode_delta(const config::Resource& now, const config::Resource& base,
                  config::v1alpha1::Resource& out);

// How much of a resource could be told as a delta: endpoints, or tenants; 0: it has no delta.
[[nodiscard]] std::size_t entries_of(const config::Resource& resource);
// How much of it a delta tells.
[[nodiscard]] std::size_t entries_told(const config::v1alpha1::Resource& delta);
// What a proxy has to know to be told it; empty: there is no delta.
[[nodiscard]] std::string_view delta_feature(config::ResourceType type);

// `base`: what is held under that name; a delta needs it.
[[nodiscard]] Result<config::Resource, DecodeError> decode(
    const config::v1alpha1::Resource& message, const config::Resource* base = nullptr);

// What a proxy of this build says that it knows; a resource that requires another is Unsupported.
inline constexpr std::string_view kEndpointDelta = "endpoint-delta";
inline constexpr std::string_view kTenantsDelta = "tenants-delta";
using config::kBackendLogin;
using config::kByteRate;
using config::kClientCertificates;
using config::kConnectionRate;
using config::kConnectionsPerUser;
using config::kDomains;
using config::kListenerAddresses;
using config::kListenerProxyProtocol;
using config::kLoginProtection;
using config::kMasterUsers;
using config::kProviders;
using config::kUserNames;
[[nodiscard]] std::span<const std::string_view> known_features();

// The same message as octets, for a file. They may hold a private key: whoever has them wipes them.
[[nodiscard]] std::string octets(const config::Resource& resource);
[[nodiscard]] Result<config::Resource, DecodeError> from_octets(std::string_view octets);

// Hash of the octets of type, required features and body, equal on every replica and after a
// restart: 32 hex digits. The first 16 octets of SHA-256 are enough, since nobody gains by two
// bodies with one version: both come from the same controller.
[[nodiscard]] std::string version_of(const config::Resource& resource);

// What it takes on the wire, name and sources included.
[[nodiscard]] std::size_t octets_of(const config::Resource& resource);

// Both, of a resource that has no version yet: it is written out once.
struct Weighed {
  std::string version;
  std::size_t octets = 0;  // with that version
};
[[nodiscard]] Weighed weigh(const config::Resource& resource);

// Private keys and secret texts in the message are overwritten. Call it before a message is
// destroyed or used again.
void wipe_secrets(config::v1alpha1::Resource& message);

}  // namespace postern::wire
