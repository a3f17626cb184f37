#include <algorithm>

#include "common/wire/bodies.h"
#include "common/wire/lists.h"
#include "common/wire/login_body.h"

namespace postern::wire {

namespace {

void encode_port(const config::BackendPort& port, pb::BackendPort& out) {
  out.set_protocol(to_wire(port.protocol, kProtocols));
  out.set_tls(to_wire(port.tls, kBackendTlsModes));
  out.set_client_identity(to_wire(port.client_info, kClientIdentities));
  out.set_password_mechanism(to_wire(port.password_mechanism, kPasswordMechanisms));
  if (port.login != config::BackendLogin{}) encode_login(port.login, *out.mutable_login());
}

config::BackendPort decode_port(const pb::BackendPort& message, const FieldPath& here,
                                Decoding& decoding) {
  config::BackendPort port;
  port.protocol = decoding.choice(message.protocol(), kProtocols, here / "protocol");
  port.tls = decoding.choice(message.tls(), kBackendTlsModes, here / "tls");
  port.client_info =
      decoding.choice(message.client_identity(), kClientIdentities, here / "client_identity");
  port.password_mechanism = decoding.choice(message.password_mechanism(), kPasswordMechanisms,
                                            here / "password_mechanism");
  if (message.has_login()) port.login = decode_login(message.login(), here / "login", decoding);
  return port;
}

SipKey decode_seed(const std::string& octets, Decoding& decoding) {
  SipKey seed{};
  if (octets.size() != seed.size()) {
    decoding.refuse({nullptr, "seed"}, "is not 16 octets long");
  } else {
    std::copy(octets.begin(), octets.end(), reinterpret_cast<char*>(seed.data()));
  }
  return seed;
}

}  // namespace

void encode_backend(const config::Backend& backend, pb::Backend& out) {
  out.set_name(backend.name);
  for (const config::BackendPort& port : backend.ports) encode_port(port, *out.add_ports());
  encode_backend_tls(backend.tls, *out.mutable_tls());
  put_texts(backend.declared_members, out.mutable_declared_members());
  out.set_seed(backend.seed.data(), backend.seed.size());
  out.set_on_unavailable(to_wire(backend.on_unavailable, kOnUnavailable));
  out.set_retries(backend.retries);
  out.set_pipelining(to_wire(backend.pipelining, kPipelinings));
  out.set_login_errors(to_wire(backend.login_errors, kLoginErrors));
  encode_networks(backend.dynamic, *out.mutable_dynamic());
  encode_members(backend, out);
}

config::Backend decode_backend(const pb::Backend& message, Decoding& decoding) {
  config::Backend backend;
  backend.name = message.name();
  for (int i = 0; i < message.ports_size(); ++i) {
    const FieldPath here{nullptr, "ports", i};
    backend.ports.push_back(decode_port(message.ports(i), here, decoding));
  }
  backend.tls = decode_backend_tls(message.tls(), {nullptr, "tls"}, decoding);
  backend.declared_members = texts(message.declared_members());
  backend.seed = decode_seed(message.seed(), decoding);
  backend.on_unavailable =
      decoding.choice(message.on_unavailable(), kOnUnavailable, {nullptr, "on_unavailable"});
  backend.retries = message.retries();
  backend.pipelining = decoding.choice(message.pipelining(), kPipelinings, {nullptr, "pipelining"});
  backend.login_errors =
      decoding.choice(message.login_errors(), kLoginErrors, {nullptr, "login_errors"});
  backend.dynamic = decode_networks(message.dynamic(), {nullptr, "dynamic"}, decoding);
  decode_members(message, backend, decoding);
  return backend;
}

}  // namespace postern::wire
