// Time tells nothing: who is refused is told at the same instant, whoever said no, for whatever
// reason, and however long that took.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using policy::Refuse;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kDelay{2'000};

struct AskingWorld : World {
  explicit AskingWorld(config::AuthStyle style) {
    config::HttpProvider http;
    http.style = style;
    provider.name = "accounts";
    provider.mechanisms = {Mechanism::Plain, Mechanism::Login};
    provider.kind = std::move(http);
    server.providers = {"mail/example/accounts"};
    server.timeouts.failure_delay = kDelay;
  }
  [[nodiscard]] std::shared_ptr<net::Prepared> asking() const {
    auto out = prepared();
    config::Snapshot::Draft draft(*out->snapshot);
    draft.put(resource("mail/example/accounts", provider));
    out->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
    return out;
  }
  config::Provider provider;
};

// How long after his credentials somebody hears the refusal that the service gave after `took`.
milliseconds told_after(const AskingWorld& world, const Refuse& refusal, milliseconds took) {
  FakeAsker asker;
  SimWorker sim(world.asking());
  sim.worker.ask_through(asker);
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a LOGIN alice wrong\r\n");
  sim.settle();
  sim.pass(took);
  asker.answer(refusal);
  sim.settle();
  milliseconds passed = took;
  while (client.hear().empty() && passed < seconds(30)) {
    sim.pass(milliseconds(1));
    passed += milliseconds(1);
  }
  return passed;
}

TEST(FailureDelay, unknown_users_and_wrong_passwords_end_at_the_same_instant) {
  for (const config::AuthStyle style : {config::AuthStyle::AuthHttp, config::AuthStyle::Json}) {
    const AskingWorld world(style);
    for (const int took : {0, 1, 80, 1'999, 2'000}) {
      EXPECT_EQ(told_after(world, Refuse{.unknown_user = true}, milliseconds(took)), kDelay)
          << took;
      EXPECT_EQ(told_after(world, Refuse{}, milliseconds(took)), kDelay) << took;
    }
  }
}

TEST(FailureDelay, a_wait_that_the_service_asks_for_begins_with_the_credentials_too) {
  const AskingWorld world(config::AuthStyle::Json);
  for (const int took : {1, 700}) {
    EXPECT_EQ(told_after(world, Refuse{.wait = seconds(3)}, milliseconds(took)), seconds(3));
    EXPECT_EQ(told_after(world, Refuse{.wait = seconds(1)}, milliseconds(took)), kDelay);
  }
}

TEST(FailureDelay, a_name_that_could_be_nobody_s_ends_then_too) {
  const AskingWorld world(config::AuthStyle::Json);
  SimWorker sim(world.asking());
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a AUTHENTICATE PLAIN AGrDvHJnZW4Ad3Jvbmc=\r\n");  // names are ASCII yet
  sim.settle();
  sim.pass(kDelay - milliseconds(1));
  EXPECT_EQ(client.hear(), "");
  sim.pass(milliseconds(1));
  EXPECT_NE(client.hear().find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
}

TEST(FailureDelay, a_domain_that_nobody_has_ends_then_too) {
  AskingWorld world(config::AuthStyle::Json);
  world.provider.domains = {"example.org"};
  SimWorker sim(world.asking());
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a LOGIN alice@example.net wrong\r\n");
  sim.settle();
  sim.pass(kDelay - milliseconds(1));
  EXPECT_EQ(client.hear(), "");
  sim.pass(milliseconds(1));
  EXPECT_NE(client.hear().find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
}

TEST(FailureDelay, an_outage_waits_for_nothing) {
  FakeAsker asker;
  const AskingWorld world(config::AuthStyle::Json);
  SimWorker sim(world.asking());
  sim.worker.ask_through(asker);
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  asker.answer(policy::Unavailable{"away"});
  sim.settle();
  EXPECT_NE(client.hear().find("a NO [UNAVAILABLE]"), std::string::npos);
}

}  // namespace
}  // namespace postern::session::test
