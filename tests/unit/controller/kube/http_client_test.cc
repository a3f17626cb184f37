#include "controller/kube/http_client.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "common/base/version.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/controller/kube/asking.h"
#include "tests/unit/controller/kube/raw_server.h"

namespace postern::kube {
namespace {

using test::Asking;
using test::broken;
using test::get;
using test::Letterbox;
using test::plain_access;
using test::RawPeer;
using test::RawServer;
using Why = Broken::Why;

// Answers each request with its own target.
void echo(RawPeer& peer) {
  for (std::string request; !(request = peer.read_request()).empty();) {
    const std::size_t begin = request.find(' ') + 1;
    peer.answer(request.substr(begin, request.find(' ', begin) - begin));
  }
}

Material given(const char* text) { return {{}, SharedSecret(text)}; }

TEST(HttpClient, says_who_asks_what_and_for_whom) {
  Letterbox<std::string> heard;
  RawServer server([&](RawPeer& peer) {
    heard.put(peer.read_request());
    peer.answer("{}");
  });
  ApiAccess access = plain_access(server.port());
  access.token = given("t0ken\n");
  access.prefix = "/clusters/a";
  Asking asking(access);
  Request request = get("/apis/x?y=z");
  request.method = "PATCH";
  request.accept = "application/json";
  request.content_type = "application/apply-patch+yaml";
  request.body = "{\"a\":1}";
  EXPECT_EQ(asking.ask(request)->body, "{}");
  const std::string port = std::to_string(server.port());
  EXPECT_EQ(heard.take(), "PATCH /clusters/a/apis/x?y=z HTTP/1.1\r\nHost: 127.0.0.1:" + port +
                              "\r\nUser-Agent: postern-controller/" + std::string(version()) +
                              "\r\nAccept: application/json\r\nAuthorization: Bearer t0ken\r\n"
                              "Content-Type: application/apply-patch+yaml\r\n"
                              "Content-Length: 7\r\n\r\n{\"a\":1}");
}

TEST(HttpClient, reads_answers_of_known_length_in_chunks_and_to_the_end) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.answer("length");
    static_cast<void>(peer.read_request());
    peer.write("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n");
    peer.write("2\r\nch\r\n4\r\nunks\r\n0\r\n\r\n");
    static_cast<void>(peer.read_request());
    peer.write("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nConnection: close\r\n\r\nto the end");
  });
  Asking asking(plain_access(server.port()));
  EXPECT_EQ(asking.text("/1"), "length");
  const auto second = asking.ask("/2");
  EXPECT_EQ(second->head.status, 404);
  EXPECT_EQ(second->body, "chunks");
  const auto third = asking.ask("/3");
  EXPECT_EQ(third->head.status, 429);
  EXPECT_EQ(third->head.retry_after, Duration{7000});
  EXPECT_EQ(third->body, "to the end");
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, asks_again_where_a_kept_connection_was_closed_in_silence) {
  RawServer server([&](RawPeer& peer) {
    if (peer.number() == 2) return echo(peer);
    static_cast<void>(peer.read_request());
    peer.answer("first");
    static_cast<void>(peer.read_request());  // heard, and not answered
  });
  Asking asking(plain_access(server.port()));
  EXPECT_EQ(asking.text("/1"), "first");
  EXPECT_EQ(asking.text("/2"), "/2");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(HttpClient, does_not_ask_again_on_a_fresh_connection) {
  RawServer server([&](RawPeer& peer) { static_cast<void>(peer.read_request()); });
  Asking asking(plain_access(server.port()));
  EXPECT_EQ(asking.text("/1"), broken(Why::Cut));
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, does_not_ask_again_what_was_answered_in_part) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.answer("first");
    static_cast<void>(peer.read_request());
    peer.write("HTTP/1.1 200 O");
  });
  Asking asking(plain_access(server.port()));
  EXPECT_EQ(asking.text("/1"), "first");
  EXPECT_EQ(asking.text("/2"), broken(Why::Cut));
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, leaves_a_kept_connection_that_speaks_unasked) {
  Letterbox<int> said;
  RawServer server([&](RawPeer& peer) {
    if (peer.number() == 2) return echo(peer);
    static_cast<void>(peer.read_request());
    // What follows would be taken for the answer to the next question.
    peer.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    peer.await_end();
  });
  Asking asking(plain_access(server.port()));
  EXPECT_EQ(asking.text("/1"), "first");
  EXPECT_EQ(asking.text("/2"), "/2");
}

