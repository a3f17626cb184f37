// SimWorker: a real worker on one thread, with a clock that the test owns and a dialer that hands
// out socket pairs. The test is the client and the backend; nothing happens but what it does.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/base/secret.h"
#include "proxy/session/worker.h"
#include "tests/support/manual_clock.h"

namespace postern::session::test {

// The far end of a connection: what the test says and hears.
class Peer {
 public:
  explicit Peer(int fd) : stream_(fd) {}
  void say(ByteView octets) {
    const net::Io io = stream_.write(octets);
    ASSERT_EQ(io.octets, octets.size());
  }
  // For schedules: the other side may have gone.
  void try_say(ByteView octets) {
    if (stream_.open()) (void)stream_.write(octets);
  }
  // Everything that is there now.
  [[nodiscard]] std::string hear() {
    std::string out;
    if (!stream_.open()) return out;
    char octets[4096];
    for (;;) {
      const net::Io io = stream_.read(octets);
      if (io.status == net::IoStatus::Ended || io.status == net::IoStatus::Broken) ended_ = true;
      if (io.status != net::IoStatus::Done) return out;
      out.append(octets, io.octets);
    }
  }
  [[nodiscard]] bool heard_end() {
    (void)hear();
    return ended_;
  }
  // The ClientHello goes out; whether anything came back for it.
  void begin_handshake(ssl_st* tls) {
    stream_.secure(tls);
    (void)stream_.handshake();
  }
  [[nodiscard]] bool handshake_answered() const {
    char octet = 0;
    return ::recv(stream_.fd(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
  }
  // TLS from the client's side, with turns of the worker between the flights.
  template <class Turn>
  [[nodiscard]] bool shake_hands(ssl_st* tls, Turn turn) {
    stream_.secure(tls);
    for (int flights = 0; flights < 6; ++flights) {
      if (stream_.handshake().status == net::IoStatus::Done) return true;
      turn();
    }
    return false;
  }
  void hang_up() { stream_.close(); }
  void end_writing() {
    if (stream_.open()) stream_.shutdown_write();
  }

 private:
  net::Stream stream_;
  bool ended_ = false;
};

struct Pair {
  net::Stream ours;
  int theirs;
};
[[nodiscard]] inline Pair make_pair() {
  int fds[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  return {net::Stream(fds[0]), fds[1]};
}

class PairDialer final : public net::Dialer {
 public:
  Result<net::Stream, net::DialFault> dial(const SocketAddress& to) override {
    dialled.push_back(to);
    if (refusals > 0) {
      --refusals;
      return Fail<std::string>("Connection refused");
    }
    Pair pair = make_pair();
    backends.emplace_back(pair.theirs);
    return std::move(pair.ours);
  }
  std::vector<SocketAddress> dialled;
  std::deque<Peer> backends;
  int refusals = 0;
};

class LineLog final : public Log {
 public:
  LineLog() { set_least(LogLevel::Debug); }
  std::vector<std::string> lines;

 private:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    lines.push_back(render_json(level, "T", message, fields));
  }
};

[[nodiscard]] inline std::shared_ptr<const config::Resource> resource(std::string name,
                                                                      config::ResourceBody body) {
  return std::make_shared<const config::Resource>(
      config::Resource{std::move(name), "v", {}, std::move(body)});
}

inline const std::string kBox = "mail/example/box";

[[nodiscard]] inline std::shared_ptr<const config::EndpointSet> served_by(
    std::initializer_list<const char*> ids) {
  auto set = std::make_shared<config::EndpointSet>();
  for (const char* id : ids) {
    set->endpoints.push_back(
        {id, *IpAddress::parse(id), {{Protocol::Imap, 143}}, config::EndpointState::Ready, 1});
  }
  return set;
}

// One MailServer on port 143 without TLS, one backend of two members that is spoken to in clear.
struct World {
  config::Listener listener{143,
                            Protocol::Imap,
                            config::ListenerTls::Disabled,
                            {{"mail/example", {"mail.example"}, config::Plaintext::Allow, 0}}};
  config::Server server;
  config::Backend backend;
  config::EndpointSet endpoints;
  bool without_backend = false;  // and nobody serves it

  World() {
    server.server_name = "mail.example";
    server.protocols.push_back({Protocol::Imap,
                                {Mechanism::Plain, Mechanism::Login},
                                config::CapabilitySource::Backends,
                                {},
                                {},
                                "",
                                {"mail/example/box"}});
    server.timeouts.failure_delay = Duration{0};
    server.protection = config::no_login_protection();
    backend.name = "box";
    backend.ports.push_back({Protocol::Imap, config::BackendTlsMode::Disabled,
                             config::ClientInfo::None, config::PasswordMechanism::Auto});
    endpoints = *served_by({"10.0.0.1", "10.0.0.2"});
  }

  [[nodiscard]] std::shared_ptr<net::Prepared> prepared() const {
    config::Snapshot::Resources resources;
    std::vector<std::shared_ptr<const config::Resource>> all{resource("143", listener),
                                                             resource("mail/example", server)};
    if (!without_backend) {
      all.push_back(resource(kBox, backend));
      all.push_back(resource(kBox, endpoints));
    }
    for (const auto& r : all) resources[r->key()] = r;
    auto out = std::make_shared<net::Prepared>();
    out->snapshot = std::make_shared<const config::Snapshot>("1", std::move(resources));
    return out;
  }
};

class SimWorker;
void let_in(SimWorker& sim, Peer& backend, std::string_view behind = "");

class SimWorker {
 public:
  explicit SimWorker(const World& world = World()) : SimWorker(world.prepared()) {}
  explicit SimWorker(std::shared_ptr<const net::Prepared> prepared)
      : counters(metrics),
        worker(7, {log, clock, counters, places, history, verdicts, dialer, members}) {
    (void)worker.adopt(std::move(prepared));
  }

  [[nodiscard]] Peer connect() {
    Pair pair = make_pair();
    const auto& prepared = worker.prepared();
    const config::Listener* listener = prepared->snapshot->listener(143);
    const config::Tenant& tenant = listener->tenants.front();
    const ClientAddress client{{*IpAddress::parse("192.0.2.9"), 40000}};
    auto taken = places.arrive({tenant.server, 143, client.ip},
                               {prepared->snapshot->server(tenant.server)->limits, 0});
    EXPECT_TRUE(taken.has_value());
    worker.open({std::move(pair.ours), client, ServerAddress{{*IpAddress::parse("192.0.2.1"), 143}},
                 listener, std::move(*taken)});
    settle();
    return Peer(pair.theirs);
  }

  // As a control thread would, between two turns.
  void adopt(const World& world) { (void)worker.adopt(world.prepared()); }
  // A client who has logged in and is relayed.
  [[nodiscard]] Peer connect_and_log_in() {
    Peer client = connect();
    client.say("a LOGIN alice secret\r\n");
    settle();
    let_in(*this, dialer.backends.back());
    EXPECT_NE(client.hear().find("a OK"), std::string::npos);
    return client;
  }

  // Turns until nothing can happen any more without the test.
  void settle() {
    for (int i = 0; i < 12; ++i) worker.turn(Duration{0});
  }
  void pass(Duration duration) {
    clock.pass(duration);
    settle();
  }
  [[nodiscard]] std::size_t session_lines() const {
    std::size_t count = 0;
    for (const std::string& line : log.lines) count += line.find("session ended") != line.npos;
    return count;
  }

  postern::test::ManualClock clock;
  LineLog log;
  Metrics metrics;
  Counters counters;
  quota::PlaceTables places;
  quota::History history{256};
  verdicts::VerdictTable verdicts;
  PairDialer dialer;
  upstream::MemberTable members;
  Worker worker;
};

inline constexpr std::string_view kGreeting =
    "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n";

// Says the backend's greeting and yes to whatever login it hears.
inline void let_in(SimWorker& sim, Peer& backend, std::string_view behind) {
  backend.say(kGreeting);
  sim.settle();
  const std::string login = backend.hear();
  ASSERT_NE(login.find("AUTHENTICATE PLAIN"), std::string::npos) << login;
  backend.say(login.substr(0, login.find(' ')) + " OK in\r\n" + std::string(behind));
  sim.settle();
}

inline void expect_nothing_left(SimWorker& sim) {
  EXPECT_EQ(sim.worker.sessions(), 0U);
  EXPECT_EQ(sim.places.entries(), 0U);
  EXPECT_EQ(sim.worker.armed_timers(), 0U);
  EXPECT_EQ(sim.counters.visits.value(), 0);
  EXPECT_EQ(sim.counters.before_login.value(), 0);
  EXPECT_EQ(sim.counters.relaying.value(), 0);
  EXPECT_EQ(sim.worker.snapshots().alive(), 1U);
  EXPECT_EQ(sim.worker.terms().in_use(), 0U);
  EXPECT_EQ(Secret::live(), 0U);
}

}  // namespace postern::session::test
