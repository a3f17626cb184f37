// What a MailServer asks of the ports that all share, and what it was given. Wishes are made of one
// MailServer alone; outcomes by port_table, lost domains by domain_claims. Equal wishes: nobody
// else is concerned, whatever else has changed. Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/config/listener.h"
#include "common/config/resource.h"
#include "controller/build/draft.h"

namespace postern::build {

// Older is smaller: creationTimestamp, then path.
using Age = std::pair<std::string, std::string>;

// Why a listener is off; an empty reason: it is not.
struct Off {
  std::string reason;
  std::string message;
  friend bool operator==(const Off&, const Off&) = default;
};

struct ListenerWish {
  std::uint16_t port = 0;
  Protocol protocol = Protocol::Imap;
  config::ListenerTls tls = config::ListenerTls::StartTls;
  config::Plaintext plaintext = config::Plaintext::Refuse;
  std::uint32_t max_connections = 0;
  std::optional<config::ListenerProxyProtocol> proxy_protocol = {};
  std::string field;  // "spec.protocols.imap.listeners[0]"
  Off off;            // before anybody else was asked
  friend bool operator==(const ListenerWish&, const ListenerWish&) = default;
};

struct HostnameWish {
  std::string name;
  std::size_t index = 0;  // in spec.hostnames
  friend bool operator==(const HostnameWish&, const HostnameWish&) = default;
};

struct DomainWish {
  std::string name;
  std::size_t index = 0;  // in spec.domains
  friend bool operator==(const DomainWish&, const DomainWish&) = default;
};

struct Wishes {
  Age age;
  std::string server;  // SERVER resource
  config::SourceRef
      source;  // without generation: a port does not change with each edit of a tenant
  std::vector<HostnameWish> hostnames;
  std::vector<ListenerWish> listeners;
  friend bool operator==(const Wishes&, const Wishes&) = default;
};

// Whose users without a hostname are its own. No LISTENER says so: whatever comes of them, ports
// stay as they are.
struct DomainWishes {
  std::vector<DomainWish> own;
  std::vector<DomainTable> tables;
  friend bool operator==(const DomainWishes&, const DomainWishes&) = default;

  [[nodiscard]] bool empty() const { return own.empty() && tables.empty(); }
};

struct Outcome {
  Off off;
  std::vector<Remark> remarks;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct Claimant {
  model::ObjectKey key;
  Wishes wishes;
  std::vector<Outcome> outcomes;  // one a listener
  DomainWishes domains = {};
  std::vector<Remark> lost_domains = {};

  [[nodiscard]] bool is_served() const;
};

[[nodiscard]] Age age_of(const model::MailServer& server);

// `allowed`: the class lets it be here. The problems of the draft say why something is off.
[[nodiscard]] Wishes wishes_of(const Setting& setting, const ServerDraft& server, bool allowed);
[[nodiscard]] DomainWishes domain_wishes_of(const ServerDraft& server);

}  // namespace postern::build
