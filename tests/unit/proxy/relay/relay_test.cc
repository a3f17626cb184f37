#include "proxy/relay/relay.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "common/base/limits.h"
#include "proxy/net/loop.h"
#include "tests/unit/proxy/net/tls_peers.h"

namespace postern::relay {
namespace {

using net::IoStatus;
using net::Stream;

enum class Cover { Plain, TlsClient, TlsBoth };

// A relay between two socket pairs, with the far ends in the test's hands, run by a real loop.
class Bench {
 public:
  explicit Bench(Cover cover = Cover::Plain, int buffer_octets = 0) {
    if (cover != Cover::Plain) tls_ = std::make_unique<net::TlsPeers>();
    auto [client_far, client_near] = join(cover != Cover::Plain, buffer_octets);
    far_client = std::move(client_far);
    client = std::move(client_near);
    auto [backend_far, backend_near] = join(cover == Cover::TlsBoth, buffer_octets);
    far_backend = std::move(backend_far);
    backend = std::move(backend_near);
    loop_.watch(client.fd(), {0, 1, net::Role::Client});
    loop_.watch(backend.fd(), {0, 1, net::Role::Backend});
  }

  // What a session does: readiness from the loop, then one turn.
  Progress turn() {
    for (const net::Event& event : loop_.wait(Duration{0})) {
      const bool of_client = event.token.role == net::Role::Client;
      bool& in = of_client ? ready.client_in : ready.backend_in;
      bool& out = of_client ? ready.client_out : ready.backend_out;
      in = in || event.readable;
      out = out || event.writable;
    }
    return last_ = relay.turn(client, backend, scratch, ready);
  }
  // Turns until there is nothing to do for now.
  Progress settle() {
    while (turn() == Progress::Again) {
    }
    return last_;
  }

  Stream far_client;
  Stream far_backend;
  Stream client;
  Stream backend;
  Readiness ready;
  net::Scratch scratch;
  Relay relay;

 private:
  std::pair<Stream, Stream> join(bool secured, int buffer_octets) {
    auto ends = test::stream_pair(buffer_octets);
    if (secured) {
      ends.a.secure(tls_->client->open(tls_->sessions));
      ends.b.secure(tls_->server->open());
      EXPECT_TRUE(test::shake_hands(ends.a, ends.b).done());
      (void)test::read_all(ends.a);
    }
    return {std::move(ends.a), std::move(ends.b)};
  }

