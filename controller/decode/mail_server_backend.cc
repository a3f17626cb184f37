// The side towards mail pods.
#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

namespace {

model::BackendPortSpec read_port(const Node& port, const std::string& own_namespace) {
  model::BackendPortSpec out;
  out.protocol = protocol_named(text_at(port, "protocol")).value_or(Protocol::Imap);
  if (const auto number = count_at(port, "port")) {
    out.port = static_cast<std::uint16_t>(*number);
  }
  out.tls = text_at(port, "tls");
  out.client_info = text_at(port, "clientInfo");
  if (const Node* login = port.find("login")) out.login = read_login(*login, own_namespace);
  return out;
}

model::BackendTlsSpec read_backend_tls(const Node& tls, const std::string& own_namespace) {
  model::BackendTlsSpec out;
  out.mode = text_at(tls, "mode");
  for (const Node& ref : items_at(tls, "caCertificateRefs")) {
    out.ca_certificate_refs.push_back(read_bundle_ref(ref, own_namespace));
  }
  out.server_names = texts_at(tls, "serverNames");
  if (const Node* ref = tls.find("clientCertificateRef")) {
    out.client_certificate_ref = read_object_ref(*ref, own_namespace);
  }
  out.verification = text_at(tls, "verification");
  return out;
}

model::StatefulSetBackend read_stateful_set(const Node& set, const std::string& own_namespace) {
  model::StatefulSetBackend out;
  out.stateful_set = read_object_ref(set, own_namespace);
  out.service_name = has(set, "serviceName") ? text_at(set, "serviceName") : out.stateful_set.name;
  out.members = count_at(set, "members").value_or(0);
  return out;
}

void read_where(const Node& backend, const std::string& own_namespace, model::BackendSpec& out) {
  if (const Node* service = backend.find("service")) {
    out.where = model::ServiceBackend{read_object_ref(*service, own_namespace)};
  } else if (const Node* set = backend.find("statefulSet")) {
    out.where = read_stateful_set(*set, own_namespace);
  } else if (const Node* dynamic = backend.find("dynamic")) {
    model::DynamicBackend read;
    for (const std::string& text : texts_at(*dynamic, "allowedCIDRs")) {
      if (const auto network = Network::parse(text)) read.allowed.push_back(*network);
    }
    out.where = std::move(read);
  } else {
    model::AddressesBackend addresses;
    for (const Node& member : items_at(backend, "addresses")) {
      addresses.members.push_back({text_at(member, "name"), text_at(member, "address")});
    }
    out.where = std::move(addresses);
  }
}

}  // namespace

model::BackendSpec read_backend(const Node& backend, const std::string& own_namespace) {
  model::BackendSpec out;
  out.name = text_at(backend, "name");
  read_where(backend, own_namespace, out);
  for (const Node& port : items_at(backend, "ports")) {
    out.ports.push_back(read_port(port, own_namespace));
  }
  if (const Node* tls = backend.find("tls")) out.tls = read_backend_tls(*tls, own_namespace);
  if (const Node* login = backend.find("login")) out.login = read_login(*login, own_namespace);
  out.client_info = text_at(backend, "clientInfo");
  out.members = read_members(backend);
  out.retries = count_at(backend, "retries").value_or(out.retries);
  out.pipelining = text_at(backend, "pipelining");
  out.login_errors = text_at(backend, "loginErrors");
  return out;
}

}  // namespace postern::decode
