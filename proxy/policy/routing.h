// Routing: which backend has the mail of this session, and what says so: a line of a table, a rule,
// or the order of the backends (docs/routing.md). Whoever the configuration leads nowhere gets a
// temporary failure and never somebody else's backend. Pure: tables and compiled patterns come in
// with the configuration, and a decision can say itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/config/server.h"
#include "common/config/table.h"
#include "proxy/policy/facts.h"
#include "proxy/policy/user_patterns.h"

namespace postern::policy {

struct RoutingView {
  const config::Server& server;
  // One for each of server.routing.tables; null: it is not here.
  std::span<const config::Table* const> tables = {};
  const UserPatterns* patterns = nullptr;  // null: no rule has one
};

enum class ChosenBy : std::uint8_t { TableLine, DomainLine, Rule, Default };

// What spoke. Views into the configuration.
struct Choice {
  ChosenBy by = ChosenBy::Default;  // the first backend that has the protocol
  std::string_view name = {};       // TABLE resource, or the rule's name
  std::string_view key = {};        // of the line
};

struct Route {
  std::string_view backend;  // BACKEND resource, in the server's offer
  std::string_view member;   // exactly this one; empty: by the hash
  Choice choice;
};

enum class NoRoute : std::uint8_t {
  ProtocolNotOffered,  // the tenant chosen by name does not have the protocol
  NoBackend,           // all backends that had it are gone
  TableAway,           // a table that might speak of this user is not here
  UnknownUser,         // he is in none of the tables, and one of them says that this decides
  UnknownBackend,      // his line names a backend that the MailServer does not have
  BackendLacksIt,      // where his mail is, the protocol is not
};
[[nodiscard]] std::string_view name_of(NoRoute reason);

struct Unrouted {
  NoRoute reason;
  Choice choice = {};             // who would have led him
  std::string_view backend = {};  // UnknownBackend: as the line has it
};

// It goes on to a mailbox: where that is counts, and nobody else can stand in. Who sends mail only
// hands it over.
[[nodiscard]] bool needs_mailbox(Protocol protocol);

[[nodiscard]] Result<Route, Unrouted> route(const RoutingView& view, const Facts& facts);

// Every condition of the rule holds. `rule` is its place among the server's rules.
[[nodiscard]] bool rule_matches(const RoutingView& view, std::size_t rule, const Facts& facts);

// "mail/example/old" → "old": as the manifest has it.
[[nodiscard]] std::string_view backend_word(std::string_view resource);

// For people who ask why: "IMAP of mail/example: backend mail/example/mailbox, the first of 2 …".
[[nodiscard]] std::string explain(const RoutingView& view, const Facts& facts);

}  // namespace postern::policy
