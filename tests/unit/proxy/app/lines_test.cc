#include "proxy/app/lines.h"

#include <gtest/gtest.h>

namespace postern::proxy_app {
namespace {

SocketAddress loopback(std::uint16_t port) { return {IpAddress::v4({127, 0, 0, 1}), port}; }

TEST(Lines, ready_names_every_address_that_was_opened) {
  std::vector<process::NamedAddress> addresses =
      named({{143, Protocol::Imap, config::ListenerTls::StartTls, loopback(10143)},
             {993, Protocol::Imap, config::ListenerTls::Implicit, loopback(10993)}});
  addresses.push_back({"admin", loopback(41234)});
  EXPECT_EQ(process::ready_line(addresses),
            "ready: imap 127.0.0.1:10143 imaps 127.0.0.1:10993 admin 127.0.0.1:41234");
}

TEST(Lines, a_port_in_use_is_told_with_address_port_and_another_offset) {
  EXPECT_EQ(port_line({993, 10000, "127.0.0.1:10993: Address already in use"}),
            "listener 993: port 10993 was not opened: 127.0.0.1:10993: Address already in use; end "
            "whoever has it, or choose other ports with --port-offset 11000");
  EXPECT_NE(port_line({143, 0, "[::]:143: Permission denied"}).find("--port-offset 10000"),
            std::string::npos);
}

TEST(Lines, a_refusal_names_resource_field_and_reason) {
  adopt::Outcome outcome;
  outcome.errors.push_back({{config::ResourceType::Server, "mail/a"},
                            "v2",
                            "v1",
                            adopt::ErrorCode::Invalid,
                            "tls.cipherSuites[0]",
                            "there is no\x01 suite"});
  outcome.errors.push_back({{config::ResourceType::Listener, "993"},
                            "v1",
                            "",
                            adopt::ErrorCode::BindFailed,
                            "port",
                            "[::]:993: Address already in use",
                            true});
  const auto lines = refusal_lines(outcome, 0);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], "SERVER mail/a: tls.cipherSuites[0]: there is no\\x01 suite");
  EXPECT_EQ(lines[1].find("listener 993: port 993 was not opened"), 0U);
}

TEST(Lines, every_protocol_has_a_service_name) {
  for (const Protocol protocol : {Protocol::Imap, Protocol::Pop3, Protocol::Submission,
                                  Protocol::ManageSieve, Protocol::Mx, Protocol::Lmtp}) {
    EXPECT_NE(service_name(protocol, config::ListenerTls::StartTls), "unknown");
    EXPECT_NE(service_name(protocol, config::ListenerTls::Implicit), "unknown");
  }
}

}  // namespace
}  // namespace postern::proxy_app
