// One pair of functions for each kind of resource, and one for a delta of endpoints. Only files of
// this room call them.
#pragma once

#include "common/wire/decoding.h"

namespace postern::wire {

void encode_secret(const config::SecretMaterial& secret, pb::Secret& out);
void encode_backend(const config::Backend& backend, pb::Backend& out);
void encode_members(const config::Backend& backend, pb::Backend& out);
void encode_endpoint(const config::Endpoint& endpoint, pb::Endpoint& out);
void encode_endpoints(const config::EndpointSet& endpoints, pb::Endpoints& out);
void encode_endpoint_delta(const config::EndpointSet& now, const config::EndpointSet& base,
                           pb::EndpointDelta& out);
void encode_table(const config::Table& table, pb::Table& out);
void encode_provider(const config::Provider& provider, pb::Provider& out);
void encode_routing(const config::Routing& routing, pb::Routing& out);
void encode_server(const config::Server& server, pb::Server& out);
void encode_client_certificates(const config::ClientCertificates& rules,
                                pb::ClientCertificates& out);
void encode_listener(const config::Listener& listener, pb::Listener& out);
void encode_class_terms(const config::ClassTerms& terms, pb::ClassTerms& out);
void encode_ticket_keys(const config::TicketKeys& keys, pb::TicketKeys& out);
// All but the tenants, and those as a delta.
void encode_listener_delta(const config::Listener& now, const config::Resource& base,
                           pb::Listener& out);

[[nodiscard]] config::SecretMaterial decode_secret(const pb::Secret& message, Decoding& decoding);
[[nodiscard]] config::Backend decode_backend(const pb::Backend& message, Decoding& decoding);
// Which member, and whether it can be used: balancing, health, places, redirects.
void decode_members(const pb::Backend& message, config::Backend& backend, Decoding& decoding);
// `base`: what is held under that name, for a delta; null: nothing.
[[nodiscard]] config::EndpointSet decode_endpoints(const pb::Endpoints& message,
                                                   const config::Resource* base,
                                                   Decoding& decoding);
[[nodiscard]] config::Endpoint decode_endpoint(const pb::Endpoint& message, const FieldPath& here,
                                               Decoding& decoding);
[[nodiscard]] config::EndpointSet decode_endpoint_delta(const pb::EndpointDelta& message,
                                                        const config::Resource* base,
                                                        Decoding& decoding);
[[nodiscard]] config::Table decode_table(const pb::Table& message, Decoding& decoding);
[[nodiscard]] config::Provider decode_provider(const pb::Provider& message, Decoding& decoding);
[[nodiscard]] config::Routing decode_routing(const pb::Routing& message, Decoding& decoding);
[[nodiscard]] config::Server decode_server(const pb::Server& message, Decoding& decoding);
[[nodiscard]] config::ClientCertificates decode_client_certificates(
    const pb::ClientCertificates& message, Decoding& decoding);
[[nodiscard]] config::ClassTerms decode_class_terms(const pb::ClassTerms& message,
                                                    Decoding& decoding);
[[nodiscard]] config::TicketKeys decode_ticket_keys(const pb::TicketKeys& message,
                                                    Decoding& decoding);
[[nodiscard]] config::Listener decode_listener(const pb::Listener& message,
                                               const config::Resource* base, Decoding& decoding);

}  // namespace postern::wire