TEST(HttpClient, tells_a_cut_answer_from_a_whole_one) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  Asking asking(plain_access(server.port()));
  EXPECT_EQ(asking.text("/1"), broken(Why::Cut));
}

TEST(HttpClient, takes_no_answer_larger_than_its_limit) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.answer(std::string(peer.number() == 1 ? 1000 : 1001, 'x'));
  });
  HttpLimits limits;
  limits.reply_octets = 1000;
  limits.kept_connections = 0;
  Asking asking(plain_access(server.port()), limits);
  EXPECT_EQ(asking.text("/1").size(), 1000U);
  EXPECT_EQ(asking.text("/2"), broken(Why::TooLarge));
}

TEST(HttpClient, takes_no_head_larger_than_64_kib) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.write("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
  });
  Asking asking(plain_access(server.port()));
  EXPECT_EQ(asking.text("/1"), broken(Why::TooLarge));
}

TEST(HttpClient, refuses_what_is_no_http_and_interim_answers) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.write(peer.number() == 1 ? "SSH-2.0-Open\r\n\r\n" : "HTTP/1.1 100 Continue\r\n\r\n");
  });
  Asking asking(plain_access(server.port()));
  EXPECT_EQ(asking.text("/1"), broken(Why::Garbled));
  EXPECT_EQ(asking.text("/2"), broken(Why::Garbled));
}

TEST(HttpClient, sends_no_request_that_could_hold_another_one) {
  RawServer server(echo);
  Asking asking(plain_access(server.port()));
  for (const char* const target : {"/a b", "/a\r\nX: y", "", "a", "/\xC3\xA4", "/a\x7F"}) {
    EXPECT_EQ(asking.text(target), broken(Why::Garbled)) << target;
  }
  Request request = get("/");
  request.content_type = "a\nb";
  EXPECT_EQ(asking.ask(request).error().why, Why::Garbled);
  EXPECT_EQ(server.connections(), 0U);
}

TEST(HttpClient, waits_for_an_answer_as_long_as_it_was_told) {
  RawServer server([](RawPeer& peer) { peer.await_end(); });
  Asking asking(plain_access(server.port()));
  Request request = get("/");
  request.patience = Duration{30};
  EXPECT_EQ(asking.ask(request).error().why, Why::Silent);
}

