#include "common/wire/bodies.h"

namespace postern::wire {

namespace {

void encode_tenant(const config::Tenant& tenant, pb::Tenant& out) {
  out.set_server(tenant.server);
  put_texts(tenant.hostnames, out.mutable_hostnames());
  out.set_plaintext(to_wire(tenant.plaintext, kPlaintexts));
  out.set_max_connections(tenant.max_connections);
}

config::Tenant decode_tenant(const pb::Tenant& message, const FieldPath& here, Decoding& decoding) {
  config::Tenant tenant;
  tenant.server = message.server();
  decoding.required(tenant.server, here / "server");
  tenant.hostnames = texts(message.hostnames());
  tenant.plaintext = decoding.choice(message.plaintext(), kPlaintexts, here / "plaintext");
  tenant.max_connections = message.max_connections();
  return tenant;
}

}  // namespace

void encode_listener(const config::Listener& listener, pb::Listener& out) {
  out.set_port(listener.port);
  out.set_protocol(to_wire(listener.protocol, kProtocols));
  out.set_tls(to_wire(listener.tls, kListenerTls));
  for (const config::Tenant& tenant : listener.tenants) encode_tenant(tenant, *out.add_tenants());
}

config::Listener decode_listener(const pb::Listener& message, Decoding& decoding) {
  config::Listener listener;
  listener.port = decoding.port(message.port(), {nullptr, "port"});
  listener.protocol = decoding.choice(message.protocol(), kProtocols, {nullptr, "protocol"});
  listener.tls = decoding.choice(message.tls(), kListenerTls, {nullptr, "tls"});
  if (message.tenants().empty()) decoding.refuse({nullptr, "tenants"}, "is empty");
  for (int i = 0; i < message.tenants_size(); ++i) {
    const FieldPath here{nullptr, "tenants", i};
    listener.tenants.push_back(decode_tenant(message.tenants(i), here, decoding));
  }
  return listener;
}

}  // namespace postern::wire
