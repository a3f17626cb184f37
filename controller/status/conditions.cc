#include "controller/status/conditions.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace postern::status {
namespace {

struct ReasonRow {
  std::string_view reason;
  std::string_view condition;
};
// Reasons that are not here are Accepted's.
constexpr std::array kReasons = std::to_array<ReasonRow>({
    {"SecretNotFound", "ResolvedRefs"},
    {"ConfigMapNotFound", "ResolvedRefs"},
    {"ServiceNotFound", "ResolvedRefs"},
    {"PortNotFound", "ResolvedRefs"},
    {"InvalidCertificate", "ResolvedRefs"},
    {"KeyMismatch", "ResolvedRefs"},
    {"CertificateExpired", "ResolvedRefs"},
    {"HostnameNotCovered", "ResolvedRefs"},
    {"InvalidTable", "ResolvedRefs"},
    {"InvalidSecret", "ResolvedRefs"},
    {"RefNotPermitted", "ResolvedRefs"},
    {"EgressNotAllowed", "ResolvedRefs"},
    {"NameNotResolved", "ResolvedRefs"},
    {"PlaintextLogin", "InsecureSettings"},
    {"BackendPlaintext", "InsecureSettings"},
    {"BackendUnverified", "InsecureSettings"},
    {"ObsoleteTLS", "InsecureSettings"},
    {"ProviderPlaintext", "InsecureSettings"},
    {"ProviderUnverified", "InsecureSettings"},
    {"TrustsEverybody", "InsecureSettings"},
    {"LenientProvider", "InsecureSettings"},
    {"ProtectedEgress", "InsecureSettings"},
    {"Expiring", "CertificateExpiringSoon"},
    {"NoReadyEndpoints", "Ready"},
    {"NoPorts", "Ready"},
    {"ProtocolConflict", "Conflicted"},
    {"ProxyProtocolConflict", "Conflicted"},
    {"SetByClass", "Conflicted"},
    {"HostnameConflict", "Conflicted"},
    {"DomainConflict", "Conflicted"},
    {"PortNotServed", "Listener"},
});

std::string sentence(const model::Problem& problem) {
  return problem.field.empty() ? problem.message : problem.field + ": " + problem.message;
}

// What was found for one condition, in the order in which it was found.
struct Findings {
  std::vector<const model::Problem*> problems;

