// Which member of a backend, and whether it can be used.
#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

namespace {

model::BalancingSpec read_balancing(const Node& balancing) {
  return {text_at(balancing, "policy"), text_at(balancing, "hashKey"),
          text_at(balancing, "onUnavailable"), text_at(balancing, "zones")};
}

model::HealthCheckSpec read_health(const Node& check) {
  model::HealthCheckSpec out;
  out.mode = text_at(check, "mode");
  out.interval = duration_at(check, "interval").value_or(out.interval);
  out.timeout = duration_at(check, "timeout").value_or(out.timeout);
  out.failure_threshold = count_at(check, "failureThreshold").value_or(out.failure_threshold);
  out.success_threshold = count_at(check, "successThreshold").value_or(out.success_threshold);
  return out;
}

}  // namespace

model::MembersSpec read_members(const Node& backend) {
  model::MembersSpec out;
  if (const Node* balancing = backend.find("balancing")) out.balancing = read_balancing(*balancing);
  if (const Node* check = backend.find("healthCheck")) out.health = read_health(*check);
  out.max_sessions_per_member = count_at(backend, "maxSessionsPerMember").value_or(0);
  out.redirects = text_at(backend, "redirects");
  return out;
}

}  // namespace postern::decode
