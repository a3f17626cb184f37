// build: what exists → what the proxies must know, and what is wrong with what exists. A pure
// function: equal worlds give equal octets. The passes stand in builder.cc in their order; each is
// a file of its own. A part that is wrong takes down only what needs it. Called by the control loop
// after each change that matters, and by `postern check`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/mail.h"
#include "common/config/resource.h"
#include "controller/model/problem.h"
#include "controller/world/world.h"

namespace postern::build {

struct Terms {
  std::string class_name = "postern";  // MailServers of no other class are built
  std::int64_t now_unix_s = 0;         // for certificates that have expired; 0: not looked at
  bool class_broken = false;  // the MailClass is there and wrong, and no good one was ever read
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
  std::vector<config::Resource> resources;  // by type, then name; versions are wire's business
  model::Problems problems;                 // by MailServer, oldest first
  std::vector<ServedServer> served;         // oldest first; those without a listener are left out
};

[[nodiscard]] Built build(const world::World& world, const Terms& terms);

}  // namespace postern::build
