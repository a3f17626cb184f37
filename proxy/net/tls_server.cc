#include "proxy/net/tls_server.h"

#include <openssl/err.h>

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "proxy/net/tls_gate.h"
#include "proxy/net/tls_marks.h"

namespace postern::net {

namespace {

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

// Builds one listener's gate, tenant by tenant, and collects what is wrong.
class GateBuilder {
 public:
  GateBuilder(Protocol protocol, CertificateStore& store) : protocol_(protocol), store_(store) {}

  void add(const TlsTenant& tenant) {
    GateTenant ready;
    take_policy(tenant, ready);
    take_pairs(tenant, ready);
    const std::size_t index = gate_->tenants.size();
    for (const std::string& hostname : tenant.hostnames) gate_->names.add(hostname, index);
    // protocol ‖ tenant ‖ set of authorities for client certificates (none yet)
    const std::string context = fmt::format("{}\n{}\n", name_of(protocol_), tenant.server);
    ready.session_context = sha256(context);
    if (ready.policy) ready.ticket_context = ready.policy->id + "\n" + context;
    gate_->tenants.push_back(std::move(ready));
  }

  [[nodiscard]] std::vector<TlsProblem>& problems() { return problems_; }

  [[nodiscard]] std::shared_ptr<const Gate> finish(config::UnknownNames unknown,
                                                   std::shared_ptr<TicketMasters> masters) {
    const bool cached =
        std::any_of(gate_->tenants.begin(), gate_->tenants.end(), [](const GateTenant& tenant) {
          return tenant.policy->resumption == config::ResumptionMode::Cache;
        });
    gate_->context = make_gate_context(cached);
    gate_->unknown_names = unknown;
    gate_->masters = std::move(masters);
    return gate_;
  }

 private:
  void take_policy(const TlsTenant& tenant, GateTenant& ready) {
    if (!tenant.tls) {
      problems_.push_back({tenant.server, "tls", "required: the listener speaks TLS"});
      return;
    }
    auto& known = policies_[policy_id(protocol_, *tenant.tls)];
    if (!known) {
      auto made = make_policy(protocol_, *tenant.tls);
      if (!made) {
        for (PolicyFault& fault : made.error()) {
          problems_.push_back({tenant.server, std::move(fault.field), std::move(fault.detail)});
        }
        return;
      }
      choose_certificates_in((*made)->context.get());
      known = std::move(*made);
    }
    ready.policy = known;
  }

  void take_pairs(const TlsTenant& tenant, GateTenant& ready) {
    if (tenant.key_pairs.empty()) {
      problems_.push_back({tenant.server, "tls.certificateRefs", "there is no certificate"});
    }
    for (std::size_t i = 0; i < tenant.key_pairs.size(); ++i) {
      const auto& [name, pair] = tenant.key_pairs[i];
      auto stored = store_.store(*pair);
      if (!stored) {
        refuse_pair(tenant, i, stored.error());
      } else if (ready.policy && (*stored)->der().strength < ready.policy->least_strength) {
        refuse_pair(tenant, i, "key or signature is too weak (RSA 2048, SHA-256 at least)");
      } else {
        ready.pairs.push_back(std::move(*stored));
      }
    }
  }

  void refuse_pair(const TlsTenant& tenant, std::size_t index, const std::string& why) {
    problems_.push_back({tenant.server, fmt::format("tls.certificateRefs[{}]", index),
                         tenant.key_pairs[index].first + ": " + why});
  }

  Protocol protocol_;
  CertificateStore& store_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::map<std::string, std::shared_ptr<const TlsPolicy>> policies_;
  std::vector<TlsProblem> problems_;
};

}  // namespace

struct TlsShared::State {
  explicit State(const Clock& clock) : masters(std::make_shared<TicketMasters>(clock)) {}
  CertificateStore store;
  std::shared_ptr<TicketMasters> masters;
};

TlsShared::TlsShared() : TlsShared(system_clock()) {}
TlsShared::TlsShared(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
TlsShared::~TlsShared() = default;
std::size_t TlsShared::loaded_pairs() const { return state_->store.loaded(); }

struct TlsServer::State {
  std::shared_ptr<const Gate> gate;
};

TlsServer::TlsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsServer::~TlsServer() = default;

Result<std::shared_ptr<const TlsServer>, std::vector<TlsProblem>> TlsServer::build(
    Protocol protocol, const std::vector<TlsTenant>& tenants, TlsShared& shared) {
  GateBuilder builder(protocol, shared.state().store);
  for (const TlsTenant& tenant : tenants) builder.add(tenant);
  if (tenants.empty()) builder.problems().push_back({"", "", "a TLS listener has no tenant"});
  if (!builder.problems().empty()) {
    return Fail<std::vector<TlsProblem>>(std::move(builder.problems()));
  }
  auto state = std::make_unique<State>();
  state->gate = builder.finish(tenants.front().tls->unknown_names, shared.state().masters);
  return std::shared_ptr<const TlsServer>(new TlsServer(std::move(state)));
}

ssl_st* TlsServer::open() const { return open_at(state_->gate); }

TlsChoice TlsServer::choice(const ssl_st* tls) {
  const HelloMark* const mark = marked_hello(tls);
  return mark ? TlsChoice{mark->tenant, mark->named} : TlsChoice{};
}

Result<void, std::string> check_key_pair(const config::KeyPair& pair) {
  const auto der = read_pair(pair);
  if (!der) return Fail<std::string>(der.error());
  const auto loaded = load_pair(*der);
  if (!loaded) return Fail<std::string>("the pair cannot be loaded");
  if (X509_cmp_current_time(X509_get0_notBefore(loaded->leaf.get())) > 0) {
    return Fail<std::string>("the certificate is not valid yet");
  }
  return {};
}

}  // namespace postern::net