  [[nodiscard]] bool none() const { return problems.empty(); }
  [[nodiscard]] const std::string& reason() const { return problems.front()->reason; }
  [[nodiscard]] std::string message() const {
    std::string out;
    for (const model::Problem* problem : problems) {
      if (!out.empty()) out += "; ";
      out += sentence(*problem);
    }
    return out;
  }
};

Findings found(const Known& known, std::string_view condition) {
  Findings out;
  const auto gather = [&](const model::Problems* problems) {
    if (problems == nullptr) return;
    for (const model::Problem& problem : *problems) {
      if (condition_of(problem.reason) == condition) out.problems.push_back(&problem);
    }
  };
  gather(known.unreadable);
  if (known.verdict != nullptr) gather(&known.verdict->problems);
  return out;
}

Findings refused(Findings findings) {
  std::erase_if(findings.problems, [](const model::Problem* problem) {
    return problem->severity != model::Severity::Refused;
  });
  return findings;
}

bool has_refusal(const model::Problems* problems) {
  return problems != nullptr && std::ranges::any_of(*problems, [](const model::Problem& problem) {
           return problem.severity == model::Severity::Refused;
         });
}

// What a reason of a problem is called in a condition: the API has one word for each wrong field.
std::string word_for(const std::string& reason) {
  return reason == "InvalidField" ? "Invalid" : reason;
}

Condition accepted(const Known& known) {
  const Findings problems = refused(found(known, "Accepted"));
  const bool built = known.verdict != nullptr && known.verdict->accepted;
  if (has_refusal(known.unreadable) || (!built && !problems.none())) {
    const std::string kept = built ? " (what was accepted before stays in force)" : std::string();
    return {"Accepted", Truth::False, problems.none() ? "Invalid" : word_for(problems.reason()),
            problems.message() + kept};
  }
  if (known.verdict == nullptr) return {"Accepted", Truth::Unknown, "Pending", "not looked at yet"};
  if (problems.none()) return {"Accepted", Truth::True, "Accepted", "all of it is understood"};
  return {"Accepted", Truth::True, "PartiallyAccepted", problems.message()};
}

Condition resolved(const Known& known) {
  if (known.verdict == nullptr)
    return {"ResolvedRefs", Truth::Unknown, "Pending", "not looked at yet"};
  const Findings problems = found(known, "ResolvedRefs");
  if (problems.none()) {
    return {"ResolvedRefs", Truth::True, "ResolvedRefs", "all that it names is there"};
  }
  return {"ResolvedRefs", Truth::False, problems.reason(), problems.message()};
}

Condition programmed(const Known& known) {
  const Programming& on = known.programming;
  const auto of_all = [&on](std::size_t count) {
    return fmt::format("{} of {} proxies", count, on.attached);
  };
  if (known.verdict == nullptr || !known.verdict->accepted) {
    return {"Programmed", Truth::False, "Pending", "there is nothing to run"};
  }
  if (on.attached == 0) return {"Programmed", Truth::False, "NoProxies", "no proxy is connected"};
  if (on.rejected > 0) {
    const bool all = on.rejected >= on.attached;
    const char* reason = on.too_old ? "ProxyTooOld" : all ? "ProxyRejected" : "PartiallyProgrammed";
    return {"Programmed", Truth::False, reason,
            fmt::format("{} refuse it: {}", of_all(on.rejected), on.rejection)};
  }
  if (on.acknowledged < on.attached) {
    return {"Programmed", Truth::False, "Pending", of_all(on.acknowledged) + " run it so far"};
  }
  return {"Programmed", Truth::True, "Programmed", of_all(on.acknowledged) + " run it"};
}

Condition ready(const Known& known, const std::vector<Condition>& before) {
  for (const Condition& condition : before) {
    if (condition.truth == Truth::True) continue;
    return {"Ready", condition.truth, condition.reason, condition.message};
  }
  const Findings problems = found(known, "Ready");
  if (!problems.none()) return {"Ready", Truth::False, problems.reason(), problems.message()};
  return {"Ready", Truth::True, "Ready", "clients are served"};
}

// Only there when true.
void add_warning(const Known& known, std::string_view type, std::vector<Condition>& out) {
  const Findings problems = found(known, type);
  if (problems.none()) return;
  const bool several = std::ranges::any_of(problems.problems, [&](const model::Problem* problem) {
    return problem->reason != problems.reason();
  });
  out.push_back({std::string(type), Truth::True, several ? "Several" : problems.reason(),
                 problems.message()});
}

}  // namespace

std::string_view condition_of(std::string_view reason) {
  const auto row = std::ranges::find(kReasons, reason, &ReasonRow::reason);
  return row == kReasons.end() ? std::string_view("Accepted") : row->condition;
}

std::vector<Condition> conditions_of(const Known& known) {
  std::vector<Condition> out = {accepted(known), resolved(known), programmed(known)};
  out.push_back(ready(known, out));
  add_warning(known, "InsecureSettings", out);
  add_warning(known, "CertificateExpiringSoon", out);
  return out;
}

std::vector<ListenerStatus> listeners_of(const Known& known) {
  std::vector<ListenerStatus> out;
  if (known.verdict == nullptr) return out;
  const Condition whole = programmed(known);
  for (const build::ListenerVerdict& listener : known.verdict->listeners) {
    ListenerStatus status{listener.port, listener.protocol, listener.tls, {}};
    if (listener.off_reason.empty()) {
      status.conditions.push_back(whole);
    } else {
      const bool conflict = condition_of(listener.off_reason) == "Conflicted";
      status.conditions.push_back({"Programmed", Truth::False,
                                   conflict ? "Pending" : listener.off_reason,
                                   listener.off_message});
      if (conflict) {
        status.conditions.push_back(
            {"Conflicted", Truth::True, listener.off_reason, listener.off_message});
      }
    }
    out.push_back(std::move(status));
  }
  return out;
}

}  // namespace postern::status
