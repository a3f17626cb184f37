// Auth services of a cluster that are given by host names. The resolver is the test's own.
#include "controller/source/named_services.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

#include "controller/source/kubernetes_source.h"
#include "controller/source/service_hosts.h"
#include "tests/unit/controller/source/follower.h"
#include "tests/unit/controller/source/resolver.h"
#include "tests/unit/controller/source/scripted_cluster.h"

namespace postern::source {
namespace {

using Words = std::vector<std::string>;

// A test that needs it has failed.
constexpr Duration kNeverReached{60'000};

model::ProviderSpec asking(const std::string& url) {
  model::HttpProviderSpec http;
  http.endpoint.url = *model::parse_service_url(url);
  model::ProviderSpec out;
  out.kind = http;
  return out;
}

model::SharedObject server(const std::string& name, const std::vector<std::string>& urls,
                           const std::string& object_namespace = "mail") {
  model::MailServer out;
  out.meta.key = {"MailServer", object_namespace, name};
  for (const std::string& url : urls) out.providers.push_back(asking(url));
  return std::make_shared<const model::Object>(std::move(out));
}

Changes news_of(std::vector<model::SharedObject> objects, std::vector<model::ObjectKey> gone = {}) {
  Changes out;
  out.changed = std::move(objects);
  out.gone = std::move(gone);
  return out;
}

// "a: 192.0.2.1 192.0.2.2", each provider's addresses between bars.
std::string told(const model::MailServer& server) {
  std::string out = server.meta.key.name + ":";
  for (std::size_t i = 0; i < server.providers.size(); ++i) {
    if (i != 0) out += " |";
    for (const IpAddress& one : server.providers[i].http()->endpoint.url_addresses) {
      out += " " + one.text();
    }
  }
  return out;
}
Words told(const Changes& changes) {
  Words out;
  for (const auto& object : changes.changed)
    out.push_back(told(*model::as<model::MailServer>(*object)));
  return out;
}

class ANamedService : public ::testing::Test {
 protected:
  NamedServices made(Duration first = kNeverReached) {
    return NamedServices({resolver.lookup(), Duration(1), first}, [this] { renewed.release(); });
  }
  Words given(NamedServices& services, Changes changes) {
    services.complete(changes);
    return told(changes);
  }
  // The next that is told without any news; a name has other addresses soon.
  Words given_later(NamedServices& services) {
    for (int i = 0; i < 1000; ++i) {
      if (!renewed.try_acquire_for(kNeverReached)) break;
      if (Words out = given(services, {}); !out.empty()) return out;
    }
    return {"nothing"};
  }

  std::counting_semaphore<1'000'000> renewed{0};
  Resolver resolver;
};

TEST_F(ANamedService, has_its_addresses_when_it_is_first_told) {
  resolver.tell("auth.example", {"192.0.2.7", "2001:db8::7"});
  resolver.tell("gone.example", Fail<std::string>("does not resolve"));
  NamedServices services = made();
  EXPECT_EQ(given(services, news_of({server("a", {"https://Auth.example/x", "https://192.0.2.9/",
                                                  "https://gone.example/"})})),
            Words{"a: 192.0.2.7 2001:db8::7 | |"});
}

TEST_F(ANamedService, that_comes_later_has_its_addresses_too) {
  resolver.tell("one.example", {"192.0.2.1"});
  resolver.tell("two.example", {"192.0.2.2"});
  NamedServices services = made();
  EXPECT_EQ(given(services, news_of({server("a", {"https://one.example/"})})),
            Words{"a: 192.0.2.1"});
  EXPECT_EQ(given(services, news_of({server("a", {"https://two.example/"})})),
            Words{"a: 192.0.2.2"});
}

TEST_F(ANamedService, is_told_without_addresses_while_nobody_answers_and_again_when_somebody_does) {
  NamedServices services = made(Duration(1));
  EXPECT_EQ(given(services, news_of({server("a", {"https://slow.example/"})})), Words{"a:"});
  EXPECT_EQ(given(services, {}), Words{});
  resolver.tell("slow.example", {"192.0.2.2"});
  EXPECT_EQ(given_later(services), Words{"a: 192.0.2.2"});
}

TEST_F(ANamedService, that_moves_is_told_to_all_who_name_it_and_to_nobody_else) {
  resolver.tell("moves.example", {"192.0.2.1"});
  resolver.tell("stays.example", {"192.0.2.9"});
  NamedServices services = made();
  (void)given(services, news_of({server("a", {"https://moves.example/"}),
                                 server("b", {"https://stays.example/"}),
                                 server("c", {"https://moves.example/c"}), server("d", {})}));
  resolver.tell("moves.example", {"192.0.2.2"});
  EXPECT_EQ(given_later(services), (Words{"a: 192.0.2.2", "c: 192.0.2.2"}));
  EXPECT_EQ(given(services, {}), Words{});
}

TEST_F(ANamedService, keeps_its_addresses_when_its_name_does_not_resolve_any_more) {
  resolver.tell("auth.example", {"192.0.2.1"});
  NamedServices services = made();
  (void)given(services, news_of({server("a", {"https://auth.example/"})}));
  renewed.acquire();
  resolver.tell("auth.example", Fail<std::string>("does not resolve"));
  ASSERT_TRUE(renewed.try_acquire_for(kNeverReached));
  EXPECT_EQ(given(services, {}), Words{}) << "it is as it was";
  EXPECT_EQ(given(services, news_of({server("a", {"https://auth.example/other"})})),
            Words{"a: 192.0.2.1"});
}

TEST_F(ANamedService, of_an_object_that_is_gone_is_forgotten) {
  resolver.tell("auth.example", {"192.0.2.1"});
  resolver.tell("late.example", {"192.0.2.5"});
  NamedServices services = made();
  (void)given(services, news_of({server("a", {"https://auth.example/"}),
                                 server("b", {"https://late.example/"}),
                                 server("c", {"https://auth.example/"})}));
  (void)given(services,
              news_of({server("c", {"https://192.0.2.8/"})}, {{"MailServer", "mail", "a"}}));
  resolver.tell("auth.example", {"192.0.2.2"});
  resolver.tell("late.example", {"192.0.2.6"});
  EXPECT_EQ(given_later(services), Words{"b: 192.0.2.6"});
}

TEST_F(ANamedService, of_one_namespace_takes_nothing_from_another) {
  std::vector<model::SharedObject> all;
  for (std::size_t i = 0; i < kMostNames; ++i) {
    const std::string number = std::to_string(1000 + i);
    resolver.tell("n" + number + ".example", {"192.0.2.1"});
    all.push_back(server("a" + number, {"https://n" + number + ".example/"}, "a"));
  }
  resolver.tell("z.example", {"192.0.2.9"});
  all.push_back(server("b", {"https://z.example/"}, "b"));
  NamedServices services = made();
  const Words words = given(services, news_of(std::move(all)));
  EXPECT_EQ(words.front(), "a1000: 192.0.2.1");
  EXPECT_EQ(words[kMostNames - 1], "a1999:");
  EXPECT_EQ(words.back(), "b: 192.0.2.9");
}

TEST_F(ANamedService, keeps_its_place_when_there_are_too_many) {
  std::vector<model::SharedObject> all;
  for (int i = 100; i < 200; ++i) {
    const std::string number = std::to_string(i);
    resolver.tell("n" + number + ".example", {"192.0.2.1"});
    all.push_back(server("n" + number, {"https://n" + number + ".example/"}));
  }
  NamedServices services = made();
  (void)given(services, news_of(std::move(all)));
  resolver.tell("a.example", {"192.0.2.2"});
  EXPECT_EQ(given(services, news_of({server("a", {"https://a.example/"})})), Words{"a:"});
  EXPECT_EQ(given(services, news_of({server("n199", {"https://n199.example/other"})})),
            Words{"n199: 192.0.2.1"});
}

TEST_F(ANamedService, is_looked_up_by_nobody_where_there_is_none) {
  std::atomic<bool> asked = false;
  NamedServices services({[&](const std::string&) -> Resolver::Answer {
                            asked = true;
                            return Fail<std::string>("does not resolve");
                          },
                          Duration(1), kNeverReached},
                         [] {});
  EXPECT_EQ(given(services, news_of({server("a", {"https://192.0.2.8/", "https://[::1]/"})})),
            Words{"a: |"});
  EXPECT_FALSE(asked);
}

TEST(ServiceHosts, are_each_once_and_no_addresses) {
  EXPECT_EQ(service_hosts(*server("a", {"https://b.example/", "https://A.example/",
                                        "http://192.0.2.1", "http://b.example:81/x"})),
            (std::set<std::string>{"a.example", "b.example"}));
  EXPECT_TRUE(service_hosts(model::Object(model::ConfigMapObject())).empty());
}

TEST_F(ANamedService, of_a_cluster_is_read_with_its_addresses_and_anew_when_they_change) {
  resolver.tell("auth.example", {"192.0.2.1"});
  ScriptedCluster cluster;
  cluster.put("ingressclasses", "postern", ingress_class_text("postern", "postern"));
  cluster.put("mailclasses", "postern", mail_class_text("postern"));
  cluster.put("mailservers", "example", text_of({.auth_url = "https://auth.example/verify"}));
  cluster.put("secrets", "mail-tls", secret_text("mail-tls", "b25l", 20));
  KubernetesOptions options;
  options.first_wait = Duration::zero();
  options.resolve_every = Duration(1);
  options.resolve_first = kNeverReached;
  options.look_up = resolver.lookup();
  KubernetesSource source(std::move(options), cluster.grounds());
  Follower follower(source);
  source.start();
  cluster.answer_all();
  const auto addresses = [&] {
    return told(
        *model::as<model::MailServer>(follower.known().at({"MailServer", "mail", "example"})));
  };
  ASSERT_TRUE(follower.read()) << follower.error();
  EXPECT_EQ(addresses(), "example: 192.0.2.1");
  resolver.tell("auth.example", {"192.0.2.2"});
  for (int i = 0; i < 1000 && addresses() != "example: 192.0.2.2"; ++i) {
    source.wait(kNeverReached);
    ASSERT_TRUE(follower.read());
  }
  EXPECT_EQ(addresses(), "example: 192.0.2.2");
}

}  // namespace
}  // namespace postern::source
