// Services whose addresses are host names. The resolver is the test's own.
#include "controller/source/address_names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "tests/unit/controller/source/follower.h"
#include "tests/unit/controller/source/manifests.h"
#include "tests/unit/controller/source/resolver.h"

namespace postern::source {
namespace {

using Reasons = std::vector<std::string>;
using Addresses = std::vector<IpAddress>;
using Answer = Result<Addresses, std::string>;

class ServiceNames : public ::testing::Test {
 protected:
  void write(const std::string& addresses) {
    directory.write("mail.yaml",
                    "apiVersion: v1\nkind: Service\nmetadata:\n  name: dovecot\n  annotations:\n"
                    "    postern.dev/addresses: '" +
                        addresses + "'\nspec: {ports: [{port: 143}]}\n");
  }
  DirectoryOptions options() {
    DirectoryOptions out = at_once();
    out.look_up = resolver.lookup();
    out.resolve_every = Duration(5);
    return out;
  }
  // Reads until the addresses are these: wait() returns when an answer changed.
  static bool becomes(DirectorySource& source, Follower& follower, const std::string& addresses) {
    for (int i = 0; i < 1000; ++i) {
      if (!follower.read()) return false;
      if (text(follower) == addresses) return true;
      source.wait(std::chrono::seconds(30));
    }
    return false;
  }
  static std::string text(const Follower& follower) {
    const auto* service = follower.find<model::ServiceObject>("Service", "dovecot");
    if (service == nullptr) return "none";
    std::string out;
    for (const IpAddress& one : service->addresses) out += (out.empty() ? "" : ",") + one.text();
    return out;
  }

