#include "proxy/net/tls_tenant.h"

#include <ctime>
#include <map>

#include <fmt/format.h>

#include "proxy/net/tls_gate.h"
#include "proxy/net/tls_shared.h"

namespace postern::net {

namespace {

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

// Puts one tenant together and collects what is wrong.
class TenantBuilder {
 public:
  TenantBuilder(Protocol protocol, const TlsTenant& tenant, TlsShared::State& shared)
      : protocol_(protocol), tenant_(tenant), shared_(shared) {}

  Result<ReadyTenant, std::vector<TlsProblem>> build() {
    take_policy();
    take_pairs();
    if (!problems_.empty()) return Fail<std::vector<TlsProblem>>(std::move(problems_));
    ready_->unknown_names = tenant_.tls->unknown_names;
    // policy, with the set of authorities and lists for client certificates ‖ protocol ‖ tenant: no
    // session outlives a change of whose certificates count.
    std::string context =
        fmt::format("{}\n{}\n{}\n", ready_->policy->id, name_of(protocol_), tenant_.server);
    ready_->session_context = sha256(context);
    ready_->tickets.emplace(std::move(context),
                            tenant_.tickets ? tenant_.tickets->masters : SharedSecret());
    return ready_;
  }

 private:
  void take_policy() {
    if (!tenant_.tls) return refuse("tls", "required: the listener speaks TLS");
    auto policy = shared_.policies.take(protocol_, *tenant_.tls, tenant_.clients);
    if (policy) {
      ready_->policy = std::move(*policy);
      return;
    }
    for (PolicyFault& fault : policy.error()) {
      problems_.push_back({tenant_.server, std::move(fault.field), std::move(fault.detail),
                           std::move(fault.secret)});
    }
  }

  void take_pairs() {
    if (tenant_.key_pairs.empty()) refuse("tls.certificateRefs", "there is no certificate");
    for (std::size_t i = 0; i < tenant_.key_pairs.size(); ++i) {
      auto stored = shared_.store.store(*tenant_.key_pairs[i].second);
      if (!stored) {
        refuse_pair(i, stored.error());
      } else if (ready_->policy && (*stored)->facts().strength < ready_->policy->least_strength) {
        refuse_pair(i, "key or signature is too weak (RSA 2048, SHA-256 at least)");
      } else {
        ready_->pairs.push_back(std::move(*stored));
      }
    }
  }

  void refuse(std::string field, std::string why) {
    problems_.push_back({tenant_.server, std::move(field), std::move(why), {}});
  }
  void refuse_pair(std::size_t index, const std::string& why) {
    const std::string& name = tenant_.key_pairs[index].first;
    problems_.push_back(
        {tenant_.server, fmt::format("tls.certificateRefs[{}]", index), name + ": " + why, name});
  }

  Protocol protocol_;
  const TlsTenant& tenant_;
  TlsShared::State& shared_;
  std::shared_ptr<GateTenant> ready_ = std::make_shared<GateTenant>();
  std::vector<TlsProblem> problems_;
};

}  // namespace

Result<std::shared_ptr<const TlsPolicy>, std::vector<PolicyFault>> TlsPolicies::take(
    Protocol protocol, const config::ServerTls& tls, const ClientAuthMaterial& clients) {
  const std::string id = policy_id(protocol, tls, clients);
  if (auto known = known_[id].lock()) return known;
  auto made = make_policy(protocol, tls, clients);
  if (!made) {
    known_.erase(id);
    return made;
  }
  choose_certificates_in((*made)->context.get());
  known_[id] = *made;
  if (known_.size() > sweep_at_) {
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = 2 * known_.size() + 64;
  }
  return made;
}

TlsShared::TlsShared() : TlsShared(system_clock()) {}
TlsShared::TlsShared(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
TlsShared::~TlsShared() = default;
std::size_t TlsShared::loaded_pairs() const { return state_->store.loaded(); }
void TlsShared::take_ticket_keys(std::shared_ptr<const config::TicketKeys> keys) {
  state_->masters->take(std::move(keys));
}

Result<ReadyTenant, std::vector<TlsProblem>> make_tenant(Protocol protocol, const TlsTenant& tenant,
                                                         TlsShared& shared) {
  return TenantBuilder(protocol, tenant, shared.state()).build();
}

Result<std::shared_ptr<const void>, std::string> check_key_pair(const config::KeyPair& pair,
                                                                TlsShared& shared) {
  auto stored = shared.state().store.store(pair);
  if (!stored) return Fail<std::string>(stored.error());
  // The key is not read once more: that takes a millisecond.
  if (std::time(nullptr) < (*stored)->facts().begins) {
    return Fail<std::string>("the certificate is not valid yet");
  }
  return *stored;
}

}  // namespace postern::net
