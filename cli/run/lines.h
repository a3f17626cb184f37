// The lines of `postern run` that people and their scripts wait for. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/mail.h"
#include "common/config/listener.h"

namespace postern::run {

// imap, imaps, pop3, ...: the service names of RFC 6335's registry where there is one.
[[nodiscard]] std::string_view service_name(Protocol protocol, config::ListenerTls tls);

struct NamedAddress {
  std::string_view name;
  SocketAddress address;
};
// "ready: imap 127.0.0.1:10143 imaps 127.0.0.1:10993 admin 127.0.0.1:9901"
[[nodiscard]] std::string ready_line(const std::vector<NamedAddress>& addresses);

// How many listeners a MailServer asked for, and how many of them are open.
struct ListenerCount {
  std::size_t wanted = 0;
  std::size_t open = 0;
};
// "mailserver mail/example: Ready (3 listeners)", Degraded, Rejected.
[[nodiscard]] std::string mail_server_line(std::string_view path, ListenerCount listeners);

struct PortTaken {
  std::uint16_t port = 0;  // as written
  std::uint16_t offset = 0;
  std::string_view detail;  // of the proxy: address and reason
};
// What to do about a port that could not be opened.
[[nodiscard]] std::string port_line(const PortTaken& taken);

}  // namespace postern::run
