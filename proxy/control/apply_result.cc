#include "proxy/control/apply_result.h"

#include "common/base/ascii.h"
#include "common/wire/enum_tables.h"

namespace postern::control {

namespace pb = config::v1alpha1;

namespace {

constexpr std::size_t kDetailOctets = 1024;
constexpr std::size_t kDetailedErrorsOctets = std::size_t{2} << 20;

// protobuf would refuse the whole answer for one octet that is not UTF-8.
std::string sendable(const std::string& text) {
  return text.size() <= kDetailOctets && is_utf8(text) ? text : printable(text, kDetailOctets / 4);
}

pb::ResourceError::Code code_of(adopt::ErrorCode code) {
  switch (code) {
    case adopt::ErrorCode::Invalid: return pb::ResourceError::CODE_INVALID;
    case adopt::ErrorCode::Unsupported: return pb::ResourceError::CODE_UNSUPPORTED;
    case adopt::ErrorCode::MissingDependency: return pb::ResourceError::CODE_MISSING_DEPENDENCY;
    case adopt::ErrorCode::BadCertificate: return pb::ResourceError::CODE_BAD_CERTIFICATE;
    case adopt::ErrorCode::BindFailed: return pb::ResourceError::CODE_BIND_FAILED;
    case adopt::ErrorCode::LimitExceeded: return pb::ResourceError::CODE_LIMIT_EXCEEDED;
    case adopt::ErrorCode::Internal: return pb::ResourceError::CODE_INTERNAL;
  }
  return pb::ResourceError::CODE_INTERNAL;
}

pb::ResourceError::Code code_of(wire::DecodeFailure failure) {
  switch (failure) {
    case wire::DecodeFailure::Invalid: return pb::ResourceError::CODE_INVALID;
    case wire::DecodeFailure::Unsupported: return pb::ResourceError::CODE_UNSUPPORTED;
    case wire::DecodeFailure::MissingBase: return pb::ResourceError::CODE_MISSING_BASE;
  }
  return pb::ResourceError::CODE_INTERNAL;
}

pb::ApplyResult::State state_of(adopt::State state) {
  switch (state) {
    case adopt::State::Active: return pb::ApplyResult::STATE_ACTIVE;
    case adopt::State::PartiallyActive: return pb::ApplyResult::STATE_PARTIALLY_ACTIVE;
    case adopt::State::Rejected: return pb::ApplyResult::STATE_REJECTED;
  }
  return pb::ApplyResult::STATE_REJECTED;
}

// Thousands of bad resources must fit into one answer: those that come late lose their details.
void add_error(const pb::ResourceError& error, pb::ApplyResult& result, std::size_t& octets) {
  pb::ResourceError& added = *result.add_errors();
  added = error;
  octets += error.ByteSizeLong();
  if (octets > kDetailedErrorsOctets) added.clear_detail();
}

}  // namespace

std::optional<config::ResourceType> type_of(pb::ResourceType wire) {
  for (const auto& [type, known] : wire::kResourceTypes) {
    if (known == wire) return type;
  }
  return std::nullopt;
}

pb::ProxyMessage accepted_message(const std::string& nonce) {
  pb::ProxyMessage message;
  message.mutable_result()->set_nonce(nonce);
  message.mutable_result()->set_state(pb::ApplyResult::STATE_ACCEPTED);
  return message;
}

pb::ProxyMessage result_message(const Settled& settled) {
  pb::ProxyMessage message;
  pb::ApplyResult& result = *message.mutable_result();
  result.set_nonce(settled.nonce);
  result.set_state(state_of(settled.outcome.state));
  std::size_t octets = 0;
  for (const pb::ResourceError& error : settled.undecoded) add_error(error, result, octets);
  for (const adopt::ResourceError& error : settled.outcome.errors) {
    add_error(error_message(error), result, octets);
  }
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(settled.took).count();
  result.mutable_apply_time()->set_seconds(us / 1'000'000);
  result.mutable_apply_time()->set_nanos(static_cast<std::int32_t>(us % 1'000'000 * 1000));
  return message;
}

pb::ResourceError error_message(const adopt::ResourceError& error) {
  pb::ResourceError message;
  message.set_type(wire::to_wire(error.key.type, wire::kResourceTypes));
  message.set_name(error.key.name);
  message.set_version(error.version);
  message.set_running_version(error.running_version);
  message.set_code(code_of(error.code));
  message.set_field(sendable(error.field));
  message.set_detail(sendable(error.detail));
  message.set_retryable(error.retryable);
  return message;
}

pb::ResourceError error_message(const pb::Resource& resource, const wire::DecodeError& why,
                                const config::Resource* running) {
  pb::ResourceError error;
  error.set_type(resource.type());
  error.set_name(resource.name());
  error.set_version(resource.version());
  if (running) error.set_running_version(running->version);
  error.set_code(code_of(why.failure));
  error.set_field(why.field);
  error.set_detail(sendable(why.detail));
  return error;
}

}  // namespace postern::control
