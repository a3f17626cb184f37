// Lists that bodies of several kinds have: mechanisms, networks, and TLS towards somebody else.
// Only files of this room call them.
#pragma once

#include <string>
#include <vector>

#include "common/wire/decoding.h"

namespace postern::wire {

using TextList = google::protobuf::RepeatedPtrField<std::string>;
using MechanismList = google::protobuf::RepeatedField<int>;

void encode_mechanisms(MechanismSet mechanisms, MechanismList& out);
[[nodiscard]] MechanismSet decode_mechanisms(const MechanismList& list, const FieldPath& here,
                                             Decoding& decoding);

// A list of more networks than anybody writes would be looked through for each connection.
inline constexpr int kMostNetworks = 16'384;
void encode_networks(const std::vector<Network>& networks, TextList& out);
[[nodiscard]] std::vector<Network> decode_networks(const TextList& list, const FieldPath& here,
                                                   Decoding& decoding);

void encode_backend_tls(const config::BackendTls& tls, pb::BackendTls& out);
[[nodiscard]] config::BackendTls decode_backend_tls(const pb::BackendTls& message,
                                                    const FieldPath& here, Decoding& decoding);

}  // namespace postern::wire
