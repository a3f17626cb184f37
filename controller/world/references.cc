#include "controller/world/references.h"

namespace postern::world {
namespace {

using model::ObjectKey;

void add_login(const model::LoginSpec& login, std::set<ObjectKey>& out) {
  if (login.secret) out.insert({"Secret", login.secret->object_namespace, login.secret->name});
}

void add_backend(const model::BackendSpec& backend, std::set<ObjectKey>& out) {
  add_login(backend.login, out);
  for (const model::BackendPortSpec& port : backend.ports) {
    if (port.login) add_login(*port.login, out);
  }
  if (const auto* service = std::get_if<model::ServiceBackend>(&backend.where)) {
    out.insert({"Service", service->service.object_namespace, service->service.name});
  }
  if (const auto* set = std::get_if<model::StatefulSetBackend>(&backend.where)) {
    out.insert({"Service", set->stateful_set.object_namespace, set->service_name});
  }
  for (const model::BundleRef& ref : backend.tls.ca_certificate_refs) {
    out.insert({ref.kind, ref.object_namespace, ref.name});
  }
  if (const auto& ref = backend.tls.client_certificate_ref) {
    out.insert({"Secret", ref->object_namespace, ref->name});
  }
}

void add_service(const model::EndpointSpec& endpoint, std::set<ObjectKey>& out) {
  if (const auto& ref = endpoint.service) {
    out.insert({"Service", ref->service.object_namespace, ref->service.name});
  }
  for (const model::BundleRef& ref : endpoint.tls.ca_certificate_refs) {
    out.insert({ref.kind, ref.object_namespace, ref.name});
  }
  if (const auto& ref = endpoint.tls.client_certificate_ref) {
    out.insert({"Secret", ref->object_namespace, ref->name});
  }
  for (const model::HeaderSpec& header : endpoint.headers) {
    if (header.secret) out.insert({"Secret", header.secret->object_namespace, header.secret->name});
  }
}

void add_clients(const model::ClientCertificatesSpec& clients, std::set<ObjectKey>& out) {
  for (const auto* refs : {&clients.ca_certificate_refs, &clients.crl_refs}) {
    for (const model::BundleRef& ref : *refs) {
      out.insert({ref.kind, ref.object_namespace, ref.name});
    }
  }
}

void add_proxy(const std::optional<model::ProxyProtocolSpec>& proxy, std::set<ObjectKey>& out) {
  if (!proxy) return;
  for (const model::ObjectRef& ref : proxy->trusted_services) {
    out.insert({"Service", ref.object_namespace, ref.name});
  }
}

}  // namespace

std::set<ObjectKey> references_of(const model::MailServer& server) {
  std::set<ObjectKey> out;
  if (server.tls) {
    for (const model::ObjectRef& ref : server.tls->certificate_refs) {
      out.insert({"Secret", ref.object_namespace, ref.name});
    }
    if (const auto& ref = server.tls->ticket_keys_ref) {
      out.insert({"Secret", ref->object_namespace, ref->name});
    }
    if (server.tls->client_certificates) add_clients(*server.tls->client_certificates, out);
  }
  for (const model::BackendSpec& backend : server.backends) add_backend(backend, out);
  add_proxy(server.proxy_protocol, out);
  for (const model::ProtocolSpec& protocol : server.protocols) {
    for (const model::ListenerSpec& listener : protocol.listeners) {
      add_proxy(listener.proxy_protocol, out);
    }
  }
  for (const model::ProviderSpec& provider : server.providers) {
    if (const auto* http = provider.http()) add_service(http->endpoint, out);
  }
  const auto add_map = [&](const model::ConfigMapKeyRef& ref) {
    out.insert({"ConfigMap", ref.object_namespace, ref.name});
  };
  for (const model::ConfigMapKeyRef& ref : server.domains_from) add_map(ref);
  for (const model::RoutingTableSpec& table : server.routing.tables) add_map(table.config_map);
  return out;
}

std::set<ObjectKey> references_of(const model::MailClass& mail_class) {
  std::set<ObjectKey> out;
  add_proxy(mail_class.proxy_protocol, out);
  return out;
}

}  // namespace postern::world
