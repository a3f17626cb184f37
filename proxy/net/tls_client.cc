#include "proxy/net/tls_client.h"

#include <openssl/x509v3.h>

#include <ctime>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "common/base/address.h"
#include "common/base/check.h"
#include "proxy/net/openssl_types.h"
#include "proxy/net/tls_client_context.h"
#include "proxy/net/tls_marks.h"
#include "proxy/net/tls_session_keeper.h"

namespace postern::net {

namespace {

bool is_fresh(const SSL_SESSION* session) {
  const long end = SSL_SESSION_get_time(session) + SSL_SESSION_get_timeout(session);
  return SSL_SESSION_is_resumable(session) == 1 && std::time(nullptr) < end;
}

void resume(SSL* tls, Kept& kept) {
  while (!kept.sessions.empty() && !is_fresh(kept.sessions.back().get())) kept.sessions.pop_back();
  if (kept.sessions.empty()) return;
  const SslSessionPtr copy(SSL_SESSION_dup(kept.sessions.back().get()));
  if (copy) SSL_set_session(tls, copy.get());
}

// An empty name would switch the check off.
Result<void, std::string> check_names(const config::BackendTls& tls) {
  if (tls.verification != config::Verification::Full) return {};
  if (tls.server_names.empty()) return Fail<std::string>("there is no server name to verify");
  for (const std::string& name : tls.server_names) {
    const X509VerifyParamPtr rules(X509_VERIFY_PARAM_new());
    const bool taken =
        !name.empty() && X509_VERIFY_PARAM_add1_host(rules.get(), name.data(), name.size()) == 1;
    if (!taken)
      return Fail<std::string>(fmt::format("server name \"{}\" cannot be verified", name));
  }
  return {};
}

}  // namespace

struct TlsSessions::State {
  struct Entry {
    std::weak_ptr<const void> factory;
    std::shared_ptr<Kept> kept;
  };
  std::map<const void*, Entry> by_factory;

  // An address may be used again by a later factory: the entry is its own only while it lives.
  std::shared_ptr<Kept> of(const std::shared_ptr<const void>& factory) {
    const auto found = by_factory.find(factory.get());
    if (found != by_factory.end() && found->second.factory.lock() == factory) {
      return found->second.kept;
    }
    std::erase_if(by_factory, [](const auto& entry) { return entry.second.factory.expired(); });
    auto kept = std::make_shared<Kept>();
    by_factory[factory.get()] = Entry{factory, kept};
    return kept;
  }
};

TlsSessions::TlsSessions() : state_(std::make_unique<State>()) {}
TlsSessions::~TlsSessions() = default;

struct TlsClient::State {
  std::shared_ptr<const ClientContext> context;
  std::string sni;
  std::vector<std::string> verified_names;  // one of them; empty: names are not looked at
  std::shared_ptr<const void> identity = std::make_shared<char>();  // whose sessions are whose
};

TlsClient::TlsClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsClient::~TlsClient() = default;

Result<std::shared_ptr<const TlsClient>, std::string> TlsClient::build(
    const TlsClientMaterial& material) {
  if (auto named = check_names(*material.tls); !named) return Fail<std::string>(named.error());
  auto context = client_context(material);
  if (!context) return Fail<std::string>(std::move(context.error()));
  auto state = std::make_unique<State>();
  state->context = std::move(*context);
  if (material.tls->verification == config::Verification::Full) {
    state->verified_names = material.tls->server_names;
  }
  // RFC 6066 §3: addresses are no names.
  const auto& names = material.tls->server_names;
  if (!names.empty() && !IpAddress::parse(names.front())) state->sni = names.front();
  return std::shared_ptr<const TlsClient>(new TlsClient(std::move(state)));
}

ssl_st* TlsClient::open(TlsSessions& sessions) const {
  SSL* const tls = SSL_new(state_->context->get());
  check(tls != nullptr, "memory for a TLS object can be had");
  SSL_set_connect_state(tls);
  for (const std::string& name : state_->verified_names) {
    const int added = X509_VERIFY_PARAM_add1_host(SSL_get0_param(tls), name.data(), name.size());
    check(added == 1, "a name that was taken once is taken again");
  }
  if (!state_->sni.empty()) SSL_set_tlsext_host_name(tls, state_->sni.c_str());
  auto kept = sessions.state().of(state_->identity);
  resume(tls, *kept);
  mark_sessions(tls, std::move(kept));
  return tls;
}

}  // namespace postern::net
