// Conditions of a MailServer (mailserver.md 7): what is known of it → what its author reads. Pure.
// Which condition a reason of a problem belongs to is one table here; reasons are API.
// Called by the status book alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controller/build/builder.h"
#include "controller/model/problem.h"
#include "controller/status/mail_server_status.h"

namespace postern::status {

// Of a port that some proxy does not serve.
struct PortRefusal {
  std::string reason;  // BindFailed, ProxyRejected
  std::string words;   // of one of them
};

// What proxies made of the generation that is wanted.
struct Programming {
  std::size_t attached = 0;
  std::size_t acknowledged = 0;  // run it
  std::size_t rejected = 0;      // refuse a part of it
  std::string rejection;         // words of one of them
  bool too_old = false;          // it refuses because it lacks a feature
  bool whole = false;            // what is refused is more than single ports
  std::map<std::uint16_t, PortRefusal> ports = {};
};

// What is known of one MailServer.
struct Known {
  const build::Verdict* verdict = nullptr;      // null: never built
  const model::Problems* unreadable = nullptr;  // what its source says of it
  Programming programming;
  bool expires_soon = false;  // the first of its certificates
};

// In the order of the page. Times are not set: the book keeps them while a condition stays.
[[nodiscard]] std::vector<Condition> conditions_of(const Known& known);
[[nodiscard]] std::vector<ListenerStatus> listeners_of(const Known& known);
[[nodiscard]] std::vector<BackendStatus> backends_of(const Known& known);
// Of the MailClass: `problems` are its own.
[[nodiscard]] std::vector<Condition> conditions_of_class(const model::Problems& problems,
                                                         const Programming& on);

// A condition of `fresh` that was among `before` keeps its time while its truth stays.
void keep_times(const std::vector<Condition>& before, WallTime now, std::vector<Condition>& fresh);

// "Accepted", "ResolvedRefs", "InsecureSettings", ...: where a problem of that reason is told.
[[nodiscard]] std::string_view condition_of(std::string_view reason);

}  // namespace postern::status
