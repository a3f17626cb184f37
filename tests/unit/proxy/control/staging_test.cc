#include "proxy/control/staging.h"

#include <gtest/gtest.h>

#include "common/wire/snapshot_codec.h"
#include "tests/support/holding_adopter.h"

namespace postern::control {
namespace {

namespace pb = config::v1alpha1;
using config::ResourceKey;
using config::ResourceType;

// Something that holds listeners and servers by these names, each with the version "running".
class Holding {
 public:
  explicit Holding(std::vector<ResourceKey> keys = {}) {
    adopt::Update update;
    for (const ResourceKey& key : keys) {
      const bool is_server = key.type == ResourceType::Server;
      update.upserts.push_back({key.name,
                                "running",
                                {},
                                is_server ? config::ResourceBody(config::Server{})
                                          : config::ResourceBody(config::Listener{})});
    }
    adopter_.apply(std::move(update), [](const adopt::Outcome&) {});
  }
  operator const adopt::Adopter&() const { return adopter_; }

 private:
  test::HoldingAdopter adopter_;
};

void add_listener(pb::ConfigUpdate& chunk, const std::string& name) {
  const config::Listener listener{
      993, Protocol::Imap, config::ListenerTls::Implicit, {{"mail/example", {}}}};
  wire::encode({name, "v" + name, {}, listener}, *chunk.add_upserts());
}

pb::ConfigUpdate mk_chunk(const std::string& nonce, bool last = true) {
  pb::ConfigUpdate chunk;
  chunk.set_nonce(nonce);
  chunk.set_version("whole");
  chunk.set_last_chunk(last);
  return chunk;
}

TEST(Staging, gives_the_update_with_its_last_chunk) {
  Staging staging;
  pb::ConfigUpdate first = mk_chunk("1", false);
  add_listener(first, "1");
  EXPECT_FALSE(staging.add(first, Holding()).has_value());
  pb::ConfigUpdate last = mk_chunk("1");
  add_listener(last, "2");
  last.add_removals()->set_type(pb::RESOURCE_TYPE_SERVER);
  last.mutable_removals(0)->set_name("old");
  const auto staged = staging.add(last, Holding());
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->nonce, "1");
  EXPECT_EQ(staged->update.version, "whole");
  ASSERT_EQ(staged->update.upserts.size(), 2U);
  EXPECT_EQ(staged->update.upserts[1].name, "2");
  EXPECT_EQ(staged->update.removals, (std::vector<ResourceKey>{{ResourceType::Server, "old"}}));
}

TEST(Staging, drops_half_an_update_when_another_begins) {
  Staging staging;
  pb::ConfigUpdate half = mk_chunk("1", false);
  add_listener(half, "1");
  EXPECT_FALSE(staging.add(half, Holding()).has_value());
  pb::ConfigUpdate other = mk_chunk("2");
  add_listener(other, "2");
  const auto staged = staging.add(other, Holding());
  ASSERT_TRUE(staged);
  ASSERT_EQ(staged->update.upserts.size(), 1U);
  EXPECT_EQ(staged->update.upserts[0].name, "2");
}

TEST(Staging, reports_what_does_not_decode_and_keeps_the_rest) {
  Staging staging;
  pb::ConfigUpdate chunk = mk_chunk("1");
  add_listener(chunk, "bad");
  add_listener(chunk, "good");
  chunk.mutable_upserts(0)->mutable_listener()->set_protocol(pb::PROTOCOL_UNSPECIFIED);
  const auto staged = staging.add(chunk, Holding({{ResourceType::Listener, "bad"}}));
  ASSERT_TRUE(staged);
  ASSERT_EQ(staged->update.upserts.size(), 1U);
  EXPECT_EQ(staged->update.upserts[0].name, "good");
  ASSERT_EQ(staged->errors.size(), 1U);
  EXPECT_EQ(staged->errors[0].name(), "bad");
  EXPECT_EQ(staged->errors[0].version(), "vbad");
  EXPECT_EQ(staged->errors[0].running_version(), "running");
  EXPECT_EQ(staged->errors[0].field(), "protocol");
  EXPECT_EQ(staged->errors[0].code(), pb::ResourceError::CODE_INVALID);
}

TEST(Staging, reports_a_type_of_a_newer_controller_as_unsupported) {
  Staging staging;
  pb::ConfigUpdate chunk = mk_chunk("1");
  add_listener(chunk, "new");
  chunk.mutable_upserts(0)->set_type(static_cast<pb::ResourceType>(99));
  const auto staged = staging.add(chunk, Holding());
  ASSERT_EQ(staged->errors.size(), 1U);
  EXPECT_EQ(staged->errors[0].code(), pb::ResourceError::CODE_UNSUPPORTED);
}

TEST(Staging, turns_full_state_into_removals_and_spares_what_was_named) {
  Staging staging;
  pb::ConfigUpdate chunk = mk_chunk("1");
  chunk.set_full_state(true);
  add_listener(chunk, "bad");
  chunk.mutable_upserts(0)->mutable_listener()->set_port(0);
  const auto staged = staging.add(chunk, Holding({{ResourceType::Server, "old"},
                                                  {ResourceType::Listener, "bad"},
                                                  {ResourceType::Listener, "old"}}));
  ASSERT_TRUE(staged);
  EXPECT_FALSE(staged->update.full_state);
  EXPECT_EQ(staged->update.removals, (std::vector<ResourceKey>{{ResourceType::Listener, "old"},
                                                               {ResourceType::Server, "old"}}));
}

TEST(Staging, wipes_private_keys_out_of_the_message) {
  Staging staging;
  pb::ConfigUpdate chunk = mk_chunk("1");
  wire::encode({"a/b", "v", {}, config::KeyPair{"chain", SharedSecret("the key"), {}, 0}},
               *chunk.add_upserts());
  const auto staged = staging.add(chunk, Holding());
  ASSERT_EQ(staged->update.upserts.size(), 1U);
  EXPECT_TRUE(chunk.upserts(0).secret().key_pair().key_pem().empty());
}

TEST(Staging, sends_details_that_are_not_utf8_as_printable_text) {
  adopt::ResourceError error;
  error.key = {ResourceType::Server, "a"};
  error.detail = "bad \xFF octet";
  EXPECT_EQ(error_message(error).detail(), "bad \\xff octet");
  error.detail = std::string(5000, 'x');
  EXPECT_LE(error_message(error).detail().size(), 1024U);
}

// Refused by the adopter: the server, and the listener, of which "running" stays in force.
void refuse_both(test::HoldingAdopter& adopter) {
  const ResourceKey server{ResourceType::Server, "lost"};
  const ResourceKey listener{ResourceType::Listener, "993"};
  const auto ignore = [](const adopt::Outcome&) {};
  adopter.apply({"1", {{"993", "running", {}, config::Listener{}}}, {}, false}, ignore);
  adopter.refuse(server, adopt::ErrorCode::BadCertificate);
  adopter.refuse(listener, adopt::ErrorCode::Invalid);
  adopter.apply({"2",
                 {{"lost", "new", {}, config::Server{}}, {"993", "new", {}, config::Listener{}}},
                 {},
                 false},
                ignore);
}

TEST(Staging, ends_the_waiting_of_what_the_first_update_of_a_stream_does_not_name) {
  test::HoldingAdopter adopter;
  refuse_both(adopter);
  Staging staging;
  pb::ConfigUpdate chunk = mk_chunk("1");
  const auto staged = staging.add(chunk, adopter, Staging::Place::First);
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->update.removals, (std::vector<ResourceKey>{{ResourceType::Server, "lost"}}));
  ASSERT_EQ(staged->update.upserts.size(), 1U);
  EXPECT_EQ(staged->update.upserts[0].name, "993");
  EXPECT_EQ(staged->update.upserts[0].version, "running");
}

TEST(Staging, leaves_what_waits_to_the_updates_that_name_it) {
  test::HoldingAdopter adopter;
  refuse_both(adopter);
  Staging staging;
  pb::ConfigUpdate later = mk_chunk("1");
  auto staged = staging.add(later, adopter);
  ASSERT_TRUE(staged);
  EXPECT_TRUE(staged->update.upserts.empty() && staged->update.removals.empty());
  pb::ConfigUpdate first = mk_chunk("2");
  add_listener(first, "993");
  first.add_removals()->set_type(pb::RESOURCE_TYPE_SERVER);
  first.mutable_removals(0)->set_name("lost");
  staged = staging.add(first, adopter, Staging::Place::First);
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->update.upserts.size(), 1U);
  EXPECT_EQ(staged->update.removals.size(), 1U);
}

}  // namespace
}  // namespace postern::control
