#include "common/base/address.h"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

struct TextRow {
  std::string_view text;
  std::string_view result;  // empty: refused
};

TEST(IpAddress, takes_exact_texts_only) {
  const std::string nul("127.0.0.1\0x", 11);
  const std::string nul6("::1\0", 4);
  const TextRow rows[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"256.0.0.1", ""},
      {"1.2.3", ""},
      {"1.2.3.4.5", ""},
      {"1.2.3.4.", ""},
      {"01.2.3.4", ""},
      {"0313.0.0161.7", ""},
      {"0x7f.0.0.1", ""},
      {"1.2.3.-4", ""},
      {"1.2.3.+4", ""},
      {" 1.2.3.4", ""},
      {"1.2.3.4 ", ""},
      {"1..3.4", ""},
      {"2130706433", ""},
      {"", ""},
      {nul, ""},
      {"::1", "::1"},
      {"2001:DB8::1", "2001:db8::1"},
      {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
      {"::ffff:192.0.2.7", "192.0.2.7"},
      {"::", "::"},
      {"1:2:3:4:5:6:7:8:9", ""},
      {":::", ""},
      {"fe80::1%eth0", ""},
      {"[::1]", ""},
      {"12345::", ""},
      {nul6, ""},
  };
  for (const TextRow& row : rows) {
    const auto address = IpAddress::parse(row.text);
    EXPECT_EQ(address ? address->text() : "", row.result) << row.text;
  }
}

TEST(IpAddress, knows_family_and_loopback) {
  EXPECT_EQ(IpAddress::parse("::ffff:1.2.3.4")->family(), IpAddress::Family::V4);
  EXPECT_EQ(IpAddress::parse("::1")->family(), IpAddress::Family::V6);
  EXPECT_TRUE(IpAddress::parse("127.9.9.9")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
  EXPECT_EQ(IpAddress(), IpAddress::parse("0.0.0.0"));
}

TEST(SocketAddress, is_read_as_it_is_written) {
  const TextRow rows[] = {
      {"192.0.2.1:993", "192.0.2.1:993"},
      {"[2001:db8::1]:143", "[2001:db8::1]:143"},
      {"127.0.0.1:0", "127.0.0.1:0"},
      {"127.0.0.1:65535", "127.0.0.1:65535"},
      {"127.0.0.1:65536", ""},
      {"127.0.0.1:05555", ""},
      {"127.0.0.1:", ""},
      {"127.0.0.1", ""},
      {"127.0.0.1:-1", ""},
      {"127.0.0.1:0x10", ""},
      {"2001:db8::1:993", ""},
      {"[127.0.0.1]:993", ""},
      {"[]:993", ""},
      {"[::1:993", ""},
      {"mail.example:993", ""},
      {":993", ""},
  };
  for (const TextRow& row : rows) {
    const auto address = SocketAddress::parse(row.text);
    EXPECT_EQ(address ? address->text() : "", row.result) << row.text;
  }
}

TEST(Network, masks_host_bits_and_refuses_bare_addresses) {
  const TextRow rows[] = {
      {"192.0.2.99/24", "192.0.2.0/24"},
      {"10.255.0.1/9", "10.128.0.0/9"},
      {"0.0.0.0/0", "0.0.0.0/0"},
      {"192.0.2.1/32", "192.0.2.1/32"},
      {"2001:db8::1/32", "2001:db8::/32"},
      {"::1/128", "::1/128"},
      {"::/0", "::/0"},
      {"192.0.2.0", ""},
      {"192.0.2.0/33", ""},
      {"::/129", ""},
      {"192.0.2.0/024", ""},
      {"192.0.2.0/", ""},
      {"192.0.2.0/+8", ""},
      {"192.0.2.0/24/24", ""},
      {"::ffff:192.0.2.0/120", ""},
  };
  for (const TextRow& row : rows) {
    const auto network = Network::parse(row.text);
    EXPECT_EQ(network ? network->text() : "", row.result) << row.text;
  }
}

TEST(Network, contains_addresses_of_its_own_family_only) {
  const auto contains = [](const char* network, const char* address) {
    return Network::parse(network)->contains(*IpAddress::parse(address));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_FALSE(contains("::/0", "203.0.113.9"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(SourceOf, is_the_ipv4_address_or_the_ipv6_64) {
  EXPECT_EQ(source_of(*IpAddress::parse("192.0.2.1")).text(), "192.0.2.1");
  EXPECT_EQ(source_of(*IpAddress::parse("2001:db8:1:2:3:4:5:6")).text(), "2001:db8:1:2::");
}

}  // namespace
}  // namespace postern
