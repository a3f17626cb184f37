#include "controller/publish/stream_messages.h"

#include "common/base/ascii.h"
#include "common/wire/enum_tables.h"

namespace postern::publish {

namespace {

namespace pb = config::v1alpha1;

constexpr std::size_t kDetailOctets = 1024;
constexpr std::size_t kNameOctets = 253;  // of a pod
// Far above what there is; a proxy must not fill our memory with what we keep of its Hello.
constexpr std::size_t kMostFeatures = 256;
constexpr std::size_t kFeatureOctets = 64;
constexpr std::size_t kMostCollections = 64;

std::optional<config::ResourceType> type_of(pb::ResourceType wire) {
  for (const auto& [type, known] : wire::kResourceTypes) {
    if (known == wire) return type;
  }
  return std::nullopt;
}

Refusal::Code code_of(pb::ResourceError::Code code) {
  switch (code) {
    case pb::ResourceError::CODE_INVALID: return Refusal::Code::Invalid;
    case pb::ResourceError::CODE_UNSUPPORTED: return Refusal::Code::Unsupported;
    case pb::ResourceError::CODE_MISSING_DEPENDENCY: return Refusal::Code::MissingDependency;
    case pb::ResourceError::CODE_BAD_CERTIFICATE: return Refusal::Code::BadCertificate;
    case pb::ResourceError::CODE_BIND_FAILED: return Refusal::Code::BindFailed;
    case pb::ResourceError::CODE_LIMIT_EXCEEDED: return Refusal::Code::LimitExceeded;
    default: return Refusal::Code::Internal;  // also what a newer proxy may say
  }
}

}  // namespace

Greeting greeting_of(const pb::Hello& hello) {
  Greeting greeting;
  greeting.proxy = printable(hello.node().proxy_name(), kNameOctets);
  for (const pb::ResourceVersion& entry : hello.held()) {
    if (const auto type = type_of(entry.type())) {
      greeting.held[{*type, entry.name()}] = entry.version();
    } else {
      greeting.holds_unknown = true;
    }
  }
  for (const std::string& feature : hello.features()) {
    if (greeting.features.size() == kMostFeatures) break;
    if (feature.size() <= kFeatureOctets) greeting.features.insert(feature);
  }
  for (const pb::CollectionRevision& seen : hello.applied_revision().collections()) {
    if (greeting.applied.size() == kMostCollections) break;
    greeting.applied.push_back({seen.collection(), seen.resource_version()});
  }
  return greeting;
}

std::optional<PushResult> result_of(const pb::ApplyResult& message) {
  const auto state = message.state();
  if (state != pb::ApplyResult::STATE_ACTIVE && state != pb::ApplyResult::STATE_REJECTED &&
      state != pb::ApplyResult::STATE_PARTIALLY_ACTIVE) {
    return std::nullopt;
  }
  PushResult result{message.nonce(), state == pb::ApplyResult::STATE_REJECTED, {}};
  for (const pb::ResourceError& error : message.errors()) {
    const auto type = type_of(error.type());
    if (!type) continue;
    result.errors.push_back({{*type, error.name()},
                             error.version(),
                             error.running_version(),
                             code_of(error.code()),
                             printable(error.field()),
                             printable(error.detail(), kDetailOctets),
                             error.retryable(),
                             {}});
  }
  return result;
}

ProxyLoad load_of(const pb::LoadReport& message) {
  ProxyLoad load;
  for (const pb::ListenerLoad& listener : message.listeners()) {
    load.open += listener.open();
    load.before_login += listener.pre_auth();
    load.accepted_total += listener.accepted_total();
    load.refused_total += listener.refused_total();
    load.auth_failed_total += listener.auth_failed_total();
  }
  return load;
}

ProxyDrain drain_of(const pb::DrainNotice& message) {
  return {message.deadline().seconds(), message.open_sessions()};
}

}  // namespace postern::publish
