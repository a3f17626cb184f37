#include "controller/build/ports.h"

#include <algorithm>
#include <string>

#include "common/base/ascii.h"

namespace postern::build {
namespace {

using config::BackendTlsMode;
using model::ServicePort;

enum class Speaks : std::uint8_t { Plain, Implicit };  // Plain: in clear until STARTTLS

struct Kind {
  std::string_view word;
  std::uint16_t number;
  Protocol protocol;
  Speaks speaks;
};
constexpr Kind kKinds[] = {
    {"imap", 143, Protocol::Imap, Speaks::Plain},
    {"imaps", 993, Protocol::Imap, Speaks::Implicit},
    {"pop3", 110, Protocol::Pop3, Speaks::Plain},
    {"pop3s", 995, Protocol::Pop3, Speaks::Implicit},
    {"submission", 587, Protocol::Submission, Speaks::Plain},
    {"submissions", 465, Protocol::Submission, Speaks::Implicit},
    {"sieve", 4190, Protocol::ManageSieve, Speaks::Plain},
    {"smtp", 25, Protocol::Mx, Speaks::Plain},
    {"lmtp", 24, Protocol::Lmtp, Speaks::Plain},
};

const Kind* kind_of_word(std::string_view word) {
  const auto* found = std::ranges::find(kKinds, word, &Kind::word);
  return found == std::end(kKinds) ? nullptr : found;
}

// "imaps", "postern.dev/imaps"
const Kind* by_app_protocol(const ServicePort& port) {
  const std::string word = lower(port.app_protocol);
  return kind_of_word(std::string_view(word).substr(word.rfind('/') + 1));
}

// "imap", "tcp-imap", "imap-starttls"; names of Services that exist: "smtps", "managesieve".
const Kind* by_name(const ServicePort& port) {
  const std::string name = lower(port.name);
  std::string_view word = name;
  if (word.starts_with("tcp-")) word.remove_prefix(4);
  word = word.substr(0, word.find('-'));
  if (word == "smtps") return kind_of_word("submissions");
  if (word == "managesieve") return kind_of_word("sieve");
  return kind_of_word(word);
}

const Kind* by_number(const ServicePort& port) {
  const auto* found = std::ranges::find(kKinds, port.port, &Kind::number);
  return found == std::end(kKinds) ? nullptr : found;
}

using Clue = const Kind* (*)(const ServicePort&);
constexpr Clue kClues[] = {by_app_protocol, by_name, by_number};

const ServicePort* port_by(Clue clue, const std::vector<ServicePort>& ports, Protocol protocol,
                           Speaks speaks) {
  const auto fits = [&](const ServicePort& port) {
    const Kind* kind = clue(port);
    return kind != nullptr && kind->protocol == protocol && kind->speaks == speaks;
  };
  const auto found = std::ranges::find_if(ports, fits);
  return found == ports.end() ? nullptr : &*found;
}

}  // namespace

std::optional<FoundPort> discover_port(const std::vector<ServicePort>& ports, Protocol protocol,
                                       std::string_view mode) {
  const bool wants_implicit = mode == "Required" || mode == "Implicit";
  const bool wants_plain = mode != "Implicit";
  for (const Clue clue : kClues) {
    if (wants_implicit) {
      if (const auto* port = port_by(clue, ports, protocol, Speaks::Implicit)) {
        return FoundPort{*port, BackendTlsMode::Implicit};
      }
    }
    if (wants_plain) {
      if (const auto* port = port_by(clue, ports, protocol, Speaks::Plain)) {
        return FoundPort{*port,
                         mode == "Disabled" ? BackendTlsMode::Disabled : BackendTlsMode::StartTls};
      }
    }
  }
  return std::nullopt;
}

std::optional<FoundPort> written_port(const std::vector<ServicePort>& ports, Protocol protocol,
                                      std::string_view mode, std::uint16_t number) {
  const auto found = std::ranges::find(ports, number, &ServicePort::port);
  if (found == ports.end()) return std::nullopt;
  if (mode == "Implicit") return FoundPort{*found, BackendTlsMode::Implicit};
  if (mode == "StartTLS") return FoundPort{*found, BackendTlsMode::StartTls};
  if (mode == "Disabled") return FoundPort{*found, BackendTlsMode::Disabled};
  // Required: what is known of the port says how TLS begins; a port that nobody knows begins in
  // clear text, and STARTTLS is demanded there.
  for (const Clue clue : kClues) {
    if (const auto* kind = clue(*found); kind != nullptr && kind->protocol == protocol) {
      return FoundPort{*found, kind->speaks == Speaks::Implicit ? BackendTlsMode::Implicit
                                                                : BackendTlsMode::StartTls};
    }
  }
  return FoundPort{*found, BackendTlsMode::StartTls};
}

std::vector<ServicePort> standard_ports(Protocol protocol) {
  std::vector<ServicePort> out;
  for (const Kind& kind : kKinds) {
    if (kind.protocol != protocol) continue;
    ServicePort port;
    port.port = kind.number;
    out.push_back(std::move(port));
  }
  return out;
}

}  // namespace postern::build
