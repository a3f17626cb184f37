// One pair of functions for each kind of resource. Only snapshot_codec.cc calls them.
#pragma once

#include "common/wire/decoding.h"

namespace postern::wire {

void encode_secret(const config::SecretMaterial& secret, pb::Secret& out);
void encode_backend(const config::Backend& backend, pb::Backend& out);
void encode_endpoints(const config::EndpointSet& endpoints, pb::Endpoints& out);
void encode_server(const config::Server& server, pb::Server& out);
void encode_listener(const config::Listener& listener, pb::Listener& out);

[[nodiscard]] config::SecretMaterial decode_secret(const pb::Secret& message, Decoding& decoding);
[[nodiscard]] config::Backend decode_backend(const pb::Backend& message, Decoding& decoding);
[[nodiscard]] config::EndpointSet decode_endpoints(const pb::Endpoints& message,
                                                   Decoding& decoding);
[[nodiscard]] config::Server decode_server(const pb::Server& message, Decoding& decoding);
[[nodiscard]] config::Listener decode_listener(const pb::Listener& message, Decoding& decoding);

}  // namespace postern::wire