  Manifests directory;
  Resolver resolver;
};

TEST_F(ServiceNames, are_resolved_by_the_first_read_in_the_order_written) {
  resolver.tell("imap1.example", {"192.0.2.9", "192.0.2.10"});
  resolver.tell("imap2.example", {"2001:db8::1"});
  write("imap2.example, 192.0.2.1, imap1.example");
  DirectorySource source(directory.path(), options());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(text(follower), "2001:db8::1,192.0.2.1,192.0.2.9,192.0.2.10");
  EXPECT_EQ(follower.reasons(), Reasons{});
}

TEST_F(ServiceNames, are_asked_for_again_and_again) {
  resolver.tell("imap.example", {"192.0.2.1"});
  write("imap.example");
  DirectorySource source(directory.path(), options());
  Follower follower(source);
  ASSERT_TRUE(becomes(source, follower, "192.0.2.1"));
  resolver.tell("imap.example", {"192.0.2.2"});
  ASSERT_TRUE(becomes(source, follower, "192.0.2.2"));
  EXPECT_EQ(follower.known().begin()->first.name, "dovecot");
}

TEST_F(ServiceNames, name_that_fails_keeps_the_addresses_that_it_had) {
  resolver.tell("imap.example", {"192.0.2.1"});
  write("imap.example");
  DirectorySource source(directory.path(), options());
  Follower follower(source);
  ASSERT_TRUE(becomes(source, follower, "192.0.2.1"));
  resolver.tell("imap.example", Fail<std::string>("does not resolve: nobody knows"));
  while (follower.reasons().empty()) {
    source.wait(std::chrono::seconds(30));
    ASSERT_TRUE(follower.read());
  }
  EXPECT_EQ(text(follower), "192.0.2.1");
  const model::Problem& problem = follower.last().problems[0];
  EXPECT_EQ(problem.message,
            "imap.example does not resolve: nobody knows; the addresses that it had stay");
  EXPECT_EQ(problem.severity, model::Severity::Warning);
  EXPECT_EQ(problem.place.line, 6);
}

TEST_F(ServiceNames, first_read_does_not_wait_for_ever) {
  resolver.tell("imap1.example", {"192.0.2.1"});
  write("imap1.example, slow.example");
  DirectoryOptions impatient = options();
  impatient.resolve_first = Duration(20);
  DirectorySource source(directory.path(), impatient);
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.last().problems.back().message,
            "slow.example has not been resolved yet: it is still asked for");
  resolver.tell("slow.example", {"192.0.2.2"});
  EXPECT_TRUE(becomes(source, follower, "192.0.2.1,192.0.2.2"));
  EXPECT_EQ(follower.reasons(), Reasons{});
}

TEST_F(ServiceNames, other_name_takes_nothing_away_before_it_is_answered) {
  resolver.tell("old.example", {"192.0.2.1"});
  write("old.example");
  DirectorySource source(directory.path(), options());
  Follower follower(source);
  ASSERT_TRUE(becomes(source, follower, "192.0.2.1"));
  write("new.example");
  ASSERT_TRUE(follower.read()) << "and it did not wait for the resolver";
  EXPECT_EQ(text(follower), "192.0.2.1");
  resolver.tell("new.example", {"192.0.2.2"});
  EXPECT_TRUE(becomes(source, follower, "192.0.2.2"));
}

TEST_F(ServiceNames, end_does_not_wait_for_a_resolver_that_hangs) {
  write("slow.example");
  DirectoryOptions impatient = options();
  impatient.resolve_first = Duration(1);
  auto source = std::make_unique<DirectorySource>(directory.path(), impatient);
  ASSERT_TRUE(source->read());
  source.reset();
  resolver.tell("slow.example", {"192.0.2.2"});
}

TEST_F(ServiceNames, of_auth_services_are_looked_up_and_told_at_their_url) {
  resolver.tell("auth.example", {"192.0.2.7", "2001:db8::7"});
  resolver.tell("gone.example", Fail<std::string>("does not resolve: nobody knows"));
  directory.write("mail.yaml",
                  "apiVersion: postern.dev/v1alpha1\nkind: MailServer\nmetadata: {name: a}\n"
                  "spec:\n"
                  "  hostnames: [mail.example]\n"
                  "  tls: {certificateRefs: [{name: t}]}\n"
                  "  backends: [{name: pods, service: {name: dovecot}}]\n"
                  "  authentication:\n"
                  "    providers:\n"
                  "    - {name: one, http: {style: AuthHTTP, url: 'http://Auth.example:9000/x'}}\n"
                  "    - {name: two, http: {style: AuthHTTP, url: 'http://gone.example'}}\n"
                  "    - {name: three, http: {style: AuthHTTP, url: 'http://192.0.2.9'}}\n");
  DirectorySource source(directory.path(), options());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  ASSERT_EQ(follower.last().problems.size(), 1U);
  EXPECT_EQ(follower.last().problems[0].field, "spec.authentication.providers[1].http.url");
  EXPECT_EQ(follower.last().problems[0].place.line, 11);
  const auto& server =
      *model::as<model::MailServer>(follower.known().at({"MailServer", "default", "a"}));
  EXPECT_EQ(server.providers[0].http()->endpoint.url_addresses,
            (Addresses{*IpAddress::parse("192.0.2.7"), *IpAddress::parse("2001:db8::7")}));
  EXPECT_TRUE(server.providers[1].http()->endpoint.url_addresses.empty());
  EXPECT_TRUE(server.providers[2].http()->endpoint.url_addresses.empty());
}

TEST(AddressNames, more_than_its_limit_are_told_that_they_are_not_looked_up) {
  AddressNames names([](const std::string&) -> Answer { return Addresses{}; }, Duration(60'000),
                     [] {});
  std::set<std::string> wanted;
  for (std::size_t i = 0; i <= kMostNames; ++i) wanted.insert("n" + std::to_string(10'000 + i));
  names.want(wanted);
  names.wait(std::chrono::seconds(60));
  EXPECT_EQ(names.answer("n10000")->problem, "");
  EXPECT_EQ(names.answer("n11000")->problem, "is not looked up: there are more than 1000 names");
}

TEST(AddressNames, those_without_an_answer_come_after_all_others) {
  std::vector<std::string> asked;
  std::promise<void> enough;
  {
    const auto look = [&](const std::string& name) -> Answer {
      if (!asked.empty() && asked.back() == "new") enough.set_value();
      asked.push_back(name);
      const Instant began = SystemClock().now();
      // Until both others are due again.
      while (name == "new" && SystemClock().now() - began < Duration(10)) continue;
      if (name == "bad") return Fail<std::string>("does not resolve");
      return Addresses{};
    };
    AddressNames names(look, Duration(5), [] {});
    names.want({"bad", "good"});
    names.wait(std::chrono::seconds(60));
    names.want({"bad", "good", "new"});
    enough.get_future().wait();
  }
  const auto at = std::ranges::find(asked, "new");
  EXPECT_EQ(*(at + 1), "good") << "whichever of both is due first";
}

TEST(NameLookup, knows_this_host_and_no_nonsense) {
  const auto found = look_up("localhost");
  ASSERT_TRUE(found) << found.error();
  for (const IpAddress& one : *found) EXPECT_TRUE(one.is_loopback()) << one.text();
  EXPECT_TRUE(look_up("127.0.0.1"));
}

}  // namespace
}  // namespace postern::source
