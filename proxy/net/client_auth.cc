#include "proxy/net/client_auth.h"

#include <openssl/err.h>

#include <utility>

#include <fmt/format.h>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "proxy/net/pem.h"

namespace postern::net {

namespace {

using config::ClientCertificateMode;

// Puts one set together and collects what is wrong.
class ClientAuthBuilder {
 public:
  explicit ClientAuthBuilder(const config::ClientCertificates& rules) : rules_(rules) {
    made_->mode = rules.mode;
    made_->max_depth = static_cast<int>(rules.max_depth);
    made_->store.reset(X509_STORE_new());
    check(made_->store != nullptr, "memory for a store of certificates can be had");
    if (rules.sends_ca_names) made_->ca_names.reset(sk_X509_NAME_new_null());
  }

  void trust(const ClientAuthMaterial::Bundles& bundles) {
    for (std::size_t i = 0; i < bundles.size(); ++i) {
      auto read = read_certificates(bundles[i].second->ca_pem.text());
      if (!read) {
        refuse("trust", i, bundles[i].first, read.error());
        continue;
      }
      for (const X509Ptr& one : *read) add(one.get());
    }
    // Verified against nobody, every certificate would be a stranger's.
    if (bundles.empty() && rules_.mode != ClientCertificateMode::OptionalUnverified) {
      faults_.push_back({"tls.client_certificates.trust", "there is no authority", {}});
    }
  }

  void revoke(const ClientAuthMaterial::Bundles& bundles) {
    for (std::size_t i = 0; i < bundles.size(); ++i) {
      auto read = read_revocations(bundles[i].second->ca_pem.text());
      if (!read) {
        refuse("revocations", i, bundles[i].first, read.error());
        continue;
      }
      for (const CrlPtr& one : *read) X509_STORE_add_crl(made_->store.get(), one.get());
    }
    made_->checks_revocation = !bundles.empty();
  }

  Result<std::unique_ptr<const ClientAuth>, std::vector<ClientAuthFault>> finish() {
    ERR_clear_error();
    if (!faults_.empty()) return Fail<std::vector<ClientAuthFault>>(std::move(faults_));
    return std::unique_ptr<const ClientAuth>(std::move(made_));
  }

 private:
  void add(X509* authority) {
    X509_STORE_add_cert(made_->store.get(), authority);
    if (!made_->ca_names) return;
    X509_NAME* const name = X509_get_subject_name(authority);
    for (int i = 0; i < sk_X509_NAME_num(made_->ca_names.get()); ++i) {
      if (X509_NAME_cmp(sk_X509_NAME_value(made_->ca_names.get(), i), name) == 0) return;
    }
    sk_X509_NAME_push(made_->ca_names.get(), X509_NAME_dup(name));
  }
  void refuse(std::string_view list, std::size_t index, const std::string& secret,
              const std::string& why) {
    faults_.push_back(
        {fmt::format("tls.client_certificates.{}[{}]", list, index), secret + ": " + why, secret});
  }

  const config::ClientCertificates& rules_;
  std::unique_ptr<ClientAuth> made_ = std::make_unique<ClientAuth>();
  std::vector<ClientAuthFault> faults_;
};

// Nobody known has signed it: what an auth service may want to judge by itself. A certificate that
// has expired, was revoked, or was made for servers is no certificate for anybody.
bool is_of_the_chain(int error) {
  return error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
         error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
         error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
         error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE || error == X509_V_ERR_CERT_UNTRUSTED;
}

// The handshake goes on, and the error stays in the result of the verification. A certificate that
// comes alone gets the name that OpenSSL has for it when partial chains are not allowed: the one
// that services written for nginx know.
int tolerate_strangers(int verified, X509_STORE_CTX* verification) {
  if (verified == 1) return 1;
  const int error = X509_STORE_CTX_get_error(verification);
  if (!is_of_the_chain(error)) return 0;
  const bool is_alone = sk_X509_num(X509_STORE_CTX_get0_chain(verification)) == 1;
  if (is_alone && error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) {
    X509_STORE_CTX_set_error(verification, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE);
  }
  return 1;
}

int verify_mode(ClientCertificateMode mode) {
  switch (mode) {
    case ClientCertificateMode::None: return SSL_VERIFY_NONE;
    case ClientCertificateMode::Required: return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    case ClientCertificateMode::Optional:
    case ClientCertificateMode::OptionalUnverified: break;
  }
  return SSL_VERIFY_PEER;
}

void add_bundles(std::string& all, const ClientAuthMaterial::Bundles& bundles) {
  all += fmt::format("{}\n", bundles.size());
  for (const auto& [name, bundle] : bundles) {
    all += fmt::format("{}\n{}", bundle->ca_pem.text().size(), bundle->ca_pem.text());
  }
}

}  // namespace

std::string client_auth_id(const config::ClientCertificates& rules,
                           const ClientAuthMaterial& material) {
  if (rules.mode == ClientCertificateMode::None) return {};
  std::string all = fmt::format("{} {} {}\n", static_cast<int>(rules.mode), rules.max_depth,
                                rules.sends_ca_names);
  add_bundles(all, material.trust);
  add_bundles(all, material.revocations);
  return hex(sha256(all));
}

Result<std::unique_ptr<const ClientAuth>, std::vector<ClientAuthFault>> make_client_auth(
    const config::ClientCertificates& rules, const ClientAuthMaterial& material) {
  ClientAuthBuilder builder(rules);
  builder.trust(material.trust);
  builder.revoke(material.revocations);
  return builder.finish();
}

void install(const ClientAuth& clients, SSL_CTX* policy_context) {
  // Not the context's own store: out of that OpenSSL would complete the chain that we show.
  SSL_CTX_set1_verify_cert_store(policy_context, clients.store.get());
  if (clients.ca_names) {
    SSL_CTX_set_client_CA_list(policy_context, SSL_dup_CA_list(clients.ca_names.get()));
  }
}

void ask_for_certificate(const ClientAuth& clients, SSL* tls) {
  const bool lenient = clients.mode == ClientCertificateMode::OptionalUnverified;
  SSL_set_verify(tls, verify_mode(clients.mode), lenient ? tolerate_strangers : nullptr);
  X509_VERIFY_PARAM* const rules = SSL_get0_param(tls);
  X509_VERIFY_PARAM_set_depth(rules, clients.max_depth);
  // Who is written in a bundle is trusted, root or not.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  // No list of an issuer, or an old one, is as good as a revoked certificate.
  if (clients.checks_revocation) {
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  }
}

}  // namespace postern::net
