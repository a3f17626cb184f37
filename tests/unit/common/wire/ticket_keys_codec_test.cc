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
