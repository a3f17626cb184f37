#include "controller/publish/chunks.h"

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"
#include "postern/config/v1alpha1/config.pb.h"

namespace postern::publish {

namespace {

// Tag and length of an entry in its list.
constexpr std::size_t kEntryOctets = 8;

void put_time(WallTime time, google::protobuf::Timestamp& out) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  out.set_seconds(seconds.count());
  out.set_nanos(static_cast<std::int32_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count()));
}

void put_revision(const Revision& revision, config::v1alpha1::Revision& out) {
  for (const CollectionRevision& from : revision) {
    config::v1alpha1::CollectionRevision& to = *out.add_collections();
    to.set_collection(from.collection);
    to.set_resource_version(from.resource_version);
  }
}

void put_resource(const Upsert& upsert, config::v1alpha1::Resource& out) {
  if (!upsert.base) return wire::encode(*upsert.resource, out);
  wire::encode_delta(*upsert.resource, *upsert.base, out);
  // A delta can be refused where the whole cannot: it has to be worth that.
  const std::size_t told = wire::entries_told(out);
  if (told * 2 > wire::entries_of(*upsert.resource)) wire::encode(*upsert.resource, out);
}

}  // namespace

Chunks::Chunks(Push push, std::size_t most_octets)
    : push_(std::move(push)), most_octets_(most_octets) {}

bool Chunks::next(config::v1alpha1::ConfigUpdate& out) {
  if (ended_) return false;
  out.Clear();
  out.set_nonce(push_.nonce);
  out.set_version(push_.version);
  out.set_full_state(push_.full_state);
  if (!push_.revision.empty()) put_revision(push_.revision, *out.mutable_revision());
  if (push_.caused_at) put_time(*push_.caused_at, *out.mutable_caused_at());
  std::size_t octets = out.ByteSizeLong();
  add_upserts(out, octets);
  if (upserts_added_ == push_.upserts.size()) add_removals(out, octets);
  ended_ = all_added();
  out.set_last_chunk(ended_);
  return true;
}

bool Chunks::all_added() const {
  return upserts_added_ == push_.upserts.size() && removals_added_ == push_.removals.size();
}

void Chunks::add_upserts(config::v1alpha1::ConfigUpdate& out, std::size_t& octets) {
  while (upserts_added_ < push_.upserts.size()) {
    config::v1alpha1::Resource& entry = *out.add_upserts();
    put_resource(push_.upserts[upserts_added_], entry);
    const std::size_t more = entry.ByteSizeLong() + kEntryOctets;
    if (out.upserts_size() > 1 && octets + more > most_octets_) {
      wire::wipe_secrets(entry);
      out.mutable_upserts()->RemoveLast();
      return;
    }
    octets += more;
    ++upserts_added_;
  }
}

void Chunks::add_removals(config::v1alpha1::ConfigUpdate& out, std::size_t& octets) {
  while (removals_added_ < push_.removals.size()) {
    const config::ResourceKey& key = push_.removals[removals_added_];
    octets += key.name.size() + 2 * kEntryOctets;
    const bool alone = out.upserts().empty() && out.removals().empty();
    if (octets > most_octets_ && !alone) return;
    config::v1alpha1::ResourceName& entry = *out.add_removals();
    entry.set_type(wire::to_wire(key.type, wire::kResourceTypes));
    entry.set_name(key.name);
    ++removals_added_;
  }
}

void wipe_secrets(config::v1alpha1::ConfigUpdate& update) {
  for (config::v1alpha1::Resource& resource : *update.mutable_upserts()) {
    wire::wipe_secrets(resource);
  }
}

}  // namespace postern::publish
