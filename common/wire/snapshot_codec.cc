#include "common/wire/snapshot_codec.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "common/base/ascii.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/wire/bodies.h"

namespace postern::wire {

namespace {

struct BodyEncoder {
  pb::Resource& out;
  void operator()(const config::SecretMaterial& secret) const {
    encode_secret(secret, *out.mutable_secret());
  }
  void operator()(const config::Backend& backend) const {
    encode_backend(backend, *out.mutable_backend());
  }
  void operator()(const config::EndpointSet& endpoints) const {
    encode_endpoints(endpoints, *out.mutable_endpoints());
  }
  void operator()(const config::Table& table) const { encode_table(table, *out.mutable_table()); }
  void operator()(const config::Provider& provider) const {
    encode_provider(provider, *out.mutable_provider());
  }
  void operator()(const config::Server& server) const {
    encode_server(server, *out.mutable_server());
  }
  void operator()(const config::Listener& listener) const {
    encode_listener(listener, *out.mutable_listener());
  }
  void operator()(const config::ClassTerms& terms) const {
    encode_class_terms(terms, *out.mutable_class_terms());
  }
  void operator()(const config::TicketKeys& keys) const {
    encode_ticket_keys(keys, *out.mutable_ticket_keys());
  }
};

void encode_content(const config::Resource& resource, pb::Resource& out) {
  out.set_type(to_wire(resource.type(), kResourceTypes));
  put_texts(resource.required_features, out.mutable_required_features());
  std::visit(BodyEncoder{out}, resource.body);
}

config::ResourceBody decode_body(const pb::Resource& message, const config::Resource* base,
                                 Decoding& decoding) {
  switch (message.body_case()) {
    case pb::Resource::kSecret: return decode_secret(message.secret(), decoding);
    case pb::Resource::kBackend: return decode_backend(message.backend(), decoding);
    case pb::Resource::kEndpoints: return decode_endpoints(message.endpoints(), base, decoding);
    case pb::Resource::kTable: return decode_table(message.table(), decoding);
    case pb::Resource::kProvider: return decode_provider(message.provider(), decoding);
    case pb::Resource::kServer: return decode_server(message.server(), decoding);
    case pb::Resource::kListener: return decode_listener(message.listener(), base, decoding);
    case pb::Resource::kClassTerms: return decode_class_terms(message.class_terms(), decoding);
    case pb::Resource::kTicketKeys: return decode_ticket_keys(message.ticket_keys(), decoding);
    case pb::Resource::BODY_NOT_SET: break;
  }
  decoding.refuse({nullptr, "body"}, "is not set, or of a kind that this build does not know",
                  DecodeFailure::Unsupported);
  return config::SecretMaterial{};
}

config::SourceList decode_sources(const pb::Resource& message) {
  std::vector<config::SourceRef> sources;
  sources.reserve(static_cast<std::size_t>(message.sources_size()));
  for (const pb::SourceRef& from : message.sources()) {
    sources.push_back({from.kind(), from.namespace_(), from.name(), from.uid(), from.generation()});
  }
  return sources;
}

// For people who look at a proxy. The controller knows them all, and writes a refusal to each; a
// port that a thousand MailServers share need not carry their names to every proxy.
constexpr std::size_t kMostSources = 8;

void encode_sources(const config::Resource& resource, pb::Resource& out) {
  std::size_t told = 0;
  for (const config::SourceRef& from : resource.sources) {
    if (++told > kMostSources) break;
    pb::SourceRef& to = *out.add_sources();
    to.set_kind(from.kind);
    to.set_namespace_(from.object_namespace);
    to.set_name(from.name);
    to.set_uid(from.uid);
    to.set_generation(from.generation);
  }
}

constexpr std::array kKnownFeatures{kBackendLogin,
                                    config::kBalancing,
                                    kByteRate,
                                    config::kClassConnections,
                                    kClientCertificates,
                                    kConnectionRate,
                                    kConnectionsPerUser,
                                    kDomains,
                                    config::kDrain,
                                    kEndpointDelta,
                                    kListenerAddresses,
                                    kListenerProxyProtocol,
                                    kLoginProtection,
                                    kMasterUsers,
                                    config::kOwnTicketKeys,
                                    kProviders,
                                    config::kRouting,
                                    config::kTicketKeys,
                                    kTenantsDelta,
                                    kUserNames};

// What this build can obey. A resource that asks for more is refused, never served without it.
void check_features(const pb::Resource& message, Decoding& decoding) {
  for (const std::string& feature : message.required_features()) {
    if (std::find(kKnownFeatures.begin(), kKnownFeatures.end(), feature) != kKnownFeatures.end()) {
      continue;
    }
    decoding.refuse(
        {nullptr, "required_features"},
        fmt::format("this build does not have the feature '{}'", printable(feature, 64)),
        DecodeFailure::Unsupported);
  }
}

// Everything but the content, which is whole or a delta.
void encode_frame(const config::Resource& resource, pb::Resource& out) {
  wipe_secrets(out);
  out.Clear();
  out.set_name(resource.name);
  out.set_version(resource.version);
  encode_sources(resource, out);
}

void wipe_text(std::string& text) {
  wipe(text.data(), text.size());
  text.clear();
}

// Sized once: a string that grows would leave copies of private keys behind.
std::string serialised(const pb::Resource& message) {
  std::string octets(message.ByteSizeLong(), '\0');
  google::protobuf::io::ArrayOutputStream array(octets.data(), static_cast<int>(octets.size()));
  google::protobuf::io::CodedOutputStream out(&array);
  out.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&out);
  out.Trim();
  check(!out.HadError(), "a resource must serialise into the size it said");
  return octets;
}

}  // namespace

