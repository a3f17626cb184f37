#include "controller/publish/stream_messages.h"

#include "common/base/ascii.h"
#include "common/wire/enum_tables.h"

namespace postern::publish {

namespace {

namespace pb = config::v1alpha1;

constexpr std::size_t kDetailOctets = 1024;

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

Versions held_of(const pb::Hello& hello) {
  Versions held;
  for (const pb::ResourceVersion& entry : hello.held()) {
    if (const auto type = type_of(entry.type())) held[{*type, entry.name()}] = entry.version();
  }
  return held;
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

}  // namespace postern::publish
