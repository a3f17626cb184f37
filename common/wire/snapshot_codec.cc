#include "common/wire/snapshot_codec.h"

#include <fmt/format.h>
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
  void operator()(const config::Server& server) const {
    encode_server(server, *out.mutable_server());
  }
  void operator()(const config::Listener& listener) const {
    encode_listener(listener, *out.mutable_listener());
  }
};

void encode_content(const config::Resource& resource, pb::Resource& out) {
  out.set_type(to_wire(resource.type(), kResourceTypes));
  std::visit(BodyEncoder{out}, resource.body);
}

config::ResourceBody decode_body(const pb::Resource& message, Decoding& decoding) {
  switch (message.body_case()) {
    case pb::Resource::kSecret: return decode_secret(message.secret(), decoding);
    case pb::Resource::kBackend: return decode_backend(message.backend(), decoding);
    case pb::Resource::kEndpoints: return decode_endpoints(message.endpoints(), decoding);
    case pb::Resource::kServer: return decode_server(message.server(), decoding);
    case pb::Resource::kListener: return decode_listener(message.listener(), decoding);
    case pb::Resource::BODY_NOT_SET: break;
  }
  decoding.refuse({nullptr, "body"}, "is not set, or of a kind that this build does not know",
                  DecodeFailure::Unsupported);
  return config::SecretMaterial{};
}

std::vector<config::SourceRef> decode_sources(const pb::Resource& message) {
  std::vector<config::SourceRef> sources;
  for (const pb::SourceRef& from : message.sources()) {
    sources.push_back({from.kind(), from.namespace_(), from.name(), from.uid(), from.generation()});
  }
  return sources;
}

void encode_sources(const config::Resource& resource, pb::Resource& out) {
  for (const config::SourceRef& from : resource.sources) {
    pb::SourceRef& to = *out.add_sources();
    to.set_kind(from.kind);
    to.set_namespace_(from.object_namespace);
    to.set_name(from.name);
    to.set_uid(from.uid);
    to.set_generation(from.generation);
  }
}

// What this build can obey. A resource that asks for more is refused, never served without it.
void check_features(const pb::Resource& message, Decoding& decoding) {
  if (message.required_features().empty()) return;
  decoding.refuse({nullptr, "required_features"},
                  fmt::format("this build does not have the feature '{}'",
                              printable(message.required_features(0), 64)),
                  DecodeFailure::Unsupported);
}

}  // namespace

void encode(const config::Resource& resource, pb::Resource& out) {
  wipe_secrets(out);
  out.Clear();
  out.set_name(resource.name);
  out.set_version(resource.version);
  encode_sources(resource, out);
  encode_content(resource, out);
}

Result<config::Resource, DecodeError> decode(const pb::Resource& message) {
  Decoding decoding;
  config::Resource resource;
  resource.name = message.name();
  resource.version = message.version();
  decoding.required(resource.name, {nullptr, "name"});
  decoding.required(resource.version, {nullptr, "version"});
  check_features(message, decoding);
  resource.sources = decode_sources(message);
  resource.body = decode_body(message, decoding);
  const auto type = decoding.choice(message.type(), kResourceTypes, {nullptr, "type"});
  if (type != resource.type()) decoding.refuse({nullptr, "type"}, "is not the type of the body");
  if (decoding.error()) return Fail<DecodeError>(*decoding.error());
  return resource;
}

std::string version_of(const config::Resource& resource) {
  pb::Resource message;
  encode_content(resource, message);
  // Sized once: a string that grows would leave copies of private keys behind.
  std::string octets(message.ByteSizeLong(), '\0');
  google::protobuf::io::ArrayOutputStream array(octets.data(), static_cast<int>(octets.size()));
  google::protobuf::io::CodedOutputStream out(&array);
  out.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&out);
  out.Trim();
  check(!out.HadError(), "a resource must serialise into the size it said");
  const Sha256 digest = sha256(octets);
  wipe(octets.data(), octets.size());
  wipe_secrets(message);
  return hex(digest).substr(0, 32);
}

std::size_t octets_of(const config::Resource& resource) {
  pb::Resource message;
  encode(resource, message);
  const std::size_t octets = message.ByteSizeLong();
  wipe_secrets(message);
  return octets;
}

void wipe_secrets(pb::Resource& message) {
  if (!message.has_secret() || !message.secret().has_key_pair()) return;
  std::string& key = *message.mutable_secret()->mutable_key_pair()->mutable_key_pem();
  wipe(key.data(), key.size());
  key.clear();
}

}  // namespace postern::wire
