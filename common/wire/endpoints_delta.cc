// What is other between two sets of endpoints, both sorted by id. A set that is not sorted gives a
// delta that does not lead to it; the version, which is of the whole set, tells.
#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "common/wire/bodies.h"

namespace postern::wire {

namespace {

bool before(const config::Endpoint& a, const config::Endpoint& b) { return a.id < b.id; }

const config::EndpointSet* held(const config::Resource* base, const std::string& version) {
  if (base == nullptr || base->version != version) return nullptr;
  return std::get_if<config::EndpointSet>(&base->body);
}

}  // namespace

void encode_endpoint_delta(const config::EndpointSet& now, const config::EndpointSet& base,
                           pb::EndpointDelta& out) {
  auto old = base.endpoints.begin();
  const auto remove_until = [&](const config::Endpoint* next) {
    for (; old != base.endpoints.end() && (next == nullptr || old->id < next->id); ++old) {
      out.add_removed_ids(old->id);
    }
  };
  for (const config::Endpoint& endpoint : now.endpoints) {
    remove_until(&endpoint);
    const bool known = old != base.endpoints.end() && old->id == endpoint.id;
    if (!known || *old != endpoint) encode_endpoint(endpoint, *out.add_upserts());
    if (known) ++old;
  }
  remove_until(nullptr);
}

config::EndpointSet decode_endpoint_delta(const pb::EndpointDelta& message,
                                          const config::Resource* base, Decoding& decoding) {
  config::EndpointSet set;
  const config::EndpointSet* from = held(base, message.base_version());
  if (from == nullptr) {
    decoding.refuse({nullptr, "delta.base_version"}, "is not the version that is held here",
                    DecodeFailure::MissingBase);
    return set;
  }
  std::vector<config::Endpoint> upserts;
  std::unordered_set<std::string_view> replaced;
  for (int i = 0; i < message.upserts_size(); ++i) {
    const FieldPath here{nullptr, "upserts", i};
    upserts.push_back(decode_endpoint(message.upserts(i), here, decoding));
    replaced.insert(message.upserts(i).id());
  }
  for (const std::string& id : message.removed_ids()) replaced.insert(id);
  for (const config::Endpoint& endpoint : from->endpoints) {
    if (!replaced.contains(endpoint.id)) set.endpoints.push_back(endpoint);
  }
  set.endpoints.insert(set.endpoints.end(), std::make_move_iterator(upserts.begin()),
                       std::make_move_iterator(upserts.end()));
  std::sort(set.endpoints.begin(), set.endpoints.end(), before);
  return set;
}

}  // namespace postern::wire
