#include "controller/publish/push_metrics.h"

namespace postern::publish {

namespace {

std::string_view word_of(Refusal::Code code) {
  switch (code) {
    case Refusal::Code::Invalid: return "invalid";
    case Refusal::Code::Unsupported: return "unsupported";
    case Refusal::Code::MissingDependency: return "missing_dependency";
    case Refusal::Code::BadCertificate: return "bad_certificate";
    case Refusal::Code::BindFailed: return "bind_failed";
    case Refusal::Code::LimitExceeded: return "limit_exceeded";
    case Refusal::Code::Internal: return "internal";
    case Refusal::Code::ProxyTooOld: return "proxy_too_old";
  }
  return "internal";
}

std::string_view word_of(ProxyState state) {
  switch (state) {
    case ProxyState::Connected: return "connected";
    case ProxyState::Active: return "active";
    case ProxyState::PartiallyActive: return "partially_active";
    case ProxyState::Rejected: return "rejected";
    case ProxyState::Draining: return "draining";
  }
  return "connected";
}

}  // namespace

PushMetrics::PushMetrics(Metrics& metrics)
    : metrics_(metrics),
      octets_(metrics.counter("postern_push_bytes_total", "Octets of updates sent to proxies.")),
      queue_(metrics.histogram("postern_push_queue_seconds",
                               "From a change received to its update for a proxy.")) {
  for (std::size_t type = 0; type < kTypes; ++type) {
    const std::string name(config::name_of(static_cast<config::ResourceType>(type)));
    for (const std::size_t accepted : {0U, 1U}) {
      answered_[type][accepted] =
          &metrics.counter("postern_push_total", "Resources that proxies have answered for.",
                           {{"type", name}, {"result", accepted == 1 ? "accepted" : "refused"}});
    }
    for (std::size_t code = 0; code < kCodes; ++code) {
      const std::string word(word_of(static_cast<Refusal::Code>(code)));
      refused_[type][code] =
          &metrics.counter("postern_nack_total", "Resources that a proxy refused, or cannot have.",
                           {{"type", name}, {"code", word}});
    }
    resources_[type] = &metrics.gauge("postern_resources", "Resources that proxies should have.",
                                      {{"type", name}});
  }
  for (std::size_t state = 0; state < kStates; ++state) {
    proxies_[state] =
        &metrics.gauge("postern_proxies", "Proxies that are connected, by what they made of it.",
                       {{"state", std::string(word_of(static_cast<ProxyState>(state)))}});
  }
}

Histogram& PushMetrics::convergence(std::string_view kind) {
  return metrics_.histogram("postern_convergence_seconds",
                            "From a change received to its answer by every proxy.",
                            {{"kind", std::string(kind)}});
}

void PushMetrics::answered(config::ResourceType type, bool accepted) {
  answered_[static_cast<std::size_t>(type)][accepted ? 1 : 0]->add();
}

void PushMetrics::refused(config::ResourceType type, Refusal::Code code) {
  refused_[static_cast<std::size_t>(type)][static_cast<std::size_t>(code)]->add();
}

void PushMetrics::set_resources(config::ResourceType type, std::size_t count) {
  resources_[static_cast<std::size_t>(type)]->set(static_cast<std::int64_t>(count));
}

void PushMetrics::set_proxies(ProxyState state, std::size_t count) {
  proxies_[static_cast<std::size_t>(state)]->set(static_cast<std::int64_t>(count));
}

}  // namespace postern::publish
