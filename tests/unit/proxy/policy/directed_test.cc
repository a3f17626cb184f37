#include "proxy/policy/directed.h"

#include <gtest/gtest.h>

#include <vector>

namespace postern::policy {
namespace {

ServerAddress at(std::string_view ip, std::uint16_t port) {
  return ServerAddress{{IpAddress::parse(ip).value(), port}};
}

class DirectedTo : public ::testing::Test {
 protected:
  DirectedTo() {
    pods_.endpoints = {{"pod-0",
                        IpAddress::parse("10.1.0.1").value(),
                        {{Protocol::Imap, 143}},
                        config::EndpointState::NotReady,
                        1}};
    anywhere_.dynamic = {Network::parse("10.0.0.0/8").value()};
  }
  [[nodiscard]] std::optional<Directed> directed(const ServerAddress& address) const {
    const std::vector<BackendView> views{{"m/anywhere", &anywhere_, nullptr},
                                         {"m/pods", &declared_, &pods_}};
    return directed_to(address, Protocol::Imap, views);
  }

  config::Backend anywhere_;
  config::Backend declared_;
  config::EndpointSet pods_;
};

TEST_F(DirectedTo, declared_endpoint_is_found_before_any_network_ready_or_not) {
  const auto found = directed(at("10.1.0.1", 143));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->backend, "m/pods");
  EXPECT_EQ(found->destination.id, "pod-0");
}

TEST_F(DirectedTo, member_is_dialled_at_its_own_port_whatever_port_was_named) {
  EXPECT_EQ(directed(at("10.1.0.1", 2143))->destination.address, at("10.1.0.1", 143));
}

TEST_F(DirectedTo, port_tells_members_at_one_address_apart) {
  pods_.endpoints.push_back(pods_.endpoints[0]);
  pods_.endpoints[1].id = "pod-1";
  pods_.endpoints[1].ports[0].port = 1143;
  EXPECT_EQ(directed(at("10.1.0.1", 1143))->destination.id, "pod-1");
  EXPECT_EQ(directed(at("10.1.0.1", 143))->destination.id, "pod-0");
}

TEST_F(DirectedTo, address_in_the_networks_of_a_dynamic_backend_is_taken) {
  const auto found = directed(at("10.9.9.9", 1143));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->backend, "m/anywhere");
  EXPECT_EQ(found->destination.address, at("10.9.9.9", 1143));
  EXPECT_EQ(found->destination.id, "10.9.9.9:1143");
}

TEST_F(DirectedTo, BE12_nowhere_else) {
  EXPECT_FALSE(directed(at("169.254.169.254", 80)).has_value());
  EXPECT_FALSE(directed(at("127.0.0.1", 9090)).has_value());
  EXPECT_FALSE(directed(at("::1", 143)).has_value());
}

}  // namespace
}  // namespace postern::policy
