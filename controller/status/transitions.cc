#include "controller/status/transitions.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace postern::status {
namespace {

struct Row {
  std::string_view condition;
  std::string_view reason;  // of the condition
  std::string_view event;
};
// Of a MailServer as a whole: an Event when the condition comes to be False for this reason.
constexpr std::array kRows = std::to_array<Row>({
    {"ResolvedRefs", "InvalidCertificate", "CertificateInvalid"},
    {"ResolvedRefs", "KeyMismatch", "CertificateInvalid"},
    {"ResolvedRefs", "CertificateExpired", "CertificateInvalid"},
    {"ResolvedRefs", "RefNotPermitted", "RefNotPermitted"},
    {"Accepted", "HostnameConflict", "HostnameConflict"},
    {"Programmed", "ProxyRejected", "ProxyRejected"},
    {"Programmed", "PartiallyProgrammed", "ProxyRejected"},
    {"Programmed", "ProxyTooOld", "ProxyRejected"},
});

bool is_for(const Condition* condition, Truth truth, std::string_view reason) {
  return condition != nullptr && condition->truth == truth && condition->reason == reason;
}

const Condition* conflict_of(const MailServerStatus& status, std::uint16_t port) {
  const auto listener = std::ranges::find(status.listeners, port, &ListenerStatus::port);
  if (listener == status.listeners.end()) return nullptr;
  const auto found = std::ranges::find(listener->conditions, "Conflicted", &Condition::type);
  return found == listener->conditions.end() ? nullptr : &*found;
}

void add_lost_names(const MailServerStatus& before, const MailServerStatus& after,
                    std::vector<Transition>& out) {
  for (const ListenerStatus& listener : after.listeners) {
    const Condition* now = conflict_of(after, listener.port);
    if (!is_for(now, Truth::True, "HostnameConflict")) continue;
    if (is_for(conflict_of(before, listener.port), Truth::True, "HostnameConflict")) continue;
    out.push_back({true, "Claim", "HostnameConflict",
                   fmt::format("port {}: {}", listener.port, now->message)});
  }
}

void add_programmed(const MailServerStatus& before, const MailServerStatus& after,
                    std::vector<Transition>& out) {
  const Condition* was = before.condition("Programmed");
  const Condition* now = after.condition("Programmed");
  if (now == nullptr || now->truth != Truth::True) return;
  if (was != nullptr && was->truth == Truth::True) return;
  out.push_back({false, "Program", "Programmed",
                 fmt::format("generation {} is in force: {}", after.generation, now->message)});
}

}  // namespace

std::vector<Transition> transitions(const MailServerStatus& before, const MailServerStatus& after) {
  std::vector<Transition> out;
  for (const Row& row : kRows) {
    const Condition* now = after.condition(row.condition);
    if (!is_for(now, Truth::False, row.reason)) continue;
    if (is_for(before.condition(row.condition), Truth::False, row.reason)) continue;
    const bool of_proxies = row.condition == "Programmed";
    out.push_back({true, of_proxies ? "Program" : "Build", std::string(row.event), now->message});
  }
  add_lost_names(before, after, out);
  add_programmed(before, after, out);
  return out;
}

}  // namespace postern::status
