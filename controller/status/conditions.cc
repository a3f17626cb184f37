#include "controller/status/conditions.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "controller/status/words.h"

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

constexpr std::string_view kHostnameConflict = "HostnameConflict";

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

// Names that older MailServers have are off, and what is left is served.
Findings with_lost_names(const Known& known, Findings findings) {
  if (known.verdict == nullptr) return findings;
  for (const model::Problem& problem : known.verdict->problems) {
    if (problem.reason == kHostnameConflict) findings.problems.push_back(&problem);
  }
  return findings;
}

// Every listener is off, since older MailServers have every name.
bool all_names_lost(const Known& known) {
  if (known.verdict == nullptr || known.verdict->listeners.empty()) return false;
  return std::ranges::all_of(known.verdict->listeners, [](const build::ListenerVerdict& listener) {
    return listener.off_reason == kHostnameConflict;
  });
}

Condition accepted(const Known& known) {
  if (all_names_lost(known) && !has_refusal(known.unreadable)) {
    return {"Accepted", Truth::False, std::string(kHostnameConflict),
            with_lost_names(known, {}).message()};
  }
  const Findings problems = with_lost_names(known, refused(found(known, "Accepted")));
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

// Counts stand where they matter alone: a status is not written anew because a proxy came or went.
// Other replicas may have proxies of their own; nothing is known of those.
Condition programmed(const Programming& on) {
  const auto of_all = [&on](std::size_t count) {
    return fmt::format("{} of {} proxies", count, on.attached);
  };
  if (on.attached == 0) {
    return {"Programmed", Truth::False, "NoProxies",
            "no proxy is connected to the controller that writes this"};
  }
  if (on.rejected > 0) {
    const bool all = on.rejected >= on.attached;
    const char* reason = on.too_old ? "ProxyTooOld" : all ? "ProxyRejected" : "PartiallyProgrammed";
    return {"Programmed", Truth::False, reason,
            fmt::format("{} refuse it: {}", of_all(on.rejected), on.rejection)};
  }
  if (on.acknowledged < on.attached) {
    return {"Programmed", Truth::False, "Pending", "not every connected proxy runs it so far"};
  }
  return {"Programmed", Truth::True, "Programmed", "every connected proxy runs it"};
}

Condition programmed(const Known& known) {
  if (known.verdict == nullptr || !known.verdict->accepted) {
    return {"Programmed", Truth::False, "Pending", "there is nothing to run"};
  }
  return programmed(known.programming);
}

bool none_available(const Known& known) {
  if (known.verdict == nullptr || known.verdict->backends.empty()) return false;
  return std::ranges::none_of(known.verdict->backends, [](const build::BackendVerdict& backend) {
    return backend.off_reason.empty();
  });
}

Condition ready(const Known& known, const std::vector<Condition>& before) {
  for (const Condition& condition : before) {
    if (condition.truth == Truth::True) continue;
    return {"Ready", condition.truth, condition.reason, condition.message};
  }
  const Findings problems = found(known, "Ready");
  if (!problems.none()) return {"Ready", Truth::False, problems.reason(), problems.message()};
  if (none_available(known)) {
    return {"Ready", Truth::False, "NoReadyEndpoints", "no backend can take users now"};
  }
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
  if (known.expires_soon && known.verdict != nullptr) {
    const WallTime when{std::chrono::seconds(known.verdict->expires_unix_s)};
    out.push_back(
        {"CertificateExpiringSoon", Truth::True, "Expiring",
         "spec.tls.certificateRefs: the first certificate expires at " + time_text(when)});
  }
  return out;
}

namespace {

// A port that is refused leaves the others as they are.
Condition programmed_on(const Known& known, std::uint16_t port) {
  const auto refusal = known.programming.ports.find(port);
  if (refusal != known.programming.ports.end()) {
    return {"Programmed", Truth::False, refusal->second.reason, refusal->second.words};
  }
  Known others = known;
  if (!known.programming.whole) {
    others.programming.acknowledged += others.programming.rejected;
    others.programming.rejected = 0;
  }
  return programmed(others);
}

Condition available(const build::BackendVerdict& backend) {
  if (!backend.off_reason.empty()) {
    return {"Available", Truth::False, word_for(backend.off_reason), backend.off_message};
  }
  if (!backend.doubt_reason.empty()) {
    return {"Available", Truth::True, backend.doubt_reason, backend.doubt_message};
  }
  return {"Available", Truth::True, "Available", "users can be led there"};
}

}  // namespace

std::vector<ListenerStatus> listeners_of(const Known& known) {
  std::vector<ListenerStatus> out;
  if (known.verdict == nullptr) return out;
  for (const build::ListenerVerdict& listener : known.verdict->listeners) {
    ListenerStatus status{listener.port, listener.protocol, listener.tls, {}};
    if (listener.off_reason.empty()) {
      status.conditions.push_back(programmed_on(known, listener.port));
      if (!listener.conflict_reason.empty()) {
        status.conditions.push_back(
            {"Conflicted", Truth::True, listener.conflict_reason, listener.conflict_message});
      }
    } else {
      const bool conflict = condition_of(listener.off_reason) == "Conflicted";
      status.conditions.push_back({"Programmed", Truth::False,
                                   conflict ? "Pending" : word_for(listener.off_reason),
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

std::vector<BackendStatus> backends_of(const Known& known) {
  std::vector<BackendStatus> out;
  if (known.verdict == nullptr) return out;
  for (const build::BackendVerdict& backend : known.verdict->backends) {
    BackendStatus status{backend.name, {}, {}};
    for (const build::BackendPortVerdict& port : backend.ports) {
      status.ports.push_back({port.protocol, port.port, port.tls});
    }
    status.conditions.push_back(available(backend));
    out.push_back(std::move(status));
  }
  return out;
}

std::vector<Condition> conditions_of_class(const model::Problems& problems, const Programming& on) {
  Known known;
  known.unreadable = &problems;
  std::vector<Condition> out;
  const Findings wrong = refused(found(known, "Accepted"));
  out.push_back(wrong.none()
                    ? Condition{"Accepted", Truth::True, "Accepted", "all of it is understood"}
                    : Condition{"Accepted", Truth::False, "UnsupportedValue", wrong.message()});
  const Findings lost = found(known, "ResolvedRefs");
  out.push_back(
      lost.none()
          ? Condition{"ResolvedRefs", Truth::True, "ResolvedRefs", "all that it names is there"}
          : Condition{"ResolvedRefs", Truth::False, lost.reason(), lost.message()});
  out.push_back(programmed(on));
  add_warning(known, "InsecureSettings", out);
  return out;
}

void keep_times(const std::vector<Condition>& before, WallTime now, std::vector<Condition>& fresh) {
  for (Condition& condition : fresh) {
    const auto same = std::ranges::find(before, condition.type, &Condition::type);
    const bool stays = same != before.end() && same->truth == condition.truth;
    condition.since = stays ? same->since : now;
  }
}

}  // namespace postern::status
