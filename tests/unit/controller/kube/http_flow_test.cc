// Flows of HttpClient: answers that are told as they come.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

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
using test::ToldFlow;
using Why = Broken::Why;

constexpr const char* kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(HttpFlow, tells_octets_as_they_come_without_their_framing) {
  ToldFlow flow;
  Letterbox<int> go;
  Letterbox<int> ended;
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.write(kChunked);
    for (const char* const piece : {"3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n"}) {
      go.take();
      peer.write(piece);
    }
    peer.await_end();
    ended.put(1);
  });
  Asking asking(plain_access(server.port()));
  asking.open(get("/watch"), flow.reader());
  EXPECT_EQ(flow.told.take(), "200");
  go.put(1);
  EXPECT_EQ(flow.told.take(), "octets:one");
  EXPECT_EQ(flow.told.size(), 0U);
  go.put(1);
  EXPECT_EQ(flow.told.take(), "octets:two");
  go.put(1);
  EXPECT_EQ(flow.told.take(), "end");
  // The connection is not kept: the next watch may be another server's.
  EXPECT_EQ(ended.take(), 1);
}

TEST(HttpFlow, tells_octets_that_were_cut_anywhere) {
  const std::string whole = std::string(kChunked) + "5\r\nabcde\r\n1;x=y\r\nf\r\n0\r\n\r\n";
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    for (const char octet : whole) peer.write({&octet, 1});
    peer.await_end();
  });
  ToldFlow flow;
  Asking asking(plain_access(server.port()));
  asking.open(get("/watch"), flow.reader());
  EXPECT_EQ(flow.told.take(), "200");
  std::string octets;
  for (std::string told; (told = flow.told.take()) != "end";) octets += told.substr(7);
  EXPECT_EQ(octets, "abcdef");
}

TEST(HttpFlow, tells_an_end_between_chunks_from_the_last_chunk) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.write(std::string(kChunked) + "3\r\none\r\n");
  });
  ToldFlow flow;
  Asking asking(plain_access(server.port()));
  asking.open(get("/watch"), flow.reader());
  EXPECT_EQ(flow.told.take(), "200");
  EXPECT_EQ(flow.told.take(), "octets:one");
  EXPECT_EQ(flow.told.take(), broken(Why::Cut));
}

TEST(HttpFlow, gives_a_silent_server_up) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.write(std::string(kChunked) + "3\r\none\r\n");
    peer.await_end();
  });
  ToldFlow flow;
  Asking asking(plain_access(server.port()));
  Request request = get("/watch");
  request.silence = Duration{30};
  asking.open(request, flow.reader());
  EXPECT_EQ(flow.told.take(), "200");
  EXPECT_EQ(flow.told.take(), "octets:one");
  EXPECT_EQ(flow.told.take(), broken(Why::Silent));
}

TEST(HttpFlow, gives_up_a_server_that_says_no_head) {
  RawServer server([](RawPeer& peer) { peer.await_end(); });
  ToldFlow flow;
  Asking asking(plain_access(server.port()));
  Request request = get("/watch");
  request.patience = Duration{30};
  asking.open(request, flow.reader());
  EXPECT_EQ(flow.told.take(), broken(Why::Silent));
}

TEST(HttpFlow, takes_more_than_an_answer_may_have) {
  constexpr std::size_t kOctets = std::size_t{12} << 20;
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.answer(std::string(kOctets, 'x'));
    peer.await_end();
  });
  Letterbox<std::size_t> told;
  std::size_t came = 0;
  Asking asking(plain_access(server.port()));
  asking.open(get("/"), {{},
                         [&](std::string_view octets) { came += octets.size(); },
                         [&](const std::optional<Broken>& why) { told.put(why ? 0 : came); }});
  EXPECT_EQ(told.take(), kOctets);
}

TEST(HttpFlow, says_nothing_after_it_was_destroyed) {
  Letterbox<int> ended;
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.write(kChunked);
    peer.await_end();
    ended.put(1);
  });
  ToldFlow flow;
  Asking asking(plain_access(server.port()));
  asking.open(get("/watch"), flow.reader());
  EXPECT_EQ(flow.told.take(), "200");
  asking.close_flow();
  EXPECT_EQ(ended.take(), 1);
  EXPECT_EQ(flow.told.size(), 0U);
}

TEST(HttpFlow, may_be_destroyed_within_each_of_its_callbacks) {
  for (const std::string at : {"200", "octets:one", "end"}) {
    RawServer server([&](RawPeer& peer) {
      static_cast<void>(peer.read_request());
      peer.write(std::string(kChunked) + "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
      peer.await_end();
    });
    Asking asking(plain_access(server.port()));
    Letterbox<std::string> told;
    const std::string captured = at + ", longer than what a function object keeps in itself";
    const auto tell = [&, captured](const std::string& what) {
      if (captured.starts_with(what)) asking.flow.reset();
      told.put(what + captured.substr(0, 0));
    };
    asking.open(get("/watch"),
                {[tell](const Head& head) { tell(std::to_string(head.status)); },
                 [tell](std::string_view octets) { tell("octets:" + std::string(octets)); },
                 [tell](const std::optional<Broken>&) { tell("end"); }});
    for (std::string what; (what = told.take()) != at;) EXPECT_LT(told.size(), 4U);
    asking.on_thread([] {});
    EXPECT_EQ(told.size(), 0U);
  }
}

TEST(HttpFlow, may_outlive_its_client) {
  RawServer server([&](RawPeer& peer) {
    static_cast<void>(peer.read_request());
    peer.write(kChunked);
    peer.await_end();
  });
  ToldFlow flow;
  Asking asking(plain_access(server.port()));
  asking.open(get("/watch"), flow.reader());
  EXPECT_EQ(flow.told.take(), "200");
  asking.on_thread([&] { asking.client.reset(); });
  asking.close_flow();
  EXPECT_EQ(flow.told.size(), 0U);
}

TEST(HttpFlow, opens_once_more_with_a_new_token) {
  Letterbox<std::string> heard;
  const test::TemporaryFolder folder;
  std::ofstream(folder / "token") << "old";
  RawServer server([&](RawPeer& peer) {
    const std::string request = peer.read_request();
    const bool good = request.find("Bearer new\r") != std::string::npos;
    if (!good) std::ofstream(folder / "token") << "new";
    peer.answer(good ? "in" : "out", good ? "200 OK" : "401 Unauthorized");
    peer.await_end();
  });
  ToldFlow flow;
  ApiAccess access = plain_access(server.port());
  access.token.file = folder / "token";
  Asking asking(access);
  asking.open(get("/watch"), flow.reader());
  EXPECT_EQ(flow.told.take(), "200");
  EXPECT_EQ(flow.told.take(), "octets:in");
  EXPECT_EQ(flow.told.take(), "end");
}

}  // namespace
}  // namespace postern::kube