TEST(HttpClient, says_where_nobody_listens) {
  std::uint16_t port = 0;
  {
    port = RawServer(echo).port();
  }
  Asking asking(plain_access(port));
  const auto outcome = asking.ask("/");
  EXPECT_EQ(outcome.error().why, Why::Unreachable);
  EXPECT_EQ(outcome.error().message, "127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST(HttpClient, asks_only_so_many_at_once) {
  Letterbox<std::string> heard;
  Letterbox<int> go;
  RawServer server([&](RawPeer& peer) {
    for (std::string request; !(request = peer.read_request()).empty();) {
      heard.put(request.substr(0, 6));
      go.take();
      peer.answer("");
    }
  });
  HttpLimits limits;
  limits.questions_at_once = 1;
  Asking asking(plain_access(server.port()), limits);
  auto first = asking.ask_later(get("/1"));
  auto second = asking.ask_later(get("/2"));
  EXPECT_EQ(heard.take(), "GET /1");
  EXPECT_EQ(heard.size(), 0U);
  go.put(1);
  EXPECT_EQ(heard.take(), "GET /2");
  go.put(1);
  EXPECT_TRUE(Asking::answer_of(std::move(first)));
  EXPECT_TRUE(Asking::answer_of(std::move(second)));
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, does_not_let_those_in_line_wait_for_ever) {
  RawServer server([](RawPeer& peer) { peer.await_end(); });
  HttpLimits limits;
  limits.questions_at_once = 1;
  Asking asking(plain_access(server.port()), limits);
  auto first = asking.ask_later(get("/1"));
  Request request = get("/2");
  request.patience = Duration{20};
  EXPECT_EQ(asking.ask(request).error().why, Why::Unreachable);
}

TEST(HttpClient, keeps_only_so_many_connections) {
  RawServer server(echo);
  HttpLimits limits;
  limits.kept_connections = 0;
  Asking asking(plain_access(server.port()), limits);
  EXPECT_EQ(asking.text("/1"), "/1");
  EXPECT_EQ(asking.text("/2"), "/2");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(HttpClient, gives_kept_connections_up_after_a_while) {
  Letterbox<int> ended;
  RawServer server([&](RawPeer& peer) {
    echo(peer);
    ended.put(peer.number());
  });
  HttpLimits limits;
  limits.kept_for = Duration{5};
  Asking asking(plain_access(server.port()), limits);
  EXPECT_EQ(asking.text("/1"), "/1");
  EXPECT_EQ(ended.take(), 1);
}

// A server that takes one token alone.
RawServer::Serve taking(const std::string& token, Letterbox<std::string>& heard) {
  return [&heard, token](RawPeer& peer) {
    for (std::string request; !(request = peer.read_request()).empty();) {
      const std::size_t begin = request.find("Bearer ");
      heard.put(request.substr(begin, request.find('\r', begin) - begin));
      const bool good =
          heard.size() > 0 && request.find("Bearer " + token + "\r") != std::string::npos;
      peer.answer(good ? "in" : "out", good ? "200 OK" : "401 Unauthorized");
    }
  };
}

TEST(HttpClient, reads_its_token_again_when_it_is_not_taken) {
  Letterbox<std::string> heard;
  RawServer server(taking("new", heard));
  const test::TemporaryFolder folder;
  std::ofstream(folder / "token") << "old\n";
  ApiAccess access = plain_access(server.port());
  access.token.file = folder / "token";
  Asking asking(access);
  const auto refused = asking.ask("/1");
  EXPECT_EQ(refused->head.status, 401);
  EXPECT_EQ(heard.take(), "Bearer old");
  EXPECT_EQ(heard.take(), "Bearer old");  // once more, not for ever
  EXPECT_EQ(heard.size(), 0U);
  std::ofstream(folder / "token") << "new\n";
  EXPECT_EQ(asking.text("/2"), "in");
  EXPECT_EQ(heard.take(), "Bearer old");
  EXPECT_EQ(heard.take(), "Bearer new");
}

TEST(HttpClient, asks_once_with_a_token_that_cannot_change) {
  Letterbox<std::string> heard;
  RawServer server(taking("new", heard));
  ApiAccess access = plain_access(server.port());
  access.token = given("old");
  Asking asking(access);
  EXPECT_EQ(asking.ask("/")->head.status, 401);
  EXPECT_EQ(heard.size(), 1U);
}

TEST(HttpClient, answers_nobody_after_it_has_gone) {
  Letterbox<int> heard;
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    heard.put(1);
    peer.await_end();
    heard.put(2);
  });
  Letterbox<int> told;
  Asking asking(plain_access(server.port()));
  asking.on_thread([&] { asking.client->ask(get("/"), [&](const auto&) { told.put(1); }); });
  heard.take();
  asking.on_thread([&] { asking.client.reset(); });
  EXPECT_EQ(heard.take(), 2);
  EXPECT_EQ(told.size(), 0U);
}

TEST(HttpClient, may_be_destroyed_by_whom_it_answers) {
  RawServer server(echo);
  Letterbox<int> told;
  Asking asking(plain_access(server.port()));
  asking.on_thread([&] {
    asking.client->ask(get("/"), [&](const auto&) {
      asking.client.reset();
      told.put(1);
    });
  });
  EXPECT_EQ(told.take(), 1);
}

}  // namespace
}  // namespace postern::kube
