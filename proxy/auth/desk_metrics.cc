#include "proxy/auth/desk_metrics.h"

#include <variant>

namespace postern::auth {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 needs it said

Labels of_http(const char* result) { return {{"provider", "http"}, {"result", result}}; }

}  // namespace

DeskMetrics::Answers::Answers(Tallies& tallies, const char* result)
    : count(tallies.counter("postern_auth_requests_total", "Questions to auth services, by answer.",
                            of_http(result))),
      seconds(tallies.histogram("postern_auth_seconds",
                                "From a question to its answer, or to giving up.",
                                of_http(result))) {}

DeskMetrics::DeskMetrics(Tallies& tallies)
    : accepted_(tallies, "accept"),
      refused_(tallies, "refuse"),
      again_(tallies, "again"),
      unavailable_(tallies, "unavailable"),
      in_flight_(tallies.gauge("postern_auth_in_flight", "Questions that wait for an answer.",
                               {{"provider", "http"}})),
      breakers_(tallies.gauge("postern_auth_breaker_open",
                              "Auth services that a worker leaves alone because they fail.")) {}

void DeskMetrics::answered(const policy::Answer& answer, Instant::duration took) {
  const Answers& result =
      std::visit(Overloaded{[&](const policy::Accept&) -> Answers& { return accepted_; },
                            [&](const policy::Refuse&) -> Answers& { return refused_; },
                            [&](const policy::AskAgain&) -> Answers& { return again_; },
                            [&](const policy::Unavailable&) -> Answers& { return unavailable_; }},
                 answer);
  result.count.add();
  result.seconds.observe(took);
}

}  // namespace postern::auth
