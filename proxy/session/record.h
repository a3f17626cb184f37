// Record: what the one line at the end of a session needs. Never a secret.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/mail.h"
#include "common/config/server.h"
#include "proxy/dialogue/failure.h"

namespace postern::session {

struct Record {
  std::string id;  // 20 letters
  Protocol protocol = Protocol::Imap;
  std::uint16_t port = 0;
  ClientAddress client;
  ServerAddress local;  // where the client came in
  // Whose PROXY header said both; the peer's own address. Nothing: the connection's hold.
  std::optional<SocketAddress> via;
  Instant began{};
  std::string sni;
  std::string tls;  // "TLSv1.3/TLS_AES_256_GCM_SHA384/resumed"
  std::string server;
  config::SessionLogging logging = config::SessionLogging::All;
  LogLevel least = LogLevel::Info;  // less severe lines of this session are left out
  std::string_view mechanism;       // its registered name
  std::string user;        // printable; canonical once his mailbox is known, before as typed
  std::string auth_user;   // whose credentials they are, if another's
  std::string auth;        // the provider that decided
  Duration auth_took{0};   // until then, with all who were asked before
  bool auth_kept = false;  // it was remembered
  std::string backend;
  std::string endpoint;
  std::optional<Duration> connect;
  std::optional<Duration> login;
  bool logged_in = false;
  // The last refusal that the client was told, for sessions that end without a login.
  dialogue::Failure refusal = dialogue::Failure::None;
};

}  // namespace postern::session
