// Builders of API objects: a test shows only what matters to it. Chains end by value:
// mk_server("mail/example").hostnames({"mail.example.com"}).backend(mk_service_backend("mailbox")).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/model/objects.h"

namespace postern::testing {

inline model::Meta mk_meta(std::string_view kind, std::string_view path) {
  const std::size_t slash = path.find('/');
  model::Meta meta;
  meta.key = {std::string(kind), std::string(path.substr(0, slash)),
              std::string(path.substr(slash + 1))};
  meta.uid = "uid-of-" + meta.key.name;
  meta.generation = 1;
  return meta;
}

inline model::ListenerSpec mk_listener(std::uint16_t port, const std::string& tls,
                                       const std::string& plaintext = "Refuse") {
  model::ListenerSpec listener;
  listener.port = port;
  listener.tls = tls;
  listener.plaintext = plaintext;
  return listener;
}

inline model::ProtocolSpec mk_imap(std::vector<model::ListenerSpec> listeners = {
                                       mk_listener(143, "StartTLS"),
                                       mk_listener(993, "Implicit")}) {
  model::ProtocolSpec imap;
  imap.protocol = Protocol::Imap;
  imap.listeners = std::move(listeners);
  return imap;
}

inline model::BackendSpec mk_service_backend(const std::string& name,
                                             const std::string& service = "dovecot",
                                             const std::string& ns = "mail") {
  model::BackendSpec backend;
  backend.name = name;
  backend.where = model::ServiceBackend{{service, ns}};
  return backend;
}

inline model::BackendSpec mk_stateful_backend(const std::string& name, std::uint32_t members,
                                              const std::string& set = "dovecot") {
  model::BackendSpec backend;
  backend.name = name;
  backend.where = model::StatefulSetBackend{{set, "mail"}, set, members};
  return backend;
}

inline model::BackendSpec mk_address_backend(const std::string& name,
                                             std::vector<model::AddressMember> members) {
  model::BackendSpec backend;
  backend.name = name;
  backend.where = model::AddressesBackend{std::move(members)};
  return backend;
}

// A MailServer with IMAP on 143 and 993, mail.example.com and the certificate mail-tls.
class MkServer {
 public:
  explicit MkServer(std::string_view path) {
    server_.meta = mk_meta("MailServer", path);
    server_.hostnames = {"mail.example.com"};
    server_.protocols = {mk_imap()};
    server_.tls.emplace();
    server_.tls->certificate_refs = {{"mail-tls", server_.meta.key.object_namespace}};
  }
  MkServer& hostnames(std::vector<std::string> names) {
    server_.hostnames = std::move(names);
    return *this;
  }
  MkServer& imap(model::ProtocolSpec imap) {
    server_.protocols = {std::move(imap)};
    server_.protocols_written = true;
    return *this;
  }
  MkServer& certificate(const std::string& name) {
    server_.tls->certificate_refs = {{name, server_.meta.key.object_namespace}};
    return *this;
  }
  MkServer& backend(model::BackendSpec backend) {
    server_.backends.push_back(std::move(backend));
    return *this;
  }
  MkServer& created(const std::string& timestamp) {
    server_.meta.creation_timestamp = timestamp;
    return *this;
  }
  MkServer& in_class(const std::string& name) {
    server_.ingress_class_name = name;
    return *this;
  }
  // For what has no word of its own here.
  template <class Change>
  MkServer& with(Change change) {
    change(server_);
    return *this;
  }
  operator model::MailServer() const { return server_; }

 private:
  model::MailServer server_;
};
inline MkServer mk_server(std::string_view path = "mail/example") { return MkServer(path); }

inline model::SecretObject mk_tls_secret(std::string_view path,
                                         std::vector<std::string> dns_names) {
  model::SecretObject secret;
  secret.meta = mk_meta("Secret", path);
  secret.type = "kubernetes.io/tls";
  secret.data.emplace("tls.crt", SharedSecret("chain of " + std::string(path)));
  secret.data.emplace("tls.key", SharedSecret("key of " + std::string(path)));
  secret.certificate = model::CertificateFacts{std::move(dns_names), 0, 4'000'000'000, ""};
  return secret;
}

inline model::SecretObject mk_secret(std::string_view path, std::string_view key,
                                     std::string_view value) {
  model::SecretObject secret;
  secret.meta = mk_meta("Secret", path);
  secret.type = "Opaque";
  secret.data.emplace(std::string(key), SharedSecret(value));
  return secret;
}

inline model::ConfigMapObject mk_config_map(std::string_view path, const std::string& key,
                                            const std::string& value) {
  model::ConfigMapObject map;
  map.meta = mk_meta("ConfigMap", path);
  map.data[key] = value;
  return map;
}

inline model::ServicePort mk_port(const std::string& name, std::uint16_t port,
                                  std::uint16_t target = 0, const std::string& app_protocol = "") {
  model::ServicePort out;
  out.name = name;
  out.port = port;
  out.target_port = target;
  out.app_protocol = app_protocol;
  return out;
}

inline model::ServiceObject mk_service(std::string_view path,
                                       std::vector<model::ServicePort> ports) {
  model::ServiceObject service;
  service.meta = mk_meta("Service", path);
  service.ports = std::move(ports);
  service.has_selector = true;
  return service;
}

inline model::SliceEndpoint mk_endpoint(std::string_view address, const std::string& pod = "") {
  model::SliceEndpoint endpoint;
  endpoint.addresses = {*IpAddress::parse(address)};
  endpoint.target_pod = pod;
  return endpoint;
}

inline model::EndpointSliceObject mk_slice(std::string_view path, const std::string& service,
                                           std::vector<model::SlicePort> ports,
                                           std::vector<model::SliceEndpoint> endpoints) {
  model::EndpointSliceObject slice;
  slice.meta = mk_meta("EndpointSlice", path);
  slice.service = service;
  slice.ports = std::move(ports);
  slice.endpoints = std::move(endpoints);
  return slice;
}

}  // namespace postern::testing
