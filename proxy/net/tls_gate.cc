#include "proxy/net/tls_gate.h"

#include <openssl/err.h>

#include <algorithm>

#include "common/base/check.h"
#include "proxy/net/client_certificate.h"
#include "proxy/net/tls_marks.h"

namespace postern::net {

namespace {

const Gate* gate_of(const SSL* tls) {
  const HelloMark* const mark = marked_hello(tls);
  return mark ? static_cast<const Gate*>(mark->keeps.get()) : nullptr;
}

const GateTenant* tenant_of(const SSL* tls) {
  const Gate* const gate = gate_of(tls);
  return gate ? gate->tenants[marked_hello(tls)->tenant].get() : nullptr;
}

// Before anything of the hello is used: tenant, then policy, then session context. Tickets are
// opened after this, by the chosen tenant's keys.
int on_client_hello(SSL* tls, int* alert, void*) {
  const Gate* const gate = gate_of(tls);
  HelloMark& mark = *marked_hello(tls);
  auto asked = asked_name(tls);
  if (!asked) {
    *alert = asked.error();
    return SSL_CLIENT_HELLO_ERROR;
  }
  const auto owner = gate->names->find(*asked);
  const bool unknown = !asked->empty() && !owner;
  if (unknown && gate->unknown_names == config::UnknownNames::Reject) {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_CLIENT_HELLO_ERROR;
  }
  mark.tenant = owner.value_or(0);
  mark.named = owner.has_value();
  mark.sni = std::move(*asked);
  const GateTenant& tenant = *gate->tenants[mark.tenant];
  apply(*tenant.policy, tls);
  SSL_set_session_id_context(tls, tenant.session_context.data(),
                             static_cast<unsigned int>(tenant.session_context.size()));
  return SSL_CLIENT_HELLO_SUCCESS;
}

using Pairs = std::vector<const StoredPair*>;

// Those whose certificate has the name; without one, the first and its twins for the same names.
Pairs fitting(const GateTenant& tenant, const std::string& name) {
  Pairs out;
  for (const auto& pair : tenant.pairs) {
    if (!name.empty() && pair->covers(name)) out.push_back(pair.get());
  }
  if (!out.empty()) return out;
  for (const auto& pair : tenant.pairs) {
    if (pair->der().dns_names == tenant.pairs.front()->der().dns_names) out.push_back(pair.get());
  }
  return out;
}

// One pair of each key type; OpenSSL picks by suite and signature algorithms.
int on_certificate(SSL* tls, void*) {
  const GateTenant* const tenant = tenant_of(tls);
  if (!tenant) return 0;
  if (SSL_SESSION* const session = SSL_get_session(tls)) {
    SSL_SESSION_set_timeout(session, tenant->policy->lifetime_seconds);
  }
  std::vector<int> types;
  for (const StoredPair* const pair : fitting(*tenant, marked_hello(tls)->sni)) {
    const int type = pair->der().key_type;
    if (std::find(types.begin(), types.end(), type) != types.end()) continue;
    const auto loaded = pair->load();
    if (!loaded) return 0;
    if (SSL_use_cert_and_key(tls, loaded->leaf.get(), loaded->key.get(), loaded->chain.get(), 1) !=
        1) {
      return 0;
    }
    types.push_back(type);
  }
  return types.empty() ? 0 : 1;
}

int on_ticket(SSL* tls, unsigned char* key_name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  const Gate* const gate = gate_of(tls);
  const GateTenant* const tenant = tenant_of(tls);
  if (!gate || !tenant) return 0;
  const TicketRequest request{key_name, iv, cipher, mac};
  if (sealing == 0) return open_ticket(*gate->masters, tenant->ticket_context, request);
  return seal_ticket(gate->masters->keys(TicketMasters::Which::Current, tenant->ticket_context),
                     request);
}

// A ticket carries the client's certificate and what was found of it then. One that has expired
// since is to be shown again.
SSL_TICKET_RETURN on_opened_ticket(SSL*, SSL_SESSION* session, const unsigned char*, std::size_t,
                                   SSL_TICKET_STATUS status, void*) {
  const bool opened = status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW;
  if (!opened || has_expired(SSL_SESSION_get0_peer(session))) return SSL_TICKET_RETURN_IGNORE_RENEW;
  return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

// The gate's cache serves all its tenants: sessions of one that wants no resumption stay out.
int is_not_resumable(SSL* tls, int) {
  const GateTenant* const tenant = tenant_of(tls);
  return !tenant || tenant->policy->resumption == config::ResumptionMode::Disabled ? 1 : 0;
}

}  // namespace

SslContextPtr make_gate_context(bool cached) {
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  check(context != nullptr, "a TLS context can be made");
  SSL_CTX* const gate = context.get();
  // Any version comes in; the tenant's policy says which may go on.
  SSL_CTX_set_min_proto_version(gate, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(gate, 0);
  set_common_options(gate);
  SSL_CTX_set_num_tickets(gate, 1);
  SSL_CTX_set_session_cache_mode(gate, cached ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
  SSL_CTX_set_client_hello_cb(gate, on_client_hello, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(gate, on_ticket);
  SSL_CTX_set_session_ticket_cb(gate, nullptr, on_opened_ticket, nullptr);
  SSL_CTX_set_not_resumable_session_callback(gate, is_not_resumable);
  return context;
}

void choose_certificates_in(SSL_CTX* policy_context) {
  SSL_CTX_set_cert_cb(policy_context, on_certificate, nullptr);
}

SSL* open_at(const std::shared_ptr<const Gate>& gate) {
  SSL* const tls = SSL_new(gate->context.get());
  check(tls != nullptr, "memory for a TLS object can be had");
  SSL_set_accept_state(tls);
  auto mark = std::make_unique<HelloMark>();
  mark->keeps = gate;
  mark_hello(tls, std::move(mark));
  return tls;
}

}  // namespace postern::net
