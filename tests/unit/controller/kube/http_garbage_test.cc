// Whatever a server says, its asker is told once, and memory stays whole.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/unit/controller/kube/asking.h"
#include "tests/unit/controller/kube/raw_server.h"

namespace postern::kube {
namespace {

using test::Asking;
using test::RawPeer;
using test::RawServer;

constexpr const char* kAnswers[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nRetry-After: 3\r\n\r\nabcde",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n"
    "0\r\nX: y\r\n\r\n",
    "HTTP/1.0 500 No\r\n\r\nto the end",
    "HTTP/1.1 204 No Content\r\nConnection: keep-alive, x\r\n\r\n",
};

class Mutation {
 public:
  explicit Mutation(unsigned seed) : random_(seed) {}

  std::vector<std::string> answers(std::size_t count) {
    std::vector<std::string> out;
    while (out.size() < count) out.push_back(answer());
    return out;
  }

 private:
  std::string answer() {
    std::string text = kAnswers[below(std::size(kAnswers))];
    for (std::size_t changes = below(4); changes > 0; --changes) change(text);
    return text;
  }
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  void change(std::string& text) {
    if (text.empty()) return;
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0: text[at] = static_cast<char>(below(256)); break;
      case 1: text.erase(at, 1 + below(8)); break;
      case 2: text.insert(at, text.substr(below(text.size()), 1 + below(16))); break;
      case 3: text.insert(at, std::string(below(70'000), 'f')); break;
      default: text.resize(at); break;
    }
  }

  std::mt19937 random_;
};

// A connection a question: the first one is told the first answer.
void say(RawPeer& peer, const std::vector<std::string>& answers) {
  if (!peer.read_request().empty())
    peer.write(answers[static_cast<std::size_t>(peer.number()) - 1]);
}

TEST(HttpGarbage, ends_each_question_once) {
  constexpr std::size_t kQuestions = 400;
  const std::vector<std::string> answers = Mutation(1).answers(kQuestions);
  RawServer server([&](RawPeer& peer) { say(peer, answers); });
  HttpLimits limits;
  limits.kept_connections = 0;
  Asking asking(test::plain_access(server.port()), limits);
  std::size_t answered = 0;
  for (std::size_t i = 0; i < kQuestions; ++i) {
    const auto outcome = asking.ask("/");
    EXPECT_TRUE(outcome || !outcome.error().message.empty());
    if (outcome) ++answered;
  }
  EXPECT_GT(answered, kQuestions / 4);
  EXPECT_LT(answered, kQuestions);
}

TEST(HttpGarbage, ends_each_flow_once) {
  const std::vector<std::string> answers = Mutation(2).answers(200);
  RawServer server([&](RawPeer& peer) { say(peer, answers); });
  Asking asking(test::plain_access(server.port()));
  for (const std::string& says : answers) {
    test::Letterbox<int> ended;
    std::size_t octets = 0;
    asking.open(test::get("/"), {{},
                                 [&](std::string_view came) { octets += came.size(); },
                                 [&](const auto&) { ended.put(1); }});
    ended.take();
    asking.close_flow();
    EXPECT_EQ(ended.size(), 0U);
    EXPECT_LE(octets, says.size());
  }
}

}  // namespace
}  // namespace postern::kube
