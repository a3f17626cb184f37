// Where a session is, for the gauge of sessions: told by what it holds, whenever its turn has
// ended.
#include <variant>

#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

namespace {

struct PhaseOf {
  Phase operator()(const Securing&) const { return Phase::Tls; }
  Phase operator()(const Conversing&) const { return Phase::Dialogue; }
  Phase operator()(const Delaying&) const { return Phase::Delayed; }
  Phase operator()(const Judging&) const { return Phase::Auth; }
  Phase operator()(const Holding&) const { return Phase::Dialogue; }
  Phase operator()(const Reaching&) const { return Phase::Connect; }
  Phase operator()(const Announcing&) const { return Phase::BackendLogin; }

  // Of who lingers the line is written already.
  std::optional<Phase> operator()(const std::monostate&) const { return std::nullopt; }
  std::optional<Phase> operator()(const Closing&) const { return std::nullopt; }
  std::optional<Phase> operator()(const std::unique_ptr<Presenting>&) const {
    return Phase::ProxyHeader;
  }
  std::optional<Phase> operator()(const std::unique_ptr<Visit>& visit) const {
    return std::visit([this](const auto& step) -> Phase { return (*this)(step); }, visit->step);
  }
  std::optional<Phase> operator()(const Relaying&) const { return Phase::Relaying; }
};

}  // namespace

void Session::count_phase(Counters& counters) {
  const auto now = std::visit(
      [](const auto& stage) -> std::optional<Phase> { return PhaseOf{}(stage); }, stage_);
  if (now == phase_) return;
  if (now && record_) protocol_ = record_->protocol;
  counters.moved(protocol_, phase_, now);
  phase_ = now;
}

}  // namespace postern::session
