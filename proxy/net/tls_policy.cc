#include "proxy/net/tls_policy.h"

#include <openssl/err.h>

#include <fmt/format.h>

#include "common/base/check.h"
#include "proxy/net/cipher_names.h"

namespace postern::net {

namespace {

int number_of(config::TlsVersion version) {
  switch (version) {
    case config::TlsVersion::Tls10: return TLS1_VERSION;
    case config::TlsVersion::Tls11: return TLS1_1_VERSION;
    case config::TlsVersion::Tls12: return TLS1_2_VERSION;
    case config::TlsVersion::Tls13: return TLS1_3_VERSION;
  }
  return TLS1_3_VERSION;
}

// Ids registered at IANA; mail submission has none and nginx takes "smtp".
std::string_view alpn_id(Protocol protocol) {
  switch (protocol) {
    case Protocol::Imap: return "imap";
    case Protocol::Pop3: return "pop3";
    case Protocol::ManageSieve: return "managesieve";
    case Protocol::Submission:
    case Protocol::Mx: return "smtp";
    case Protocol::Lmtp: return "lmtp";
  }
  return "";
}

const std::string_view* alpn_of(Protocol protocol) {
  static const std::string_view all[] = {
      alpn_id(Protocol::Imap),        alpn_id(Protocol::Pop3), alpn_id(Protocol::Submission),
      alpn_id(Protocol::ManageSieve), alpn_id(Protocol::Mx),   alpn_id(Protocol::Lmtp)};
  return &all[static_cast<std::size_t>(protocol)];
}

// RFC 7301 §3.2: a client that offers other protocols only is not for us (ALPACA); one that offers
// none is every mail client.
int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_length,
                const unsigned char* offered, unsigned int length, void* own) {
  const auto& id = *static_cast<const std::string_view*>(own);
  std::string_view rest(reinterpret_cast<const char*>(offered), length);
  while (!rest.empty()) {
    const std::size_t size = static_cast<unsigned char>(rest.front());
    if (rest.size() - 1 < size) break;
    if (rest.substr(1, size) == id) {
      *out = reinterpret_cast<const unsigned char*>(rest.data() + 1);
      *out_length = static_cast<unsigned char>(size);
      return SSL_TLSEXT_ERR_OK;
    }
    rest.remove_prefix(1 + size);
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void append_with_colon(std::string& list, std::string_view item) {
  if (!list.empty()) list += ':';
  list += item;
}

void set_suites(TlsPolicy& policy, const config::ServerTls& tls, std::vector<PolicyFault>& faults) {
  std::string older;
  std::string tls_1_3;
  for (std::size_t i = 0; i < tls.cipher_suites.size(); ++i) {
    const auto suite = cipher_suite_named(tls.cipher_suites[i]);
    if (suite) {
      append_with_colon(suite->tls_1_3 ? tls_1_3 : older, suite->name);
    } else {
      faults.push_back({fmt::format("tls.cipherSuites[{}]", i), suite.error()});
    }
  }
  SSL_CTX* const context = policy.context.get();
  // Without names of TLS 1.3 its suites stay OpenSSL's, all of them strong; with no other names
  // older versions have no suite left and are not spoken.
  if (!tls_1_3.empty()) SSL_CTX_set_ciphersuites(context, tls_1_3.c_str());
  if (!older.empty()) SSL_CTX_set_cipher_list(context, older.c_str());
  if (older.empty() && !tls_1_3.empty()) policy.min_version = TLS1_3_VERSION;
}

void set_groups(TlsPolicy& policy, const config::ServerTls& tls, std::vector<PolicyFault>& faults) {
  for (std::size_t i = 0; i < tls.groups.size(); ++i) {
    if (const auto group = group_named(tls.groups[i])) {
      append_with_colon(policy.groups, *group);
    } else {
      faults.push_back({fmt::format("tls.groups[{}]", i),
                        "this version of OpenSSL does not have the group " + tls.groups[i]});
    }
  }
}

void set_clients(TlsPolicy& policy, const config::ServerTls& tls,
                 const ClientAuthMaterial& material, std::vector<PolicyFault>& faults) {
  if (tls.client_certificates.mode == config::ClientCertificateMode::None) return;
  auto made = make_client_auth(tls.client_certificates, material);
  if (made) {
    install(**made, policy.context.get());
    policy.clients = std::move(*made);
    return;
  }
  for (ClientAuthFault& fault : made.error()) {
    faults.push_back({std::move(fault.field), std::move(fault.detail), std::move(fault.secret)});
  }
}

void set_versions(TlsPolicy& policy, const config::ServerTls& tls,
                  std::vector<PolicyFault>& faults) {
  policy.min_version = number_of(tls.min_version);
  policy.max_version = number_of(tls.max_version);
  if (policy.min_version > policy.max_version) {
    faults.push_back({"tls.maxVersion", "it is older than tls.minVersion"});
  }
  // TLS before 1.2 signs with SHA-1, which OpenSSL allows at level 0 only. Level 2 is 112 bits:
  // RSA of 2048 bits and more.
  const bool obsolete = policy.min_version < TLS1_2_VERSION;
  SSL_CTX_set_security_level(policy.context.get(), obsolete ? 0 : 2);
  policy.least_strength = obsolete ? 0 : 112;
}

}  // namespace

void set_common_options(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_early_data(context, 0);
}

std::string policy_id(Protocol protocol, const config::ServerTls& tls,
                      const ClientAuthMaterial& clients) {
  std::string id(name_of(protocol));
  const auto add = [&id](const std::string& part) { id.append(1, ' ').append(part); };
  add(std::to_string(static_cast<int>(tls.min_version)));
  add(std::to_string(static_cast<int>(tls.max_version)));
  add(std::to_string(static_cast<int>(tls.cipher_preference)));
  add(std::to_string(static_cast<int>(tls.resumption)));
  add(std::to_string(tls.resumption_lifetime.count()));
  for (const std::string& suite : tls.cipher_suites) add(suite);
  add("groups");
  for (const std::string& group : tls.groups) add(group);
  add("clients");
  add(client_auth_id(tls.client_certificates, clients));
  return id;
}

Result<std::shared_ptr<const TlsPolicy>, std::vector<PolicyFault>> make_policy(
    Protocol protocol, const config::ServerTls& tls, const ClientAuthMaterial& clients) {
  auto policy = std::make_shared<TlsPolicy>();
  policy->id = policy_id(protocol, tls, clients);
  policy->context.reset(SSL_CTX_new(TLS_server_method()));
  check(policy->context != nullptr, "a TLS context can be made");
  policy->cipher_preference = tls.cipher_preference;
  policy->resumption = tls.resumption;
  policy->lifetime_seconds = static_cast<long>(tls.resumption_lifetime.count());
  std::vector<PolicyFault> faults;
  set_versions(*policy, tls, faults);
  set_suites(*policy, tls, faults);
  set_groups(*policy, tls, faults);
  set_clients(*policy, tls, clients, faults);
  ERR_clear_error();
  if (!faults.empty()) return Fail<std::vector<PolicyFault>>(std::move(faults));
  SSL_CTX* const context = policy->context.get();
  set_common_options(context);
  SSL_CTX_set_dh_auto(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_alpn,
                             const_cast<std::string_view*>(alpn_of(protocol)));
  return policy;
}

// TLS 1.3 would send a ticket of nothing; older versions an empty one.
void give_no_tickets(SSL* tls) {
  SSL_set_options(tls, SSL_OP_NO_TICKET);
  SSL_set_num_tickets(tls, 0);
}

void apply(const TlsPolicy& policy, SSL* tls) {
  SSL_set_SSL_CTX(tls, policy.context.get());
  SSL_set_min_proto_version(tls, policy.min_version);
  SSL_set_max_proto_version(tls, policy.max_version);
  if (!policy.groups.empty()) SSL_set1_groups_list(tls, policy.groups.c_str());
  if (policy.cipher_preference == config::CipherPreference::Server) {
    // A phone without AES instructions lists ChaCha20 first, and gets it.
    SSL_set_options(tls, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  }
  switch (policy.resumption) {
    case config::ResumptionMode::Tickets: break;
    case config::ResumptionMode::Cache: SSL_set_options(tls, SSL_OP_NO_TICKET); break;
    case config::ResumptionMode::Disabled: give_no_tickets(tls); break;
  }
  if (policy.clients) ask_for_certificate(*policy.clients, tls);
}

}  // namespace postern::net
