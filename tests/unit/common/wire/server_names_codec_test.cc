// What a proxy takes as domains and names of users: what is out of order would be found by nobody.
#include <functional>

#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"

namespace postern::wire {
namespace {

pb::Resource encoded() {
  config::Server server;
  server.domains = {"a.example", "b.example"};
  server.domain_tables = {"mail/ConfigMap/customers#domains/domains"};
  server.names = {"a.example", '+', false};
  server.limits.new_connections_per_minute_per_source = 60;
  pb::Resource message;
  encode({"mail/example", "v", {}, server}, message);
  return message;
}

TEST(ServerNamesCodec, takes_what_it_writes) {
  const auto decoded = decode(encoded());
  ASSERT_TRUE(decoded.has_value());
  const auto& server = *decoded->as<config::Server>();
  EXPECT_EQ(server.domains, (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_EQ(server.domain_tables.size(), 1U);
  EXPECT_EQ(server.names, (config::UserNames{"a.example", '+', false}));
  EXPECT_EQ(server.limits.new_connections_per_minute_per_source, 60U);
}

TEST(ServerNamesCodec, a_server_that_says_nothing_of_names_has_the_octets_that_it_always_had) {
  pb::Resource message;
  encode({"mail/example", "v", {}, config::Server{}}, message);
  EXPECT_FALSE(message.server().has_names());
  EXPECT_EQ(message.server().domains_size(), 0);
}

TEST(ServerNamesCodec, refuses_what_nobody_could_be_found_by) {
  const std::pair<const char*, std::function<void(pb::Server&)>> rows[] = {
      {"domains[1]", [](pb::Server& m) { m.set_domains(1, "A.example"); }},
      {"domains[1]", [](pb::Server& m) { m.set_domains(1, "a.example"); }},
      {"domains[0]", [](pb::Server& m) { m.set_domains(0, ""); }},
      {"domain_tables[0]", [](pb::Server& m) { m.set_domain_tables(0, ""); }},
      {"names.delimiter", [](pb::Server& m) { m.mutable_names()->set_delimiter('@'); }},
      {"names.delimiter", [](pb::Server& m) { m.mutable_names()->set_delimiter('a'); }},
      {"names.delimiter", [](pb::Server& m) { m.mutable_names()->set_delimiter(0x80); }},
      {"names.default_domain", [](pb::Server& m) { m.mutable_names()->set_default_domain("A.b"); }},
  };
  for (const auto& [field, spoil] : rows) {
    pb::Resource message = encoded();
    spoil(*message.mutable_server());
    const auto decoded = decode(message);
    ASSERT_FALSE(decoded.has_value()) << field;
    EXPECT_EQ(decoded.error().field, field);
  }
}

}  // namespace
}  // namespace postern::wire
