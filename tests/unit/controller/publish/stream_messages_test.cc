#include "controller/publish/stream_messages.h"

#include <gtest/gtest.h>

namespace postern::publish {
namespace {

namespace pb = config::v1alpha1;

TEST(Greeting, has_what_is_held_and_says_that_some_of_it_cannot_be_named) {
  pb::Hello hello;
  hello.mutable_node()->set_proxy_name("pod-7\n");
  pb::ResourceVersion& known = *hello.add_held();
  known.set_type(pb::RESOURCE_TYPE_SERVER);
  known.set_name("mail/example");
  known.set_version("v");
  EXPECT_FALSE(greeting_of(hello).holds_unknown);
  hello.add_held()->set_type(static_cast<pb::ResourceType>(99));
  const Greeting greeting = greeting_of(hello);
  EXPECT_TRUE(greeting.holds_unknown);
  EXPECT_EQ(greeting.held, (Versions{{{config::ResourceType::Server, "mail/example"}, "v"}}));
  EXPECT_EQ(greeting.proxy.find('\n'), std::string::npos);
}

TEST(Greeting, keeps_no_more_of_a_proxy_than_makes_sense) {
  pb::Hello hello;
  hello.add_features("endpoint-delta");
  hello.add_features(std::string(65, 'x'));
  for (int i = 0; i < 1000; ++i) {
    hello.add_features("f" + std::to_string(i));
    hello.mutable_applied_revision()->add_collections()->set_collection(std::to_string(i));
  }
  const Greeting greeting = greeting_of(hello);
  EXPECT_EQ(greeting.features.size(), 256U);
  EXPECT_TRUE(greeting.features.contains("endpoint-delta"));
  EXPECT_FALSE(greeting.features.contains(std::string(65, 'x')));
  EXPECT_EQ(greeting.applied.size(), 64U);
}

TEST(Result, of_a_newer_proxy_counts_as_internal_and_its_words_are_made_printable) {
  pb::ApplyResult message;
  message.set_nonce("1");
  message.set_state(pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  pb::ResourceError& error = *message.add_errors();
  error.set_type(pb::RESOURCE_TYPE_SERVER);
  error.set_code(static_cast<pb::ResourceError::Code>(99));
  error.set_detail("a\r\nb" + std::string(5000, 'x'));
  const auto result = result_of(message);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->errors.at(0).code, Refusal::Code::Internal);
  EXPECT_EQ(result->errors[0].detail.find('\r'), std::string::npos);
  EXPECT_LT(result->errors[0].detail.size(), 1100U);
}

TEST(Result, that_settles_nothing_is_none) {
  pb::ApplyResult message;
  EXPECT_FALSE(result_of(message).has_value());
  message.set_state(pb::ApplyResult::STATE_ACCEPTED);
  EXPECT_FALSE(result_of(message).has_value());
  message.set_state(static_cast<pb::ApplyResult::State>(99));
  EXPECT_FALSE(result_of(message).has_value());
}

TEST(Load, is_summed_over_the_listeners) {
  pb::LoadReport message;
  for (const std::uint64_t open : {1U, 2U, 3U}) {
    pb::ListenerLoad& listener = *message.add_listeners();
    listener.set_open(open);
    listener.set_pre_auth(1);
    listener.set_auth_failed_total(10 * open);
  }
  const ProxyLoad load = load_of(message);
  EXPECT_EQ(load.open, 6U);
  EXPECT_EQ(load.before_login, 3U);
  EXPECT_EQ(load.auth_failed_total, 60U);
}

}  // namespace
}  // namespace postern::publish
