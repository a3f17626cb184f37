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

// What of it is no text and is needed to the end.
struct RecordValues {
  Instant began{};
  Duration auth_took{0};  // until a provider decided, with all who were asked before
  std::optional<Duration> connect;
  std::optional<Duration> login;
  std::string_view mechanism;  // its registered name
  std::uint16_t port = 0;
  ClientAddress client;
  // Whose PROXY header said both; the peer's own address. Nothing: the connection's hold.
  std::optional<SocketAddress> via;
  Protocol protocol = Protocol::Imap;
  config::SessionLogging logging = config::SessionLogging::All;
  LogLevel least = LogLevel::Info;  // less severe lines of this session are left out
  bool auth_kept = false;           // what the provider said was remembered
  bool logged_in = false;
  // The last refusal that the client was told, for sessions that end without a login.
  dialogue::Failure refusal = dialogue::Failure::None;
};

struct Record : RecordValues {
  ServerAddress local;  // where the client came in; before the relay
  std::string id;       // 20 letters
  std::string sni;
  std::string tls;  // "TLSv1.3/TLS_AES_256_GCM_SHA384/resumed"
  std::string server;
  std::string user;       // printable; canonical once his mailbox is known, before as typed
  std::string auth_user;  // whose credentials they are, if another's
  std::string auth;       // the provider that decided
  std::string backend;
  std::string endpoint;
};

}  // namespace postern::session
