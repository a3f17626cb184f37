// Ports that come, go, move and fail, on real sockets.
#include "tests/unit/proxy/adopt/adoption_fixture.h"

namespace postern::adopt::test {
namespace {

using config::ResourceType;

class Ports : public AdoptionTest {
 protected:
  static config::Resource listener(std::uint16_t port, const std::string& version = "1",
                                   std::vector<IpAddress> addresses = {},
                                   const config::ListenerSocket& options = {}) {
    config::Listener body = listener_of({"a"}, port);
    body.addresses = std::move(addresses);
    body.socket = options;
    return resource(std::to_string(port), version, body);
  }
  static config::ResourceKey key(std::uint16_t port) {
    return {ResourceType::Listener, std::to_string(port)};
  }
  void serve_on(std::uint16_t port) {
    Update update = first();
    update.upserts.back() = listener(port);
    EXPECT_EQ(settled(std::move(update)).state, State::Active);
  }
};

TEST_F(Ports, a_port_in_use_is_told_and_the_rest_goes_on) {
  const auto taken = net::listen_on({loopback(), 0}, 1);
  const std::uint16_t port = taken->front().local().port;
  Update update = first();
  update.upserts.push_back(listener(port));
  const Outcome outcome = settled(std::move(update));
  EXPECT_EQ(outcome.state, State::PartiallyActive);
  ASSERT_EQ(outcome.errors.size(), 1U);
  EXPECT_EQ(outcome.errors[0].code, ErrorCode::BindFailed);
  EXPECT_TRUE(outcome.errors[0].retryable);
  EXPECT_EQ(outcome.errors[0].running_version, "1") << "the listener is in force";
  EXPECT_EQ(adoption_.listeners().size(), 1U);
}

TEST_F(Ports, a_port_beyond_the_last_is_told_and_no_other_one_is_opened) {
  FakeWorker worker;
  Adoption shifted(Binding{{loopback()}, 65'000}, {worker.hand()},
                   {log_, metrics_, clock_, [this](Duration after, std::function<void()> task) {
                      tasks_.post(after, std::move(task));
                    }});
  Update update = first();
  update.upserts.back() = listener(993);
  std::vector<ResourceError> errors;
  shifted.apply(std::move(update), [&](const Outcome& outcome) { errors = outcome.errors; });
  for (int i = 0; i < 6; ++i) {
    tasks_.run();
    worker.take_all();
  }
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].code, ErrorCode::BindFailed);
  EXPECT_NE(errors[0].detail.find("65993"), std::string::npos) << errors[0].detail;
  EXPECT_TRUE(shifted.listeners().empty());
}

TEST_F(Ports, a_port_that_gets_free_is_opened_and_told) {
  auto taken = net::listen_on({loopback(), 0}, 1);
  const std::uint16_t port = taken->front().local().port;
  Update update = first();
  update.upserts.push_back(listener(port));
  const Said said = apply(std::move(update));
  settle();
  for (int i = 0; i < 6; ++i) pass(Duration{1000});
  settle();
  ASSERT_EQ(said->size(), 1U);
  taken->clear();
  for (int i = 0; i < 5; ++i) pass(Duration{1000});
  settle();
  ASSERT_EQ(said->size(), 2U);
  EXPECT_EQ(said->back().state, State::Active);
  EXPECT_EQ(workers_[0].open().size(), 2U);
  EXPECT_EQ(workers_[1].open().size(), 2U);
  EXPECT_EQ(log_.count("port is open now"), 1U);
}

TEST_F(Ports, a_port_that_cannot_be_opened_and_is_given_up_is_not_tried_again) {
  auto taken = net::listen_on({loopback(), 0}, 1);
  const std::uint16_t port = taken->front().local().port;
  Update update = first();
  update.upserts.push_back(listener(port));
  const Said said = apply(std::move(update));
  settle();
  (void)settled(without(key(port)));
  taken->clear();
  for (int i = 0; i < 12; ++i) pass(Duration{1000});
  settle();
  EXPECT_EQ(said->size(), 1U);
  EXPECT_EQ(adoption_.listeners().size(), 1U);
}

TEST_F(Ports, a_changed_listener_whose_port_still_fails_is_told_again) {
  auto taken = net::listen_on({loopback(), 0}, 1);
  const std::uint16_t port = taken->front().local().port;
  Update update = first();
  update.upserts.push_back(listener(port));
  const Said old = apply(std::move(update));
  settle();
  const Said said = apply(only(listener(port, "2")));
  settle();
  ASSERT_EQ(said->size(), 1U);
  ASSERT_EQ(said->back().errors.size(), 1U);
  EXPECT_EQ(said->back().errors[0].version, "2");
  taken->clear();
  for (int i = 0; i < 6; ++i) pass(Duration{1000});
  settle();
  EXPECT_EQ(said->size(), 2U);
  EXPECT_EQ(old->size(), 1U);
}

TEST_F(Ports, a_port_that_comes_back_while_it_is_being_shut_is_opened_when_it_is_shut) {
  const std::uint16_t port = free_port();
  serve_on(port);
  (void)apply(without(key(port)));
  for (FakeWorker& worker : workers_) worker.take_all();
  tasks_.run();
  const Said said = apply(only(listener(port, "2")));
  for (FakeWorker& worker : workers_) worker.take_all();
  tasks_.run();
  EXPECT_TRUE(said->empty()) << "it is not open yet";
  workers_[0].shut();
  tasks_.run();
  EXPECT_TRUE(adoption_.listeners().empty());
  workers_[1].shut();
  tasks_.run();
  EXPECT_EQ(adoption_.listeners().size(), 1U);
  EXPECT_TRUE(said->empty()) << "the workers do not have it yet";
  settle();
  ASSERT_EQ(said->size(), 1U);
  EXPECT_EQ(said->back().state, State::Active);
  EXPECT_EQ(port_of(0), port);
}

TEST_F(Ports, a_port_that_is_shut_too_slowly_is_told_and_opened_late) {
  const std::uint16_t port = free_port();
  serve_on(port);
  (void)apply(without(key(port)));
  for (FakeWorker& worker : workers_) worker.take_all();
  tasks_.run();
  const Said said = apply(only(listener(port, "2")));
  for (int i = 0; i < 6; ++i) {
    for (FakeWorker& worker : workers_) worker.take_all();
    pass(Duration{1000});
  }
  ASSERT_EQ(said->size(), 1U);
  ASSERT_EQ(said->back().errors.size(), 1U);
  EXPECT_EQ(said->back().errors[0].code, ErrorCode::BindFailed);
  settle();
  ASSERT_EQ(said->size(), 2U);
  EXPECT_EQ(said->back().state, State::Active);
}

TEST_F(Ports, come_and_go_a_hundred_times) {
  const std::uint16_t port = free_port();
  serve_on(port);
  for (int i = 0; i < 100; ++i) {
    const Said gone = apply(without(key(port)));
    const Said back = apply(only(listener(port, "v" + std::to_string(i))));
    settle();
    ASSERT_EQ(gone->size(), 1U);
    ASSERT_EQ(back->size(), 1U);
    ASSERT_EQ(back->back().state, State::Active);
    ASSERT_EQ(workers_[0].open().size(), 1U);
  }
}

TEST_F(Ports, a_new_address_is_opened_and_the_old_one_is_closed_when_that_is_active) {
  const std::uint16_t port = free_port();
  serve_on(port);
  const Said said = apply(only(listener(port, "2", {loopback(2)})));
  for (FakeWorker& worker : workers_) worker.take_all();
  EXPECT_EQ(workers_[0].open().size(), 2U);
  tasks_.run();
  EXPECT_EQ(said->size(), 1U);
  settle();
  ASSERT_EQ(workers_[0].open().size(), 1U);
  EXPECT_EQ(workers_[0].open()[0].socket.local(), (SocketAddress{loopback(2), port}));
  ASSERT_EQ(adoption_.listeners().size(), 1U);
}

TEST_F(Ports, an_address_that_stays_is_not_touched) {
  const std::uint16_t port = free_port();
  serve_on(port);
  const int before = workers_[0].open()[0].socket.fd();
  (void)settled(only(listener(port, "2", {loopback(), loopback(2)})));
  ASSERT_EQ(workers_[0].open().size(), 2U);
  EXPECT_EQ(workers_[0].open()[0].socket.fd(), before);
  (void)settled(only(listener(port, "3", {loopback()})));
  ASSERT_EQ(workers_[0].open().size(), 1U);
  EXPECT_EQ(workers_[0].open()[0].socket.fd(), before);
}

TEST_F(Ports, other_options_are_those_of_a_new_socket_at_the_same_address) {
  const std::uint16_t port = free_port();
  serve_on(port);
  config::ListenerSocket options;
  options.backlog = 7;
  const Said said = apply(only(listener(port, "2", {}, options)));
  settle();
  ASSERT_EQ(said->size(), 1U);
  EXPECT_EQ(said->back().state, State::Active);
  EXPECT_TRUE(workers_[0].taken()[1].opened.empty());
  EXPECT_EQ(workers_[0].taken()[1].closed.size(), 1U);
  ASSERT_EQ(workers_[0].open().size(), 1U);
  EXPECT_EQ(port_of(0), port);
}

TEST_F(Ports, another_protocol_keeps_the_socket) {
  const std::uint16_t port = free_port();
  serve_on(port);
  config::Listener pop3 = listener_of({"a"}, port);
  pop3.protocol = Protocol::Pop3;
  (void)settled(only(resource(std::to_string(port), "2", pop3)));
  EXPECT_TRUE(workers_[0].taken().back().opened.empty());
  EXPECT_EQ(adoption_.listeners()[0].protocol, Protocol::Pop3);
}

TEST_F(Ports, a_wildcard_gives_way_to_one_of_its_addresses) {
  const std::uint16_t port = free_port();
  Update update = first();
  update.upserts.back() = listener(port, "1", {IpAddress::v4({})});
  (void)settled(std::move(update));
  const Outcome outcome = settled(only(listener(port, "2", {loopback()})));
  EXPECT_EQ(outcome.state, State::Active);
  ASSERT_EQ(adoption_.listeners().size(), 1U);
  EXPECT_EQ(adoption_.listeners()[0].address, (SocketAddress{loopback(), port}));
}

TEST(PortsEverywhere, without_addresses_all_are_listened_on) {
  const postern::test::ManualClock clock;
  Tasks tasks(clock);
  RecordingLog log;
  Metrics metrics;
  FakeWorker worker;
  Adoption adoption({}, {worker.hand()},
                    {log, metrics, clock, [&](Duration after, std::function<void()> task) {
                       tasks.post(after, std::move(task));
                     }});
  adoption.apply({"v1",
                  {secret("ns/k", "1", good_pair("a.example")),
                   resource("a", "1", server_with("ns/k")), resource("0", "1", listener_of({"a"}))},
                  {},
                  false},
                 [](const Outcome& outcome) { EXPECT_EQ(outcome.state, State::Active); });
  EXPECT_FALSE(adoption.listeners().empty());
}

}  // namespace
}  // namespace postern::adopt::test
