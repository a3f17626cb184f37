// Answers by chance: whatever a service says, a yes is one pattern (security R6), and how the
// octets were cut changes nothing.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/base/ascii.h"
#include "tests/unit/proxy/auth/mk.h"

namespace postern::auth {
namespace {

using config::Strictness;
using test::mk_provider;
using test::mk_question;
using test::words;

class Chance {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }
  const char* one_of(const std::vector<const char*>& all) { return all[below(all.size())]; }

 private:
  std::mt19937 random_;
};

std::string answer_by(Chance& chance) {
  std::string out = chance.one_of({"HTTP/1.1 200 OK\r\n", "HTTP/1.0 200 OK\r\n",
                                   "HTTP/1.1 204 x\r\n", "HTTP/1.1 500 x\r\n", "HTTP/1.1 200\r\n",
                                   "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 OK\r\n", ""});
  for (std::size_t lines = chance.below(5); lines > 0; --lines) {
    out +=
        chance.one_of({"Auth-Status: OK", "Auth-Status: no", "Auth-Status:OK ", "auth-status: ok",
                       "Auth-Status : OK", " Auth-Status: OK", "Auth-Server: 10.1.2.3",
                       "Auth-Port: 143", "Auth-User: bob", "Auth-Status: WAIT",
                       "X: Auth-Status: OK", "Transfer-Encoding: chunked", "Connection: close"});
    out += chance.one_of({"\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\n "});
  }
  out += chance.one_of({"Content-Length: 0\r\n\r\n", "Content-Length: 3\r\n\r\nabc", "\r\n",
                        "\r\n0\r\n\r\n", "\r\n3\r\nabc\r\n0\r\nAuth-Status: OK\r\n\r\n",
                        "\r\n1;x=y\r\nz\r\n00\r\n\r\n", "\r\nffffffffffffffff\r\n"});
  for (std::size_t changes = chance.below(3); changes > 0 && !out.empty(); --changes) {
    const std::size_t at = chance.below(out.size());
    switch (chance.below(4)) {
      case 0: out.erase(at, 1); break;
      case 1: out.insert(at, 1, static_cast<char>(chance.below(256))); break;
      case 2: out[at] = static_cast<char>(chance.below(256)); break;
      default: out.resize(at); break;
    }
  }
  return out;
}

// Read without a parser: lines until the empty one.
bool has_the_pattern(const std::string& answer) {
  if (!answer.starts_with("HTTP/1.0 2") && !answer.starts_with("HTTP/1.1 2")) return false;
  int statuses = 0;
  int yes = 0;
  std::size_t from = 0;
  for (std::size_t end = answer.find("\r\n"); end != std::string::npos && end != from;
       from = end + 2, end = answer.find("\r\n", from)) {
    const std::string line = answer.substr(from, end - from);
    if (!starts_with_ignoring_case(line, "Auth-Status:")) continue;
    std::string value = line.substr(12);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.erase(0, 1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.pop_back();
    ++statuses;
    yes += value == "OK" ? 1 : 0;
  }
  return statuses == 1 && yes == 1;
}

// What becomes of it, `fragment` octets at a time.
std::string judged(const policy::Question& question, const std::string& answer,
                   std::size_t fragment) {
  ResponseReader reader(std::get<config::HttpProvider>(question.provider->kind).strictness);
  switch (test::read_all(reader, answer, fragment)) {
    case Reading::NeedMore:  // until the deadline
    case Reading::Malformed: return "unavailable";
    case Reading::Done: break;
  }
  return words(auth_http_answer(reader.response(), question));
}

TEST(AnswerProperty, R6_a_yes_is_one_pattern_whatever_is_around_it) {
  const config::Provider provider = mk_provider();
  const policy::Question question = mk_question(provider);
  Chance chance(1);
  int accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::string answer = answer_by(chance);
    if (!judged(question, answer, answer.size() + 1).starts_with("accept")) continue;
    ++accepted;
    ASSERT_TRUE(has_the_pattern(answer)) << printable(answer, 2000);
  }
  EXPECT_GT(accepted, 200);
}

TEST(AnswerProperty, cuts_change_nothing) {
  for (const Strictness strictness : {Strictness::Strict, Strictness::Nginx}) {
    const config::Provider provider = mk_provider(strictness);
    const policy::Question question = mk_question(provider);
    Chance chance(2);
    for (int i = 0; i < 10'000; ++i) {
      const std::string answer = answer_by(chance);
      ASSERT_EQ(judged(question, answer, 1 + chance.below(9)),
                judged(question, answer, answer.size() + 1))
          << printable(answer, 2000);
    }
  }
}

}  // namespace
}  // namespace postern::auth
