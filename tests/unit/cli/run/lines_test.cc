#include "cli/run/lines.h"

#include <gtest/gtest.h>

namespace postern::run {
namespace {

SocketAddress loopback(std::uint16_t port) { return {IpAddress::v4({127, 0, 0, 1}), port}; }

TEST(Lines, ready_names_every_address_that_was_opened) {
  EXPECT_EQ(
      ready_line({{service_name(Protocol::Imap, config::ListenerTls::StartTls), loopback(10143)},
                  {service_name(Protocol::Imap, config::ListenerTls::Implicit), loopback(10993)},
                  {"admin", loopback(41234)}}),
      "ready: imap 127.0.0.1:10143 imaps 127.0.0.1:10993 admin 127.0.0.1:41234");
}

TEST(Lines, a_mail_server_is_ready_degraded_or_rejected) {
  EXPECT_EQ(mail_server_line("mail/a", {3, 3}), "mailserver mail/a: Ready (3 listeners)");
  EXPECT_EQ(mail_server_line("mail/a", {1, 1}), "mailserver mail/a: Ready (1 listener)");
  EXPECT_EQ(mail_server_line("mail/a", {3, 2}), "mailserver mail/a: Degraded (2 of 3 listeners)");
  EXPECT_EQ(mail_server_line("mail/a", {3, 0}), "mailserver mail/a: Rejected");
  EXPECT_EQ(mail_server_line("mail/a", {0, 0}), "mailserver mail/a: Rejected");
}

TEST(Lines, a_port_in_use_is_told_with_address_port_and_another_offset) {
  EXPECT_EQ(port_line({993, 10000, "127.0.0.1:10993: Address already in use"}),
            "listener 993: port 10993 was not opened: 127.0.0.1:10993: Address already in use; end "
            "whoever has it, or choose other ports with --port-offset 11000");
  EXPECT_NE(port_line({143, 0, "[::]:143: Permission denied"}).find("--port-offset 10000"),
            std::string::npos);
}

TEST(Lines, every_protocol_has_a_service_name) {
  for (const Protocol protocol : {Protocol::Imap, Protocol::Pop3, Protocol::Submission,
                                  Protocol::ManageSieve, Protocol::Mx, Protocol::Lmtp}) {
    EXPECT_NE(service_name(protocol, config::ListenerTls::StartTls), "unknown");
    EXPECT_NE(service_name(protocol, config::ListenerTls::Implicit), "unknown");
  }
}

}  // namespace
}  // namespace postern::run