std::span<const std::string_view> known_features() { return kKnownFeatures; }

void encode(const config::Resource& resource, pb::Resource& out) {
  encode_frame(resource, out);
  encode_content(resource, out);
}

void encode_delta(const config::Resource& now, const config::Resource& base, pb::Resource& out) {
  encode_frame(now, out);
  out.set_type(to_wire(now.type(), kResourceTypes));
  put_texts(now.required_features, out.mutable_required_features());
  if (const auto* listener = now.as<config::Listener>()) {
    return encode_listener_delta(*listener, base, *out.mutable_listener());
  }
  pb::EndpointDelta& delta = *out.mutable_endpoints()->mutable_delta();
  delta.set_base_version(base.version);
  encode_endpoint_delta(std::get<config::EndpointSet>(now.body),
                        std::get<config::EndpointSet>(base.body), delta);
}

std::size_t entries_of(const config::Resource& resource) {
  if (const auto* listener = resource.as<config::Listener>()) {
    return listener->tenants.size();
  }
  const auto* set = std::get_if<config::EndpointSet>(&resource.body);
  return set ? set->endpoints.size() : 0;
}

std::size_t entries_told(const pb::Resource& delta) {
  const pb::EndpointDelta& endpoints = delta.endpoints().delta();
  return static_cast<std::size_t>(delta.listener().tenants_delta().tenants_size()) +
         static_cast<std::size_t>(endpoints.upserts_size()) +
         static_cast<std::size_t>(endpoints.removed_ids_size());
}

std::string_view delta_feature(config::ResourceType type) {
  switch (type) {
    case config::ResourceType::Endpoints: return kEndpointDelta;
    case config::ResourceType::Listener: return kTenantsDelta;
    default: return {};
  }
}

Result<config::Resource, DecodeError> decode(const pb::Resource& message,
                                             const config::Resource* base) {
  Decoding decoding;
  config::Resource resource;
  resource.name = message.name();
  resource.version = message.version();
  decoding.required(resource.name, {nullptr, "name"});
  decoding.required(resource.version, {nullptr, "version"});
  check_features(message, decoding);
  resource.required_features = texts(message.required_features());
  resource.sources = decode_sources(message);
  resource.body = decode_body(message, base, decoding);
  const auto type = decoding.choice(message.type(), kResourceTypes, {nullptr, "type"});
  if (type != resource.type()) decoding.refuse({nullptr, "type"}, "is not the type of the body");
  // What a delta of endpoints leads to is only known to be right by its hash.
  if (!decoding.error() && message.endpoints().has_delta() &&
      version_of(resource) != resource.version) {
    decoding.refuse({nullptr, "version"}, "is not what the delta leads to",
                    DecodeFailure::MissingBase);
  }
  if (const auto& error = decoding.error()) return Fail<DecodeError>(*error);
  return resource;
}

std::string octets(const config::Resource& resource) {
  pb::Resource message;
  encode(resource, message);
  std::string octets = serialised(message);
  wipe_secrets(message);
  return octets;
}

Result<config::Resource, DecodeError> from_octets(std::string_view octets) {
  pb::Resource message;
  const bool parsed = message.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
  auto resource = parsed ? decode(message)
                         : Fail<DecodeError>(DecodeError{
                               DecodeFailure::Invalid, {}, "the octets are no resource message"});
  wipe_secrets(message);
  return resource;
}

std::string version_of(const config::Resource& resource) { return weigh(resource).version; }

// In an arena: a port of a thousand tenants is many small things.
Weighed weigh(const config::Resource& resource) {
  google::protobuf::Arena arena;
  pb::Resource& message = *google::protobuf::Arena::CreateMessage<pb::Resource>(&arena);
  encode_content(resource, message);
  std::string octets = serialised(message);
  const Sha256 digest = sha256(octets);
  wipe(octets.data(), octets.size());
  Weighed out{hex(digest).substr(0, 32), 0};
  message.set_name(resource.name);
  message.set_version(out.version);
  encode_sources(resource, message);
  out.octets = message.ByteSizeLong();
  wipe_secrets(message);
  return out;
}

std::size_t octets_of(const config::Resource& resource) {
  pb::Resource message;
  encode(resource, message);
  const std::size_t octets = message.ByteSizeLong();
  wipe_secrets(message);
  return octets;
}

void wipe_secrets(pb::Resource& message) {
  if (message.secret().has_key_pair()) {
    wipe_text(*message.mutable_secret()->mutable_key_pair()->mutable_key_pem());
  }
  if (message.secret().has_tickets()) {
    wipe_text(*message.mutable_secret()->mutable_tickets()->mutable_masters());
  }
  if (message.secret().has_text()) {
    wipe_text(*message.mutable_secret()->mutable_text()->mutable_text());
  }
  if (message.secret().has_credentials()) {
    wipe_text(*message.mutable_secret()->mutable_credentials()->mutable_password());
  }
  if (message.has_ticket_keys()) {
    wipe_text(*message.mutable_ticket_keys()->mutable_next());
    wipe_text(*message.mutable_ticket_keys()->mutable_current());
    wipe_text(*message.mutable_ticket_keys()->mutable_previous());
  }
}

}  // namespace postern::wire
