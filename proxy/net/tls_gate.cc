#include "proxy/net/tls_gate.h"

#include <openssl/err.h>

#include <algorithm>
#include <cstring>

#include "common/base/check.h"
#include "proxy/net/client_certificate.h"
#include "proxy/net/tls_marks.h"

namespace postern::net {

namespace {

// Of all tenants of a listener that want it: 1 KiB each, 2 with a client's certificate; the oldest
// goes first.
constexpr long kCachedSessions = 8192;

const Gate* gate_of(const SSL* tls) {
  const HelloMark* const mark = marked_hello(tls);
  return mark ? static_cast<const Gate*>(mark->keeps.get()) : nullptr;
}

const GateTenant* tenant_of(const SSL* tls) {
  const Gate* const gate = gate_of(tls);
  return gate ? gate->tenants[marked_hello(tls)->tenant].get() : nullptr;
}

// Some clients say that signatures inside a chain are to be of other kinds than the handshake's.
bool limits_signatures_of_chains(SSL* tls) {
  const unsigned char* octets = nullptr;
  std::size_t length = 0;
  return SSL_client_hello_get0_ext(tls, TLSEXT_TYPE_signature_algorithms_cert, &octets, &length) ==
         1;
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
  mark.limits_signatures = limits_signatures_of_chains(tls);
  const GateTenant& tenant = *gate->tenants[mark.tenant];
  apply(*tenant.policy, tls);
  const bool gives_tickets = tenant.policy->resumption == config::ResumptionMode::Tickets;
  if (gives_tickets && !tenant.tickets->usable(*gate->masters)) give_no_tickets(tls);
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
    if (pair->facts().dns_names == tenant.pairs.front()->facts().dns_names)
      out.push_back(pair.get());
  }
  return out;
}

// Of each key type the first.
Pairs of_each_type(Pairs pairs) {
  Pairs out;
  for (const StoredPair* const pair : pairs) {
    const bool is_known = std::ranges::any_of(out, [pair](const StoredPair* const known) {
      return known->facts().key_type == pair->facts().key_type;
    });
    if (!is_known) out.push_back(pair);
  }
  return out;
}

// The one that OpenSSL would pick of several with TLS 1.3: a pair that is not put into the TLS
// object costs nothing. None: whether one will do is not known yet, or depends on more.
const StoredPair* wanted_pair(SSL* tls, const Pairs& pairs) {
  if (pairs.size() == 1) return pairs.front();
  if (SSL_version(tls) != TLS1_3_VERSION || marked_hello(tls)->limits_signatures) return nullptr;
  const int shared = SSL_get_shared_sigalgs(tls, 0, nullptr, nullptr, nullptr, nullptr, nullptr);
  for (int i = 0; i < shared; ++i) {
    unsigned char signature = 0;
    unsigned char hash = 0;
    SSL_get_shared_sigalgs(tls, i, nullptr, nullptr, nullptr, &signature, &hash);
    const auto scheme = static_cast<std::uint16_t>(hash << 8 | signature);
    for (const StoredPair* const pair : pairs) {
      const auto& schemes = pair->facts().schemes;
      if (std::ranges::find(schemes, scheme) != schemes.end()) return pair;
    }
  }
  return nullptr;
}

bool use(SSL* tls, const StoredPair& pair) {
  const auto loaded = pair.load();
  return loaded && SSL_use_cert_and_key(tls, loaded->leaf.get(), loaded->key.get(),
                                        loaded->chain.get(), 1) == 1;
}

// OpenSSL picks by suite and signature algorithms from what it is given.
int on_certificate(SSL* tls, void*) {
  const GateTenant* const tenant = tenant_of(tls);
  if (!tenant) return 0;
  if (SSL_SESSION* const session = SSL_get_session(tls)) {
    SSL_SESSION_set_timeout(session, tenant->policy->lifetime_seconds);
  }
  const Pairs pairs = of_each_type(fitting(*tenant, marked_hello(tls)->sni));
  if (const StoredPair* const wanted = wanted_pair(tls, pairs)) return use(tls, *wanted) ? 1 : 0;
  const bool are_used =
      std::ranges::all_of(pairs, [tls](const StoredPair* const pair) { return use(tls, *pair); });
  return are_used && !pairs.empty() ? 1 : 0;
}

int on_ticket(SSL* tls, unsigned char* key_name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  const Gate* const gate = gate_of(tls);
  const GateTenant* const tenant = tenant_of(tls);
  if (!gate || !tenant) return 0;
  const TicketRequest request{key_name, iv, cipher, mac};
  const auto keys = tenant->tickets->keys(*gate->masters);
  return sealing == 0 ? open_ticket(*keys, request) : seal_ticket(*keys, request);
}

// How long after its full handshake a session can still be resumed, however often it was meanwhile
// (RFC 8446 §4.6.1); a client's certificate is to be shown once a day.
constexpr std::int64_t kLongestResumed = std::int64_t{7} * 24 * 3600;
constexpr std::int64_t kLongestWithCertificate = std::int64_t{24} * 3600;

// A ticket tells when the full handshake was; one of a resumed session tells it on.
int on_new_ticket(SSL* tls, void*) {
  const Gate* const gate = gate_of(tls);
  SSL_SESSION* const session = SSL_get_session(tls);
  void* told = nullptr;
  std::size_t length = 0;
  if (!gate || SSL_SESSION_get0_ticket_appdata(session, &told, &length) != 1) return 0;
  if (length > 0) return 1;
  const std::int64_t now = gate->masters->unix_seconds();
  return SSL_SESSION_set1_ticket_appdata(session, &now, sizeof now);
}

bool is_over(const SSL* tls, SSL_SESSION* session) {
  const Gate* const gate = gate_of(tls);
  std::int64_t since = 0;
  void* told = nullptr;
  std::size_t length = 0;
  const bool is_told =
      SSL_SESSION_get0_ticket_appdata(session, &told, &length) == 1 && length == sizeof since;
  if (!gate || !is_told) return true;
  std::memcpy(&since, told, sizeof since);
  const X509* const peer = SSL_SESSION_get0_peer(session);
  const std::int64_t most = peer ? kLongestWithCertificate : kLongestResumed;
  return gate->masters->unix_seconds() - since > most || has_expired(peer);
}

// A ticket carries the client's certificate and what was found of it then. One that has expired
// since is to be shown again. With TLS 1.3 clients use a ticket once (RFC 8446 C.4), and a resumed
// handshake gives a new one only when it is told to: else every second login would be a full one.
SSL_TICKET_RETURN on_opened_ticket(SSL* tls, SSL_SESSION* session, const unsigned char*,
                                   std::size_t, SSL_TICKET_STATUS status, void*) {
  const bool opened = status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW;
  if (!opened || is_over(tls, session)) return SSL_TICKET_RETURN_IGNORE_RENEW;
  const bool renews = status == SSL_TICKET_SUCCESS_RENEW || SSL_version(tls) == TLS1_3_VERSION;
  return renews ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_USE;
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
  SSL_CTX_sess_set_cache_size(gate, kCachedSessions);
  SSL_CTX_set_client_hello_cb(gate, on_client_hello, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(gate, on_ticket);
  SSL_CTX_set_session_ticket_cb(gate, on_new_ticket, on_opened_ticket, nullptr);
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
