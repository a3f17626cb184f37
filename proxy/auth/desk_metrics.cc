#include "proxy/auth/desk_metrics.h"

#include <variant>

namespace postern::auth {

namespace {

Counter& requests(Metrics& metrics, const char* result) {
  return metrics.counter("postern_auth_requests_total", "Questions to auth services, by answer.",
                         {{"provider", "http"}, {"result", result}});
}

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 needs it said

}  // namespace

DeskMetrics::DeskMetrics(Metrics& metrics)
    : accepted_(requests(metrics, "accept")),
      refused_(requests(metrics, "refuse")),
      again_(requests(metrics, "again")),
      unavailable_(requests(metrics, "unavailable")),
      seconds_(metrics.histogram("postern_auth_request_seconds",
                                 "From a question to its answer, or to giving up.",
                                 {{"provider", "http"}})),
      breakers_(metrics.gauge("postern_auth_breaker_open",
                              "Auth services that a worker leaves alone because they fail.")) {}

void DeskMetrics::answered(const policy::Answer& answer, Instant::duration took) {
  Counter& result =
      std::visit(Overloaded{[&](const policy::Accept&) -> Counter& { return accepted_; },
                            [&](const policy::Refuse&) -> Counter& { return refused_; },
                            [&](const policy::AskAgain&) -> Counter& { return again_; },
                            [&](const policy::Unavailable&) -> Counter& { return unavailable_; }},
                 answer);
  result.add();
  seconds_.observe(took);
}

}  // namespace postern::auth