  std::unique_ptr<net::TlsPeers> tls_;
  net::Loop loop_;
  Progress last_ = Progress::Waiting;
};

std::string random_octets_of(std::size_t count, std::mt19937& random) {
  std::string out(count, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

// One end that writes a text in random pieces and collects what comes.
struct Talker {
  Stream& stream;
  std::string text;
  std::size_t written = 0;
  std::size_t piece_end = 0;
  std::string got;
  bool said_end = false;
  bool saw_end = false;
  bool broke = false;

  void write(std::mt19937& random) {
    // A piece that was blocked half-way is finished before the next: TLS has begun its record.
    if (written == piece_end) {
      const std::size_t most = 1 + random() % (random() % 4 == 0 ? 200'000 : 300);
      piece_end = std::min(text.size(), written + most);
    }
    written += test::write_some(stream, ByteView(text).substr(written, piece_end - written));
  }
  void read(std::mt19937& random) {
    std::string into(1 + random() % (random() % 4 == 0 ? 100'000 : 100), '\0');
    const net::Io io = stream.read(into);
    if (io.status == IoStatus::Done) got.append(into, 0, io.octets);
    if (io.status == IoStatus::Ended || io.status == IoStatus::Broken) saw_end = true;
    EXPECT_TRUE(io.status != IoStatus::Broken || broke) << stream.tls_error();
    broke = io.status == IoStatus::Broken;
  }
  void end() {
    if (written == text.size() && !said_end) {
      said_end = stream.finish_write().status == IoStatus::Done;
    }
  }
};

void converse(Cover cover, unsigned seed) {
  std::mt19937 random(seed);
  Bench bench(cover, seed % 2 == 0 ? 8'192 : 0);
  Talker client{bench.far_client, random_octets_of(random() % 600'000, random), 0, 0, {}};
  Talker backend{bench.far_backend, random_octets_of(random() % 600'000, random), 0, 0, {}};
  Progress progress = Progress::Waiting;
  for (int step = 0; progress != Progress::Over; ++step) {
    ASSERT_LT(step, 2'000'000) << "seed " << seed;
    Talker& talker = random() % 2 == 0 ? client : backend;
    switch (random() % 4) {
      case 0: talker.write(random); break;
      case 1: talker.read(random); break;
      case 2:
        if (random() % 8 == 0) talker.end();
        break;
      default: progress = bench.turn();
    }
  }
  while (!client.saw_end) client.read(random);
  while (!backend.saw_end) backend.read(random);
  EXPECT_TRUE(client.got == backend.text) << "seed " << seed;
  EXPECT_TRUE(backend.got == client.text) << "seed " << seed;
  EXPECT_EQ(bench.relay.octets_from(Side::Client), client.text.size());
  EXPECT_EQ(bench.relay.octets_from(Side::Backend), backend.text.size());
  EXPECT_EQ(bench.relay.ending().cause, Cause::Ended);
  EXPECT_TRUE(bench.relay.holds_nothing());
}

TEST(Relay, carries_plain_octets_both_ways_unchanged) {
  for (unsigned seed = 1; seed <= 12; ++seed) converse(Cover::Plain, seed);
}

TEST(Relay, carries_octets_of_a_tls_client_unchanged) {
  for (unsigned seed = 1; seed <= 12; ++seed) converse(Cover::TlsClient, seed);
}

TEST(Relay, carries_octets_between_two_tls_sides_unchanged) {
  for (unsigned seed = 1; seed <= 12; ++seed) converse(Cover::TlsBoth, seed);
}

TEST(Relay, gives_what_the_login_left_over_first) {
  Bench bench;
  bench.relay.feed(Side::Backend, "a2 SELECT ");
  bench.relay.feed(Side::Backend, "INBOX\r\n");
  bench.relay.feed(Side::Client, "* EXISTS 1\r\n");
  ASSERT_EQ(test::write_some(bench.far_client, "a3 NOOP\r\n"), 9U);
  EXPECT_FALSE(bench.relay.holds_nothing());
  EXPECT_EQ(bench.settle(), Progress::Waiting);
  EXPECT_EQ(test::read_all(bench.far_backend), "a2 SELECT INBOX\r\na3 NOOP\r\n");
  EXPECT_EQ(test::read_all(bench.far_client), "* EXISTS 1\r\n");
  EXPECT_EQ(bench.relay.octets_from(Side::Client), 26U);
  EXPECT_TRUE(bench.relay.holds_nothing());
}

TEST(Relay, keeps_a_half_closed_connection_open) {
  for (const Cover cover : {Cover::Plain, Cover::TlsClient, Cover::TlsBoth}) {
    Bench bench(cover);
    ASSERT_GT(test::write_some(bench.far_client, "a9 LOGOUT\r\n"), 0U);
    bench.far_client.shutdown_write();
    EXPECT_EQ(bench.settle(), Progress::Waiting);
    IoStatus last{};
    EXPECT_EQ(test::read_all(bench.far_backend, &last), "a9 LOGOUT\r\n");
    EXPECT_EQ(last, IoStatus::Ended);
    ASSERT_GT(test::write_some(bench.far_backend, "* BYE\r\na9 OK\r\n"), 0U);
    EXPECT_EQ(bench.settle(), Progress::Waiting);
    EXPECT_EQ(test::read_all(bench.far_client), "* BYE\r\na9 OK\r\n");
    bench.far_backend.shutdown_write();
    EXPECT_EQ(bench.settle(), Progress::Over);
    EXPECT_EQ(bench.relay.ending().by, Side::Client);
    EXPECT_EQ(bench.relay.ending().cause, Cause::Ended);
  }
}

TEST(Relay, stops_reading_a_source_whose_sink_does_not_read) {  // BE10
  for (const Cover cover : {Cover::Plain, Cover::TlsClient, Cover::TlsBoth}) {
    Bench bench(cover);
    const std::string much(1 << 20, 'x');
    std::size_t offered = 0;
    for (int i = 0; i < 64; ++i) {
      offered += test::write_some(bench.far_backend, much);
      bench.settle();
    }
    EXPECT_LT(offered, std::size_t{4} << 20) << "the kernel's buffers and one of ours";
    EXPECT_FALSE(bench.relay.holds_nothing());
    // The other direction is not concerned.
    ASSERT_EQ(test::write_some(bench.far_client, "a1 NOOP\r\n"), 9U);
    bench.settle();
    EXPECT_EQ(test::read_all(bench.far_backend), "a1 NOOP\r\n");
    // It goes on where it stopped, without loss.
    std::size_t got = 0;
    for (int i = 0; i < 1000 && got < offered; ++i) {
      got += test::read_all(bench.far_client).size();
      bench.settle();
      // A record that was half written when the kernel was full is finished by its writer.
    }
    EXPECT_GE(got + 16'384, offered);
    EXPECT_LE(got, offered);
    EXPECT_TRUE(bench.relay.holds_nothing());
  }
}

TEST(Relay, holds_nothing_while_idle) {
  for (const Cover cover : {Cover::Plain, Cover::TlsClient, Cover::TlsBoth}) {
    Bench bench(cover);
    ASSERT_GT(test::write_some(bench.far_backend, std::string(50'000, 'x')), 0U);
    bench.settle();
    while (!test::read_all(bench.far_client).empty()) bench.settle();
    EXPECT_EQ(bench.settle(), Progress::Waiting);
    EXPECT_TRUE(bench.relay.holds_nothing());
    EXPECT_EQ(bench.scratch.lent(), 0U);
    EXPECT_FALSE(bench.relay.moved());
    EXPECT_FALSE(bench.ready.client_in);
    EXPECT_FALSE(bench.ready.backend_in);
  }
}

TEST(Relay, gives_others_their_turn) {
  Bench bench;
  // Room for more than a turn's octets, on the way in and on the way out.
  const int room = 4 << 20;
  for (const Stream* stream : {&bench.far_backend, &bench.client}) {
    ASSERT_EQ(::setsockopt(stream->fd(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
  }
  const std::string much(4 << 20, 'x');
  const std::size_t sent = test::write_some(bench.far_backend, much);
  ASSERT_GT(sent, limits::kRelayTurnOctets / 2) << "net.core.wmem_max is very small here";
  EXPECT_EQ(bench.turn(), Progress::Again);
  EXPECT_LE(bench.relay.octets_from(Side::Backend), limits::kRelayTurnOctets);
}

TEST(Relay, delivers_what_came_before_a_side_broke) {  // BE9
  Bench bench;
  ASSERT_GT(test::write_some(bench.far_backend, "* 1 FETCH {1000}\r\nabc"), 0U);
  ASSERT_GT(test::write_some(bench.far_client, "unread"), 0U);
  bench.settle();
  // Octets that the backend never read make its end a reset.
  bench.far_backend.close();
  EXPECT_EQ(bench.settle(), Progress::Over);
  IoStatus last{};
  EXPECT_EQ(test::read_all(bench.far_client, &last), "* 1 FETCH {1000}\r\nabc");
  EXPECT_EQ(last, IoStatus::WantRead) << "no orderly end is made up; the session closes";
  EXPECT_EQ(bench.relay.ending().by, Side::Backend);
  EXPECT_EQ(bench.relay.ending().cause, Cause::Broken);
}

TEST(Relay, reads_the_last_words_of_a_side_that_takes_no_more) {
  Bench bench;
  bench.settle();
  ASSERT_GT(test::write_some(bench.far_backend, "* BYE\r\n"), 0U);
  bench.far_backend.close();
  ASSERT_GT(test::write_some(bench.far_client, "a1 NOOP\r\n"), 0U);
  EXPECT_EQ(bench.settle(), Progress::Over);
  EXPECT_EQ(test::read_all(bench.far_client), "* BYE\r\n");
}

TEST(Relay, is_over_when_the_client_is_gone) {
  for (const Cover cover : {Cover::Plain, Cover::TlsClient, Cover::TlsBoth}) {
    Bench bench(cover);
    bench.settle();
    bench.far_client.close();
    ASSERT_GT(test::write_some(bench.far_backend, "* 1 EXISTS\r\n"), 0U);
    EXPECT_EQ(bench.settle(), Progress::Over);
    EXPECT_EQ(bench.relay.ending().by, Side::Client);
  }
}

TEST(Relay, ends_when_octets_after_close_notify_come) {
  Bench bench(Cover::TlsClient);
  EXPECT_EQ(SSL_shutdown(bench.far_client.tls()), 0);
  const ByteView plain = "a2 DELETE INBOX\r\n";
  ASSERT_GT(::send(bench.far_client.fd(), plain.data(), plain.size(), MSG_NOSIGNAL), 0);
  bench.settle();
  EXPECT_EQ(test::read_all(bench.far_backend), "");
}

}  // namespace
}  // namespace postern::relay
