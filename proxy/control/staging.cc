#include "proxy/control/staging.h"

#include <algorithm>

#include "common/base/ascii.h"
#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"

namespace postern::control {

namespace pb = config::v1alpha1;

namespace {

constexpr std::size_t kDetailOctets = 1024;

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

pb::ResourceError error_of(const pb::Resource& resource, const wire::DecodeError& why) {
  pb::ResourceError error;
  error.set_type(resource.type());
  error.set_name(resource.name());
  error.set_version(resource.version());
  error.set_code(why.failure == wire::DecodeFailure::Unsupported
                     ? pb::ResourceError::CODE_UNSUPPORTED
                     : pb::ResourceError::CODE_INVALID);
  error.set_field(why.field);
  error.set_detail(sendable(why.detail));
  return error;
}

}  // namespace

std::optional<config::ResourceType> type_of(pb::ResourceType wire) {
  for (const auto& [type, known] : wire::kResourceTypes) {
    if (known == wire) return type;
  }
  return std::nullopt;
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

std::optional<StagedUpdate> Staging::add(pb::ConfigUpdate& chunk,
                                         const std::vector<adopt::HeldResource>& held) {
  if (staged_ && staged_->nonce != chunk.nonce()) drop();
  if (!staged_) staged_ = StagedUpdate{chunk.nonce(), {}, {}};
  staged_->update.version = chunk.version();
  std::map<config::ResourceKey, std::string> running;
  for (const adopt::HeldResource& resource : held) running[resource.key] = resource.version;
  for (pb::Resource& resource : *chunk.mutable_upserts()) {
    stage(resource, running);
    wire::wipe_secrets(resource);
  }
  stage_removals(chunk);
  if (!chunk.last_chunk()) return std::nullopt;
  // The adopter is told what goes, never "all the rest": a resource that was named but did not
  // decode keeps its predecessor.
  if (chunk.full_state()) remove_what_was_not_named(held);
  std::optional<StagedUpdate> whole = std::move(staged_);
  drop();
  return whole;
}

void Staging::stage(const pb::Resource& resource,
                    const std::map<config::ResourceKey, std::string>& running) {
  auto decoded = wire::decode(resource);
  const auto type = type_of(resource.type());
  if (type) named_.insert({*type, resource.name()});
  if (decoded) {
    staged_->update.upserts.push_back(std::move(*decoded));
    return;
  }
  pb::ResourceError error = error_of(resource, decoded.error());
  if (type) {
    const auto found = running.find({*type, resource.name()});
    if (found != running.end()) error.set_running_version(found->second);
  }
  staged_->errors.push_back(std::move(error));
}

void Staging::stage_removals(const pb::ConfigUpdate& chunk) {
  for (const pb::ResourceName& name : chunk.removals()) {
    if (const auto type = type_of(name.type())) {
      staged_->update.removals.push_back({*type, name.name()});
    }
  }
}

void Staging::remove_what_was_not_named(const std::vector<adopt::HeldResource>& held) {
  std::vector<config::ResourceKey>& removals = staged_->update.removals;
  for (const adopt::HeldResource& resource : held) {
    if (!named_.contains(resource.key)) removals.push_back(resource.key);
  }
  std::sort(removals.begin(), removals.end(), std::greater<>());
  removals.erase(std::unique(removals.begin(), removals.end()), removals.end());
}

}  // namespace postern::control
