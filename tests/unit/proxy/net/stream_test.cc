#include "proxy/net/stream.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/unit/proxy/net/tls_peers.h"

namespace postern::net {
namespace {

TEST(Stream, moves_octets_and_tells_when_there_are_none) {
  auto [a, b] = test::stream_pair();
  char into[16];
  EXPECT_EQ(a.read(into).status, IoStatus::WantRead);
  EXPECT_EQ(b.write("hello").octets, 5U);
  EXPECT_EQ(test::read_all(a), "hello");
}

TEST(Stream, looks_at_octets_without_taking_them) {
  auto [a, b] = test::stream_pair();
  char octets[8];
  EXPECT_EQ(b.peek(octets).status, IoStatus::WantRead);
  ASSERT_EQ(a.write("hello").octets, 5U);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(b.peek(octets).octets, 5U);
    EXPECT_EQ(std::string_view(octets, 5), "hello");
  }
  EXPECT_EQ(b.read(std::span(octets).first(2)).octets, 2U);
  EXPECT_EQ(b.peek(octets).octets, 3U);
  EXPECT_EQ(test::read_all(b), "llo");
  a.close();
  EXPECT_EQ(b.peek(octets).status, IoStatus::Ended);
}

TEST(Stream, tells_the_end_from_a_break) {
  auto [a, b] = test::stream_pair();
  b.shutdown_write();
  char into[16];
  EXPECT_EQ(a.read(into).status, IoStatus::Ended);
  EXPECT_EQ(a.write("still open").status, IoStatus::Done);
  b.close();
  EXPECT_EQ(a.write("nobody").status, IoStatus::Broken);
}

TEST(Stream, stops_writing_when_the_kernel_is_full) {
  auto [a, b] = test::stream_pair();
  const std::string much(1 << 20, 'x');
  const std::size_t written = test::write_some(a, much);
  EXPECT_LT(written, much.size());
  EXPECT_EQ(a.write(much).status, IoStatus::WantWrite);
  EXPECT_EQ(test::read_all(b).size(), written);
}

TEST(Stream, owns_its_descriptor_and_is_moved) {
  auto [a, b] = test::stream_pair();
  const int fd = a.fd();
  Stream moved(std::move(a));
  EXPECT_FALSE(a.open());  // NOLINT: a moved stream is closed
  EXPECT_EQ(moved.fd(), fd);
  moved = Stream();
  char into[1];
  EXPECT_EQ(b.read(into).status, IoStatus::Ended);
}

TEST(Stream, secures_both_directions) {
  TlsPeers peers;
  auto ends = peers.connected();
  EXPECT_TRUE(ends.a.secured());
  EXPECT_EQ(ends.a.write("to the server").status, IoStatus::Done);
  EXPECT_EQ(test::read_all(ends.b), "to the server");
  EXPECT_EQ(ends.b.write("to the client").status, IoStatus::Done);
  EXPECT_EQ(test::read_all(ends.a), "to the client");
  EXPECT_EQ(ends.b.tls_summary().version, "TLSv1.3");
  EXPECT_EQ(ends.b.tls_summary().sni, "mail.example.org");
  EXPECT_FALSE(ends.b.tls_summary().resumed);
  EXPECT_FALSE(ends.b.tls_summary().suite.empty());
}

TEST(Stream, ends_in_order_with_close_notify) {
  TlsPeers peers;
  auto ends = peers.connected();
  ends.a.shutdown_write();
  char into[16];
  EXPECT_EQ(ends.b.read(into).status, IoStatus::Ended);
  EXPECT_EQ(ends.b.write("the other way goes on").status, IoStatus::Done);
  EXPECT_EQ(test::read_all(ends.a), "the other way goes on");
}

TEST(Stream, reads_nothing_after_close_notify) {  // TL14
  TlsPeers peers;
  auto ends = peers.connected();
  EXPECT_EQ(SSL_shutdown(ends.a.tls()), 0);
  const ByteView plain = "BDAT 10 LAST\r\n";
  ASSERT_GT(::write(ends.a.fd(), plain.data(), plain.size()), 0);
  char into[64];
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ends.b.read(into).status, IoStatus::Ended);
}

TEST(Stream, takes_a_fin_between_records_as_an_end) {
  TlsPeers peers;
  auto ends = peers.connected();
  ASSERT_EQ(ends.a.write("last words").status, IoStatus::Done);
  ::shutdown(ends.a.fd(), SHUT_WR);
  IoStatus last{};
  EXPECT_EQ(test::read_all(ends.b, &last), "last words");
  EXPECT_EQ(last, IoStatus::Ended);
}

// A record cut off at every length, header included.
TEST(Stream, takes_a_fin_inside_a_record_as_a_break) {
  TlsPeers peers;
  for (const std::size_t kept : {1U, 4U, 5U, 6U, 20U}) {
    auto ends = peers.connected();
    const auto [tap_in, tap_out] = test::descriptor_pair();
    const Stream in(tap_in);
    const Stream out(tap_out);
    SSL_set_wfd(ends.a.tls(), tap_in);
    ASSERT_EQ(ends.a.write("some words").status, IoStatus::Done);
    char record[256];
    ASSERT_GT(::read(tap_out, record, sizeof record), 20);
    ASSERT_EQ(::write(ends.a.fd(), record, kept), static_cast<ssize_t>(kept));
    char into[64];
    EXPECT_EQ(ends.b.read(into).status, IoStatus::WantRead);
    ends.b.release_buffers();  // must not touch the half record
    ::shutdown(ends.a.fd(), SHUT_WR);
    EXPECT_EQ(ends.b.read(into).status, IoStatus::Broken) << kept;
  }
}

