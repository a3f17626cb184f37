// What a proxy takes as masters of ticket keys.
#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"

namespace postern::wire {
namespace {

config::Resource keys() {
  const auto master = [](char letter) { return SharedSecret(std::string(32, letter)); };
  return {"ticket-keys",
          "v",
          {},
          config::TicketKeys{master('n'), master('c'), master('p'), 1'800'000'000},
          {std::string(config::kTicketKeys)}};
}

TEST(TicketKeysCodec, gives_back_what_was_written) {
  pb::Resource message;
  encode(keys(), message);
  const auto decoded = decode(message);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().field;
  EXPECT_EQ(decoded->type(), config::ResourceType::TicketKeys);
  EXPECT_EQ(std::get<config::TicketKeys>(decoded->body), std::get<config::TicketKeys>(keys().body));
}

TEST(TicketKeysCodec, refuses_by_field_masters_that_are_none) {
  using Spoil = void (*)(pb::TicketKeys&);
  const std::pair<const char*, Spoil> rows[] = {
      {"next", [](pb::TicketKeys& m) { m.clear_next(); }},
      {"current", [](pb::TicketKeys& m) { m.set_current(std::string(31, 'c')); }},
      {"previous", [](pb::TicketKeys& m) { m.set_previous(std::string(33, 'p')); }},
      {"made_unix_s", [](pb::TicketKeys& m) { m.clear_made_unix_s(); }},
      {"made_unix_s", [](pb::TicketKeys& m) { m.set_made_unix_s(-1); }},
      {"made_unix_s", [](pb::TicketKeys& m) { m.set_made_unix_s(INT64_MAX); }},
  };
  for (const auto& [field, spoil] : rows) {
    pb::Resource message;
    encode(keys(), message);
    spoil(*message.mutable_ticket_keys());
    const auto decoded = decode(message);
    ASSERT_FALSE(decoded.has_value()) << field;
    EXPECT_EQ(decoded.error().field, field);
    EXPECT_EQ(decoded.error().detail.find("ccc"), std::string::npos) << "no key in a message";
  }
}

config::Resource own_keys(const std::string& row) {
  return {"mail/ticket-keys/own",
          "v",
          {},
          config::SecretMaterial{config::OwnTicketKeys{SharedSecret(row)}},
          {std::string(config::kOwnTicketKeys)}};
}

TEST(OwnTicketKeysCodec, gives_back_what_was_written) {
  for (const std::size_t masters : {1U, 16U}) {
    pb::Resource message;
    encode(own_keys(std::string(32 * masters, 'm')), message);
    const auto decoded = decode(message);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().field;
    const auto& material = std::get<config::SecretMaterial>(decoded->body);
    EXPECT_EQ(std::get<config::OwnTicketKeys>(material).masters.reveal(),
              std::string(32 * masters, 'm'));
    wipe_secrets(message);
    EXPECT_TRUE(message.secret().tickets().masters().empty());
  }
}

TEST(OwnTicketKeysCodec, refuses_a_row_that_is_none) {
  for (const std::size_t octets : {0U, 31U, 33U, 17U * 32U}) {
    pb::Resource message;
    encode(own_keys("x"), message);
    message.mutable_secret()->mutable_tickets()->set_masters(std::string(octets, 'm'));
    const auto decoded = decode(message);
    ASSERT_FALSE(decoded.has_value()) << octets;
    EXPECT_EQ(decoded.error().field, "masters");
  }
}

TEST(TicketKeysCodec, leaves_no_key_in_a_message_that_was_used) {
  pb::Resource message;
  encode(keys(), message);
  wipe_secrets(message);
  EXPECT_TRUE(message.ticket_keys().next().empty());
  EXPECT_TRUE(message.ticket_keys().current().empty());
  EXPECT_TRUE(message.ticket_keys().previous().empty());
}

}  // namespace
}  // namespace postern::wire
