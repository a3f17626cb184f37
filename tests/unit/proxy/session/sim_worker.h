// SimWorker: a real worker on one thread, with a clock that the test owns and a dialer that hands
// out socket pairs. The test is the client and the backend; nothing happens but what it does.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

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
  Result<net::Stream, std::string> dial(const SocketAddress& to) override {
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

// One MailServer on port 143 without TLS, one backend of two members that is spoken to in clear.
struct World {
  config::Listener listener{143,
                            Protocol::Imap,
                            config::ListenerTls::Disabled,
                            {{"mail/example", {"mail.example"}, config::Plaintext::Allow, 0}}};
  config::Server server;
  config::Backend backend;
  config::EndpointSet endpoints;

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
    backend.name = "box";
    backend.ports.push_back({Protocol::Imap, config::BackendTlsMode::Disabled,
                             config::ClientInfo::None, config::PasswordMechanism::Auto});
    for (const char* id : {"10.0.0.1", "10.0.0.2"}) {
      endpoints.endpoints.push_back(
          {id, *IpAddress::parse(id), {{Protocol::Imap, 143}}, config::EndpointState::Ready, 1});
    }
  }

  [[nodiscard]] std::shared_ptr<net::Prepared> prepared() const {
    config::Snapshot::Resources resources;
    for (auto& r :
         {resource("143", listener), resource("mail/example", server),
          resource("mail/example/box", backend), resource("mail/example/box", endpoints)}) {
      resources[r->key()] = r;
    }
    auto out = std::make_shared<net::Prepared>();
    out->snapshot = std::make_shared<const config::Snapshot>("1", std::move(resources));
    return out;
  }
};

class SimWorker {
 public:
  explicit SimWorker(const World& world = World()) : SimWorker(world.prepared()) {}
  explicit SimWorker(std::shared_ptr<const net::Prepared> prepared)
      : counters(metrics), worker(7, {log, clock, counters, places, dialer}) {
    worker.adopt(std::move(prepared));
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
                 prepared, listener, std::move(*taken)});
    settle();
    return Peer(pair.theirs);
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
  PairDialer dialer;
  Worker worker;
};

}  // namespace postern::session::test
