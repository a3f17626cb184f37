#include "proxy/policy/referred.h"

#include <gtest/gtest.h>

#include <vector>

namespace postern::policy {
namespace {

class ReferredTo : public ::testing::Test {
 protected:
  ReferredTo() {
    box_.tls.server_names = {"mail.example.com", "dovecot.mail.svc"};
    anywhere_.dynamic = {Network::parse("0.0.0.0/0").value()};
    for (const char* id : {"dovecot-0", "dovecot-1"}) {
      config::Endpoint pod;
      pod.id = id;
      pod.address = *IpAddress::parse(pods_.endpoints.empty() ? "10.1.0.1" : "10.1.0.2");
      pod.ports = {{Protocol::Imap, 993}};
      pods_.endpoints.push_back(pod);
    }
  }
  [[nodiscard]] std::string to(std::string_view host, std::uint16_t port = 0) const {
    const std::vector<BackendView> views{{"m/anywhere", &anywhere_, nullptr},
                                         {"m/box", &box_, &pods_}};
    const auto found = referred_to({host, IpAddress::parse(host), port}, Protocol::Imap, views);
    if (!found) return "nowhere";
    return found->backend + " " + found->destination.id + " " + found->destination.address.text();
  }

  config::Backend anywhere_;
  config::Backend box_;
  config::EndpointSet pods_;
};

TEST_F(ReferredTo, member_is_found_by_its_address_and_dialled_at_its_own_port) {
  EXPECT_EQ(to("10.1.0.2", 143), "m/box dovecot-1 10.1.0.2:993");
  EXPECT_EQ(to("10.1.0.2"), "m/box dovecot-1 10.1.0.2:993");
}

TEST_F(ReferredTo, member_is_found_by_its_name_alone_or_in_front_of_a_name_of_its_service) {
  EXPECT_EQ(to("dovecot-1"), "m/box dovecot-1 10.1.0.2:993");
  EXPECT_EQ(to("dovecot-0.dovecot.mail.svc"), "m/box dovecot-0 10.1.0.1:993");
}

TEST_F(ReferredTo, BE12_nowhere_else) {
  for (const char* host :
       {"169.254.169.254", "127.0.0.1", "10.1.0.3", "::1", "attacker", "dovecot-2", "dovecot-11",
        "dovecot-1.attacker.example", "dovecot.mail.svc", "mail.example.com", "dovecot-1."}) {
    EXPECT_EQ(to(host, 143), "nowhere") << host;
  }
}

TEST_F(ReferredTo, networks_of_a_dynamic_backend_are_not_for_what_a_backend_says) {
  EXPECT_EQ(to("192.0.2.1", 143), "nowhere");
}

TEST_F(ReferredTo, member_without_the_protocol_is_none) {
  pods_.endpoints[1].ports = {{Protocol::ManageSieve, 4190}};
  EXPECT_EQ(to("dovecot-1"), "nowhere");
  EXPECT_EQ(to("10.1.0.2"), "nowhere");
}

}  // namespace
}  // namespace postern::policy
