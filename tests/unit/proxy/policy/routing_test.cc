#include "proxy/policy/routing.h"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

config::Server server_with(std::vector<std::string> backends) {
  config::ProtocolOffer imap;
  imap.backends = std::move(backends);
  config::Server server;
  server.protocols.push_back(imap);
  return server;
}

Facts facts(Protocol protocol) {
  Facts facts;
  facts.protocol = protocol;
  facts.server = "mail/example";
  return facts;
}

TEST(Routing, takes_the_first_backend_that_has_the_protocol) {
  const auto routed =
      route(server_with({"mail/example/a", "mail/example/b"}), facts(Protocol::Imap));
  ASSERT_TRUE(routed);
  EXPECT_EQ(routed->backend, "mail/example/a");
  EXPECT_EQ(routed->rule, "default");
}

TEST(Routing, tells_a_protocol_that_is_not_offered_from_a_backend_that_is_gone) {
  EXPECT_EQ(route(server_with({"x"}), facts(Protocol::Pop3)).error(), NoRoute::ProtocolNotOffered);
  EXPECT_EQ(route(server_with({}), facts(Protocol::Imap)).error(), NoRoute::NoBackend);
}

TEST(Routing, can_explain_itself) {
  EXPECT_EQ(explain(server_with({"mail/example/a", "b"}), facts(Protocol::Imap)),
            "IMAP of mail/example: backend mail/example/a, the first of 2 that have the protocol");
  EXPECT_EQ(explain(server_with({}), facts(Protocol::Imap)),
            "IMAP of mail/example: no backend has the protocol");
  EXPECT_EQ(explain(server_with({"a"}), facts(Protocol::Lmtp)),
            "LMTP of mail/example: not offered");
}

}  // namespace
}  // namespace postern::policy
