#include "proxy/control/hello.h"

#include <array>
#include <string_view>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"

namespace postern::control {

namespace pb = config::v1alpha1;

namespace {

// What this end of the stream can do, beside what its resources may require.
constexpr std::array<std::string_view, 2> kStreamFeatures{"chunking", "late-reject"};

pb::ConfigOrigin origin_of(Origin origin) {
  switch (origin) {
    case Origin::None: return pb::CONFIG_ORIGIN_UNSPECIFIED;
    case Origin::Stream: return pb::CONFIG_ORIGIN_STREAM;
    case Origin::Disk: return pb::CONFIG_ORIGIN_DISK;
  }
  return pb::CONFIG_ORIGIN_UNSPECIFIED;
}

void put_node(const Node& from, pb::NodeIdentity& to) {
  to.set_proxy_name(from.proxy_name);
  to.set_ingress_class(from.ingress_class);
  to.set_instance_id(from.instance_id);
  to.set_build_version(from.build_version);
}

void put_held(const adopt::Adopter& adopter, pb::Hello& hello) {
  for (const adopt::HeldResource& held : adopter.held()) {
    pb::ResourceVersion& entry = *hello.add_held();
    entry.set_type(wire::to_wire(held.key.type, wire::kResourceTypes));
    entry.set_name(held.key.name);
    entry.set_version(held.version);
  }
}

}  // namespace

pb::ProxyMessage hello_message(const Node& node, const adopt::Adopter& adopter,
                               const Provenance& provenance) {
  pb::ProxyMessage message;
  pb::Hello& hello = *message.mutable_hello();
  put_node(node, *hello.mutable_node());
  hello.set_min_protocol(kProtocol);
  hello.set_max_protocol(kProtocol);
  for (const std::string_view feature : kStreamFeatures) hello.add_features(std::string(feature));
  for (const std::string_view feature : wire::known_features()) {
    hello.add_features(std::string(feature));
  }
  put_held(adopter, hello);
  hello.set_applied_version(adopter.version());
  hello.set_origin(origin_of(provenance.origin));
  for (const adopt::CollectionRevision& one : provenance.revision) {
    pb::CollectionRevision& entry = *hello.mutable_applied_revision()->add_collections();
    entry.set_collection(one.collection);
    entry.set_resource_version(one.resource_version);
  }
  hello.set_max_update_bytes(node.max_update_bytes);
  return message;
}

adopt::Revision revision_of(const pb::Revision& message) {
  adopt::Revision revision;
  for (const pb::CollectionRevision& one : message.collections()) {
    revision.push_back({one.collection(), one.resource_version()});
  }
  return revision;
}

}  // namespace postern::control
