#include "controller/app/debug_pages.h"

#include <gtest/gtest.h>

namespace postern::controller_app {
namespace {

using model::ObjectKey;

TEST(DebugPages, read_which_object_is_meant) {
  EXPECT_EQ(object_in("object=Secret/mail/tls"), (ObjectKey{"Secret", "mail", "tls"}));
  EXPECT_EQ(object_in("object=Secret%2Fmail%2Ftls&x=1"), (ObjectKey{"Secret", "mail", "tls"}));
  EXPECT_EQ(object_in("object=MailClass/postern"), (ObjectKey{"MailClass", "", "postern"}));
  EXPECT_FALSE(object_in(""));
  EXPECT_FALSE(object_in("object="));
  EXPECT_FALSE(object_in("object=Secret"));
  EXPECT_FALSE(object_in("object=/a/b"));
  EXPECT_FALSE(object_in("object=Secret/a%0Ab"));
  EXPECT_FALSE(object_in("object=Secret/a%4"));
  EXPECT_FALSE(object_in("object=Secret/a%zz"));
}

model::MailServer server() {
  model::MailServer out;
  out.meta.key = {"MailServer", "mail", "a"};
  out.meta.uid = "u1";
  out.meta.generation = 3;
  out.tls.emplace();
  out.tls->certificate_refs = {{"tls", "mail"}};
  return out;
}

TEST(DebugPages, say_what_names_an_object_that_is_not_there) {
  world::World world;
  (void)world.apply(model::Object(Boxed<model::MailServer>(server())));
  const std::string of_secret = why_of_world(world, {"Secret", "mail", "tls"});
  EXPECT_NE(of_secret.find("not there"), std::string::npos) << of_secret;
  EXPECT_NE(of_secret.find("named by   MailServer mail/a"), std::string::npos) << of_secret;
  const std::string of_server = why_of_world(world, {"MailServer", "mail", "a"});
  EXPECT_NE(of_server.find("uid u1, generation 3"), std::string::npos) << of_server;
  EXPECT_NE(of_server.find("Secret mail/tls: not there"), std::string::npos) << of_server;
  EXPECT_NE(store_page(world).find("1 MailServer\n"), std::string::npos);
}

TEST(DebugPages, say_what_proxies_are_given_and_who_refuses_it) {
  const ObjectKey key{"MailServer", "mail", "a"};
  config::Resource resource;
  resource.name = "mail/a";
  resource.version = "v7";
  resource.body = config::Server{};
  resource.sources = {{"MailServer", "mail", "a", "u1", 3}};
  publish::ApplyReport report;
  report.proxy = "proxy-1\n";
  report.sequence = 1;
  report.state = publish::ApplyReport::State::PartiallyActive;
  report.refusals.emplace_back();
  report.refusals[0].key = resource.key();
  report.refusals[0].detail = "no such suite";
  report.refusals[0].sources = resource.sources;
  const std::string why =
      why_of_proxies(key, {std::make_shared<const config::Resource>(resource)}, {report});
  EXPECT_NE(why.find("gives      SERVER mail/a v7"), std::string::npos) << why;
  EXPECT_NE(why.find("refused    proxy-1\\x0a: SERVER mail/a: no such suite"), std::string::npos)
      << why;
  EXPECT_NE(proxies_page({report}).find("partially_active"), std::string::npos);
  EXPECT_NE(why_of_proxies({"Secret", "mail", "x"}, {}, {}).find("nothing"), std::string::npos);
}

}  // namespace
}  // namespace postern::controller_app
