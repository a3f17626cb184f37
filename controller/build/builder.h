// build: what exists → what the proxies must know, and what is wrong with what exists. A Builder
// keeps what it made of each MailServer and makes only the touched ones anew; build() is a new
// Builder over everything. Either way equal worlds give equal resources. A part that is wrong
// takes down only what needs it, and a certificate that became unusable leaves the one before it
// in force. Called by the control loop after each change, and by `postern check`.
// Thread: belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/mail.h"
#include "common/config/fresh_resource.h"
#include "common/config/resource.h"
#include "controller/model/problem.h"
#include "controller/world/world.h"

namespace postern::build {

struct Terms {
  std::string class_name = "postern";  // MailServers of no other class are built
  std::int64_t now_unix_s = 0;         // for certificates that have expired; 0: not looked at
  // Of a directory: the MailClass is there and wrong, and no good one was ever read.
  bool class_broken = false;
  // An IngressClass says which MailClass holds, and what is absent has the defaults of a cluster.
  bool in_cluster = false;
  // False: of a cluster nothing is read that is of no namespace; the defaults of a class hold.
  bool reads_class = true;
  std::vector<IpAddress> api_servers = {};  // of the cluster: closed to MailServers
};

struct ListenerVerdict {
  std::uint16_t port = 0;
  Protocol protocol = Protocol::Imap;
  config::ListenerTls tls = config::ListenerTls::StartTls;
  std::string off_reason;   // condition reason, as "PortNotServed"; empty: it is served
  std::string off_message;  // in words; empty: it is served
  // It is served, and an older MailServer has something of it: HostnameConflict, DomainConflict.
  std::string conflict_reason = {};
  std::string conflict_message = {};
  friend bool operator==(const ListenerVerdict&, const ListenerVerdict&) = default;
};

struct BackendPortVerdict {
  Protocol protocol = Protocol::Imap;
  std::uint16_t port = 0;  // of the Service
  config::BackendTlsMode tls = config::BackendTlsMode::Implicit;
  friend bool operator==(const BackendPortVerdict&, const BackendPortVerdict&) = default;
};
// What was found of an entry of spec.backends.
struct BackendVerdict {
  std::string name;
  std::vector<BackendPortVerdict> ports;
  std::string off_reason = {};  // condition reason, as "ServiceNotFound"; empty: users can go there
  std::string off_message = {};  // in words; empty: the same
  // Users can go there, and somebody should look: UnstableMembers.
  std::string doubt_reason = {};
  std::string doubt_message = {};
  friend bool operator==(const BackendVerdict&, const BackendVerdict&) = default;
};

// What came of one MailServer.
struct Verdict {
  model::ObjectKey server;
  std::string uid;
  std::int64_t generation = 0;
  std::vector<ListenerVerdict> listeners;      // as written, those that are off too
  model::Problems problems;                    // what refuses it as a whole is first
  bool accepted = false;                       // something is served
  std::vector<config::ResourceKey> resources;  // its own, without LISTENER
  std::vector<BackendVerdict> backends = {};   // in the order of spec.backends
  std::int64_t expires_unix_s = 0;             // the first of its certificates; 0: there is none
};

// What is other than after the last update().
struct Changes {
  std::vector<config::FreshResource> upserts;  // by type, then name; versions are wire's business
  std::vector<config::ResourceKey> removals;
  std::vector<Verdict> verdicts;       // those that were made anew, oldest MailServer first
  std::vector<model::ObjectKey> gone;  // MailServers that are no more, or left the class
  model::Problems class_problems;      // of the class itself: all that stand now
  std::size_t listeners_before = 0;    // LISTENER resources
  std::size_t listeners_after = 0;
  std::size_t resources = 0;  // all that stand now
};

class Builder {
 public:
  Builder();
  ~Builder();
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;

  // `touched` says what is other than at the last call; the first call looks at everything. Also
  // looked at: MailServers with a certificate that has expired since, so that a call with nothing
  // touched, now and then, is worth its while.
  [[nodiscard]] Changes update(const world::World& world, const world::Touched& touched,
                               const Terms& terms);

  // One that remembers the same good certificates and has built nothing.
  [[nodiscard]] Builder renewed() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct ServedListener {
  std::uint16_t port = 0;
  Protocol protocol = Protocol::Imap;
  config::ListenerTls tls = config::ListenerTls::StartTls;
  friend bool operator==(const ServedListener&, const ServedListener&) = default;
};
struct ServedServer {
  std::string path;  // "mail/example"
  std::vector<ServedListener> listeners;
  friend bool operator==(const ServedServer&, const ServedServer&) = default;
};

struct Built {
  std::vector<config::Resource> resources;  // by type, then name
  model::Problems problems;                 // of the class, then by MailServer, oldest first
  std::vector<ServedServer> served;         // oldest first; those without a listener are left out
};

[[nodiscard]] Built build(const world::World& world, const Terms& terms);

}  // namespace postern::build