TEST(Stream, says_why_tls_broke) {
  TlsPeers peers;
  auto [a, b] = test::stream_pair();
  b.secure(peers.server->open());
  ASSERT_EQ(a.write("GET / HTTP/1.1\r\n\r\n").status, IoStatus::Done);
  EXPECT_EQ(b.handshake().status, IoStatus::Broken);
  EXPECT_EQ(b.tls_error(), "http request");

  auto [c, d] = test::stream_pair();
  d.secure(peers.server->open());
  c.close();
  EXPECT_EQ(d.handshake().status, IoStatus::Broken);
  EXPECT_EQ(d.tls_error(), "the peer closed the connection");
}

TEST(Stream, repeats_a_blocked_record_from_another_place) {
  TlsPeers peers;
  auto ends = peers.connected();
  std::string sent;
  std::string octets(40'000, '\0');
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<char>(i * 7);
  while (true) {
    const std::string copy = octets;
    const Io io = ends.a.write(copy);
    if (io.status == IoStatus::WantWrite) break;
    ASSERT_EQ(io.status, IoStatus::Done);
    sent.append(octets, 0, io.octets);
  }
  std::string got = test::read_all(ends.b);
  const std::string moved = octets;  // elsewhere in memory
  const Io again = ends.a.write(moved);
  ASSERT_EQ(again.status, IoStatus::Done);
  sent.append(moved, 0, again.octets);
  got += test::read_all(ends.b);
  EXPECT_EQ(got, sent);
}

TEST(Stream, tells_of_octets_inside_the_tls_object) {
  TlsPeers peers;
  auto ends = peers.connected();
  ASSERT_EQ(ends.a.write("two halves").status, IoStatus::Done);
  char into[4];
  EXPECT_FALSE(ends.b.pending());
  EXPECT_EQ(ends.b.read(into).octets, 4U);
  EXPECT_TRUE(ends.b.pending());
  ends.b.release_buffers();
  EXPECT_EQ(test::read_all(ends.b), "halves");
  EXPECT_FALSE(ends.b.pending());
}

TEST(Stream, goes_on_after_its_buffers_and_certificate_are_given_back) {
  TlsPeers peers;
  auto ends = peers.connected();
  for (int i = 0; i < 3; ++i) {
    ends.b.release_buffers();
    ends.b.forget_certificate();
    ASSERT_EQ(SSL_key_update(ends.a.tls(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(ends.a.write("ping").status, IoStatus::Done);
    EXPECT_EQ(test::read_all(ends.b), "ping");
    ASSERT_EQ(ends.b.write("pong").status, IoStatus::Done);
    EXPECT_EQ(test::read_all(ends.a), "pong");
  }
}

TEST(Stream, says_the_last_octets_with_the_end) {
  TlsPeers peers;
  for (const bool secured : {false, true}) {
    auto ends = secured ? peers.connected() : test::stream_pair();
    ASSERT_EQ(ends.a.write_last("bye").octets, 3U);
    ASSERT_EQ(ends.a.finish_write().status, IoStatus::Done);
    IoStatus last{};
    EXPECT_EQ(test::read_all(ends.b, &last), "bye");
    EXPECT_EQ(last, IoStatus::Ended);
  }
}

TEST(Stream, ends_when_all_of_the_last_octets_fit) {
  TlsPeers peers;
  auto ends = peers.connected();
  const std::string much(1 << 20, 'x');
  std::size_t sent = 0;
  while (sent < much.size()) sent += ends.a.write_last(ByteView(much).substr(sent)).octets;
  std::string got;
  IoStatus ended = ends.a.finish_write().status;
  EXPECT_EQ(ended, IoStatus::WantWrite);
  for (int i = 0; i < 1000 && ended == IoStatus::WantWrite; ++i) {
    got += test::read_all(ends.b);
    ended = ends.a.finish_write().status;
  }
  IoStatus last{};
  got += test::read_all(ends.b, &last);
  EXPECT_EQ(last, IoStatus::Ended);
  EXPECT_EQ(got, much);
}

TEST(Stream, waits_with_close_notify_until_it_fits) {
  TlsPeers peers;
  auto ends = peers.connected();
  const std::string much(1 << 20, 'x');
  std::size_t sent = 0;
  for (Io io; (io = ends.a.write(much)).status == IoStatus::Done;) sent += io.octets;
  std::string got = test::read_all(ends.b);
  const Io rest = ends.a.write(much);  // the record that was blocked goes out first
  ASSERT_EQ(rest.status, IoStatus::Done);
  sent += rest.octets;
  IoStatus ended = ends.a.finish_write().status;
  for (int i = 0; i < 100 && ended == IoStatus::WantWrite; ++i) {
    got += test::read_all(ends.b);
    ended = ends.a.finish_write().status;
  }
  EXPECT_EQ(ended, IoStatus::Done);
  IoStatus last{};
  got += test::read_all(ends.b, &last);
  EXPECT_EQ(last, IoStatus::Ended);
  EXPECT_EQ(got.size(), sent);
}

}  // namespace
}  // namespace postern::net
