#include "proxy/relay/relay.h"

#include <sys/socket.h>

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "common/base/limits.h"
#include "tests/unit/proxy/relay/talker.h"

namespace postern::relay {
namespace {

void converse_at_random(Cover cover, unsigned seed) {
  std::mt19937 random(seed);
  Bench bench(cover, seed % 2 == 0 ? 8'192 : 0);
  const std::string client = random_octets_of(random() % 600'000, random);
  converse(bench, seed, {client, random_octets_of(random() % 600'000, random)});
}

TEST(Relay, carries_plain_octets_both_ways_unchanged) {
  for (unsigned seed = 1; seed <= 12; ++seed) converse_at_random(Cover::Plain, seed);
}

TEST(Relay, carries_octets_of_a_tls_client_unchanged) {
  for (unsigned seed = 1; seed <= 12; ++seed) converse_at_random(Cover::TlsClient, seed);
}

TEST(Relay, carries_octets_between_two_tls_sides_unchanged) {
  for (unsigned seed = 1; seed <= 12; ++seed) converse_at_random(Cover::TlsBoth, seed);
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
