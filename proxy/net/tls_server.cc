#include "proxy/net/tls_server.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "proxy/net/tls_gate.h"
#include "proxy/net/tls_marks.h"
#include "proxy/net/tls_shared.h"

namespace postern::net {

namespace {

bool keeps_sessions(const ReadyTenant& tenant) {
  return tenant->policy->resumption == config::ResumptionMode::Cache;
}

}  // namespace

struct TlsServer::State {
  std::shared_ptr<const config::Listener> listener;  // its names are in the gate
  std::shared_ptr<const Gate> gate;
};

TlsServer::TlsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsServer::~TlsServer() = default;

std::shared_ptr<const TlsServer> TlsServer::build(std::shared_ptr<const config::Listener> listener,
                                                  std::vector<ReadyTenant> tenants,
                                                  TlsShared& shared, const TlsServer* before) {
  check(!tenants.empty() && tenants.size() == listener->tenants.size(),
        "a TLS listener has its tenants");
  auto gate = std::make_shared<Gate>();
  const State* const old = before ? before->state_.get() : nullptr;
  gate->cached = std::any_of(tenants.begin(), tenants.end(), keeps_sessions);
  // The context knows nothing of the gate; with it sessions of its cache stay.
  gate->context = old && old->gate->cached == gate->cached ? old->gate->context
                                                           : make_gate_context(gate->cached);
  const NameTable* const names = old ? old->gate->names.get() : nullptr;
  gate->names = old && old->listener == listener
                    ? old->gate->names
                    : std::make_shared<const NameTable>(listener, names);
  gate->unknown_names = tenants.front()->unknown_names;
  gate->masters = shared.state().masters;
  gate->tenants = std::move(tenants);
  auto state = std::make_unique<State>(State{std::move(listener), std::move(gate)});
  return std::shared_ptr<const TlsServer>(new TlsServer(std::move(state)));
}

const std::vector<ReadyTenant>& TlsServer::tenants() const { return state_->gate->tenants; }

ssl_st* TlsServer::open() const { return open_at(state_->gate); }

TlsChoice TlsServer::choice(const ssl_st* tls) {
  const HelloMark* const mark = marked_hello(tls);
  return mark ? TlsChoice{mark->tenant, mark->named} : TlsChoice{};
}

}  // namespace postern::net
