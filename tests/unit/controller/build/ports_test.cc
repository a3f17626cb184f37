#include "controller/build/ports.h"

#include <gtest/gtest.h>

#include "tests/support/mk.h"

namespace postern::build {
namespace {

using config::BackendTlsMode;
using testing::mk_port;
using Ports = std::vector<model::ServicePort>;

std::string found(const Ports& ports, Protocol protocol, std::string_view mode = "Required") {
  const auto port = discover_port(ports, protocol, mode);
  if (!port) return "none";
  const char* words[] = {"implicit", "starttls", "clear"};
  return std::to_string(port->port.port) + " " + words[static_cast<int>(port->tls)];
}

TEST(Ports, are_found_by_app_protocol_first) {
  const Ports ports = {mk_port("imaps", 1, 0, ""), mk_port("x", 2, 0, "imaps"), mk_port("", 993)};
  EXPECT_EQ(found(ports, Protocol::Imap), "2 implicit");
  EXPECT_EQ(found({mk_port("x", 7, 0, "postern.dev/imap")}, Protocol::Imap), "7 starttls");
}

TEST(Ports, are_found_by_name_second) {
  EXPECT_EQ(found({mk_port("imaps", 9993), mk_port("y", 993)}, Protocol::Imap), "9993 implicit");
  EXPECT_EQ(found({mk_port("tcp-imap", 9143)}, Protocol::Imap), "9143 starttls");
  EXPECT_EQ(found({mk_port("imap-starttls", 9143)}, Protocol::Imap), "9143 starttls");
  EXPECT_EQ(found({mk_port("smtps", 9465)}, Protocol::Submission), "9465 implicit");
  EXPECT_EQ(found({mk_port("managesieve", 9190)}, Protocol::ManageSieve), "9190 starttls");
}

TEST(Ports, are_found_by_number_last) {
  const struct {
    Protocol protocol;
    std::uint16_t plain;
    std::uint16_t implicit;
  } rows[] = {{Protocol::Imap, 143, 993},
              {Protocol::Pop3, 110, 995},
              {Protocol::Submission, 587, 465},
              {Protocol::ManageSieve, 4190, 0},
              {Protocol::Mx, 25, 0},
              {Protocol::Lmtp, 24, 0}};
  for (const auto& row : rows) {
    EXPECT_EQ(found({mk_port("a", row.plain)}, row.protocol),
              std::to_string(row.plain) + " starttls");
    if (row.implicit == 0) continue;
    EXPECT_EQ(found({mk_port("a", row.plain), mk_port("b", row.implicit)}, row.protocol),
              std::to_string(row.implicit) + " implicit");
  }
}

TEST(Ports, are_none_where_nothing_fits) {
  EXPECT_EQ(found({mk_port("http", 80)}, Protocol::Imap), "none");
  EXPECT_EQ(found({mk_port("imap", 143)}, Protocol::Pop3), "none");
  EXPECT_EQ(found({}, Protocol::Imap), "none");
}

TEST(Ports, follow_the_mode_that_is_written) {
  const Ports both = {mk_port("imap", 143), mk_port("imaps", 993)};
  EXPECT_EQ(found(both, Protocol::Imap, "Required"), "993 implicit");
  EXPECT_EQ(found(both, Protocol::Imap, "Implicit"), "993 implicit");
  EXPECT_EQ(found(both, Protocol::Imap, "StartTLS"), "143 starttls");
  EXPECT_EQ(found(both, Protocol::Imap, "Disabled"), "143 clear");
}

TEST(Ports, never_begin_in_clear_unless_that_is_written) {
  EXPECT_EQ(found({mk_port("imap", 143)}, Protocol::Imap, "Implicit"), "none");
  EXPECT_EQ(found({mk_port("imaps", 993)}, Protocol::Imap, "Disabled"), "none");
}

TEST(Ports, written_one_begins_as_what_is_known_of_it_says) {
  const Ports ports = {mk_port("secure", 10993, 0, "imaps"), mk_port("odd", 5000),
                       mk_port("imaps", 993)};
  EXPECT_EQ(written_port(ports, Protocol::Imap, "Required", 10993)->tls, BackendTlsMode::Implicit);
  EXPECT_EQ(written_port(ports, Protocol::Imap, "Required", 5000)->tls, BackendTlsMode::StartTls);
  EXPECT_EQ(written_port(ports, Protocol::Imap, "Disabled", 5000)->tls, BackendTlsMode::Disabled);
  EXPECT_EQ(written_port(ports, Protocol::Imap, "StartTLS", 993)->tls, BackendTlsMode::StartTls);
  EXPECT_FALSE(written_port(ports, Protocol::Imap, "Required", 1));
}

}  // namespace
}  // namespace postern::build
