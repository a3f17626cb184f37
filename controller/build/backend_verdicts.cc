#include "controller/build/backend_verdicts.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include <fmt/format.h>

namespace postern::build {
namespace {

bool is_within(std::string_view field, std::string_view of) {
  if (!field.starts_with(of)) return false;
  return field.size() == of.size() || field[of.size()] == '.';
}

// Null: no offer leads to it, so nobody looks for members.
const config::EndpointSet* endpoints_of(const Part& part, const BackendDraft& backend) {
  for (const auto& own : part.own) {
    if (own->type() != config::ResourceType::Endpoints || own->name != backend.name) continue;
    return std::get_if<config::EndpointSet>(&own->body);
  }
  return nullptr;
}

bool none_ready(const config::EndpointSet& set) {
  return std::ranges::none_of(set.endpoints, [](const config::Endpoint& endpoint) {
    return endpoint.state == config::EndpointState::Ready;
  });
}

void say_why(const BackendDraft& backend, const model::Problems& problems, BackendVerdict& out) {
  const auto why = std::ranges::find_if(problems, [&](const model::Problem& problem) {
    return problem.severity == model::Severity::Refused && is_within(problem.field, backend.field);
  });
  out.off_reason = why == problems.end() ? "ServiceNotFound" : why->reason;
  out.off_message = why == problems.end() ? "something that it needs is missing"
                                          : why->field + ": " + why->message;
}

// Spec 2, "Members": what to write instead.
void say_doubt(const BackendDraft& backend, BackendVerdict& out) {
  if (!backend.pods) return;
  const LastingPods& pods = *backend.pods;
  const bool has_other_name = !pods.service.empty() && pods.service != pods.set;
  const std::string by = has_other_name ? ", serviceName: " + pods.service : std::string();
  out.doubt_reason = "UnstableMembers";
  out.doubt_message = fmt::format(
      "{}.service: its pods are those of StatefulSet {}, which have a volume each, and users are "
      "led to any of them; where each has his mail in one, write in place of service: "
      "statefulSet: {{name: {}, members: N{}}}, N being its replicas",
      backend.field, pods.set, pods.set, by);
}

BackendVerdict verdict_on(const Part& part, const BackendDraft& backend,
                          const model::Problems& problems) {
  BackendVerdict out;
  out.name = backend.backend.name;
  for (std::size_t i = 0; i < backend.ports.size(); ++i) {
    const config::BackendPort& port = backend.backend.ports[i];
    if (backend.ports[i].port == 0) continue;
    out.ports.push_back({port.protocol, backend.ports[i].port, port.tls});
  }
  const config::EndpointSet* set = endpoints_of(part, backend);
  if (!backend.reachable) {
    say_why(backend, problems, out);
  } else if (backend.backend.ports.empty()) {
    out.off_reason = "NoPorts";
    out.off_message =
        fmt::format("{}: there is no port for any protocol that is offered", backend.field);
  } else if (set != nullptr && backend.backend.dynamic.empty() && none_ready(*set)) {
    out.off_reason = "NoReadyEndpoints";
    out.off_message = fmt::format("{}: none of its members is ready", backend.field);
  } else {
    say_doubt(backend, out);
  }
  return out;
}

}  // namespace

std::vector<BackendVerdict> backend_verdicts(const Part& part, const model::Problems& problems) {
  std::vector<BackendVerdict> out;
  for (const BackendDraft& backend : part.backends) {
    out.push_back(verdict_on(part, backend, problems));
  }
  return out;
}

}  // namespace postern::build
