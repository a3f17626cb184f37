// Literals that pass through a pipe: exact, bounded, and never anything but a literal.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/base/limits.h"
#include "tests/unit/proxy/relay/talker.h"

namespace postern::relay {
namespace {

// Lines and literals of random sizes, as a client that appends and a backend that is asked for
// much say them. Octets of literals look like lines, too.
std::string lines_and_literals(Side by, std::mt19937& random) {
  std::string out;
  for (int i = 0; i < 6; ++i) {
    const std::size_t size = random() % (random() % 2 == 0 ? 400'000 : 300);
    std::string literal = random_octets_of(size, random);
    if (size > 60) literal.replace(size / 2, 24, "\r\na1 OK\r\n* 1 X {99999}\r\n");
    const std::string number = std::to_string(size);
    if (by == Side::Client) {
      out += "a1 APPEND INBOX {" + number + "+}\r\n" + literal + "\r\n";
    } else {
      out += "* 1 FETCH (BODY[] {" + number + "}\r\n" + literal + ")\r\n* 2 EXISTS\r\n";
    }
  }
  return out;
}

std::string fetch_of(std::size_t octets) {
  return "* 1 FETCH (BODY[] {" + std::to_string(octets) + "}\r\n" + std::string(octets, 'x') +
         ")\r\na1 OK\r\n";
}

TEST(RelayOfLiterals, is_exact_at_any_size_and_pace) {
  for (const Cover cover : {Cover::Plain, Cover::TlsClient, Cover::TlsBoth}) {
    for (unsigned seed = 1; seed <= 8; ++seed) {
      std::mt19937 random(seed);
      Bench bench(cover, seed % 2 == 0 ? 8'192 : 0);
      const std::string client = lines_and_literals(Side::Client, random);
      converse(bench, seed, {client, lines_and_literals(Side::Backend, random)});
      EXPECT_EQ(bench.pipes.lent(), 0U);
      EXPECT_EQ(bench.relay.opaque(), false) << "seed " << seed;
    }
  }
}

// All of the words, said and heard.
std::string carry(Bench& bench, Stream& from, Stream& to, ByteView words) {
  std::string got;
  std::size_t said = 0;
  for (int turn = 0; turn < 100'000 && got.size() < words.size(); ++turn) {
    said += test::write_some(from, words.substr(said));
    EXPECT_NE(bench.turn(), Progress::Over);
    got += test::read_all(to);
  }
  return got;
}

TEST(RelayOfLiterals, takes_a_pipe_for_large_plain_ones_alone) {
  const std::string large = fetch_of(1'000'000);
  const std::string small = fetch_of(30'000);
  for (const Cover cover : {Cover::Plain, Cover::TlsClient}) {
    Bench bench(cover);
    EXPECT_EQ(carry(bench, bench.far_backend, bench.far_client, small), small);
    EXPECT_EQ(bench.pipes.idle(), 0U) << "none was ever borrowed";
    ASSERT_EQ(carry(bench, bench.far_client, bench.far_backend, "a1 FETCH 1 BODY[]\r\n"),
              "a1 FETCH 1 BODY[]\r\n");
  }
  Bench bench;
  ASSERT_EQ(carry(bench, bench.far_client, bench.far_backend, "a1 NOOP\r\n"), "a1 NOOP\r\n");
  EXPECT_EQ(carry(bench, bench.far_backend, bench.far_client, large), large);
  EXPECT_EQ(bench.pipes.idle(), 1U);
  EXPECT_EQ(bench.pipes.lent(), 0U);
  EXPECT_TRUE(bench.relay.may_speak()) << "the tracker was told of what passed unseen";
}

TEST(RelayOfLiterals, takes_a_pipe_for_uploads_too) {
  const std::string append =
      "a1 APPEND INBOX {1000000+}\r\n" + std::string(1'000'000, 'x') + "\r\n";
  Bench bench;
  EXPECT_EQ(carry(bench, bench.far_client, bench.far_backend, append), append);
  EXPECT_EQ(bench.pipes.idle(), 1U);
}

TEST(RelayOfLiterals, takes_a_pipe_for_much_of_what_nobody_can_follow) {
  Bench bench;
  const std::string compressed = "a1 COMPRESS DEFLATE\r\n" + std::string(2'000'000, 'x');
  EXPECT_EQ(carry(bench, bench.far_client, bench.far_backend, compressed), compressed);
  EXPECT_TRUE(bench.relay.opaque());
}

TEST(RelayOfLiterals, keeps_one_pipe_while_the_client_does_not_read) {
  Bench bench;
  const std::string words = fetch_of(8'000'000);
  std::size_t said = 0;
  for (int i = 0; i < 200; ++i) {
    said += test::write_some(bench.far_backend, ByteView(words).substr(said));
    bench.settle();
  }
  EXPECT_LT(said, std::size_t{4} << 20) << "the kernel's buffers and one pipe of ours";
  EXPECT_EQ(bench.pipes.lent(), 1U);
  EXPECT_FALSE(bench.relay.holds_nothing());
  EXPECT_FALSE(bench.relay.may_speak());
  std::string got;
  for (int i = 0; i < 10'000 && got.size() < words.size(); ++i) {
    got += test::read_all(bench.far_client);
    said += test::write_some(bench.far_backend, ByteView(words).substr(said));
    bench.settle();
  }
  EXPECT_TRUE(got == words);
  EXPECT_EQ(bench.pipes.lent(), 0U);
}

TEST(RelayOfLiterals, copies_when_all_pipes_are_lent) {
  Bench bench;
  std::vector<net::PipeLoan> lent;
  for (std::size_t i = 0; i < net::kPipesOfWorker; ++i) lent.push_back(bench.pipes.borrow());
  EXPECT_FALSE(bench.pipes.borrow());
  const std::string words = fetch_of(1'000'000);
  EXPECT_TRUE(carry(bench, bench.far_backend, bench.far_client, words) == words);
}

TEST(RelayOfLiterals, gives_its_pipe_up_when_the_client_is_gone) {
  Bench bench;
  ASSERT_GT(test::write_some(bench.far_backend, fetch_of(1'000'000)), 200'000U);
  for (int i = 0; i < 8; ++i) (void)bench.turn();
  bench.far_client.close();
  EXPECT_EQ(bench.settle(), Progress::Over);
  EXPECT_EQ(bench.pipes.lent(), 0U);
  EXPECT_EQ(bench.relay.ending().by, Side::Client);
}

TEST(RelayOfLiterals, delivers_what_is_in_the_pipe_before_the_end) {
  Bench bench;
  const std::string words = fetch_of(900'000).substr(0, 500'000);
  std::size_t said = 0;
  while (said < words.size()) {
    said += test::write_some(bench.far_backend, ByteView(words).substr(said));
    if (bench.settle() == Progress::Over || bench.relay.octets_from(Side::Backend) < said) break;
  }
  std::string got;
  for (int i = 0; i < 1000 && said < words.size(); ++i) {
    got += test::read_all(bench.far_client);
    said += test::write_some(bench.far_backend, ByteView(words).substr(said));
    bench.settle();
  }
  bench.far_backend.shutdown_write();
  IoStatus last{};
  for (int i = 0; i < 1000 && last != IoStatus::Ended; ++i) {
    bench.settle();
    got += test::read_all(bench.far_client, &last);
  }
  EXPECT_TRUE(got == words);
  EXPECT_EQ(last, IoStatus::Ended);
}

TEST(RelayPace, lets_no_more_octets_through_than_a_second_allows) {
  for (const Cover cover : {Cover::Plain, Cover::TlsClient}) {
    Bench bench(cover);
    bench.pace = {Instant{} + std::chrono::hours{1}, 50'000};
    const std::string words = fetch_of(200'000);
    std::size_t said = test::write_some(bench.far_backend, words);
    EXPECT_EQ(bench.settle(), Progress::Waiting);
    std::string got = test::read_all(bench.far_client);
    // A second's worth is saved up, and one read of records is opened whole.
    EXPECT_GE(got.size(), 50'000U);
    EXPECT_LE(got.size(), 50'000U + 16'384U);
    int waits = 0;
    for (; waits < 1000 && got.size() < words.size(); ++waits) {
      ASSERT_TRUE(bench.relay.resumes_at());
      EXPECT_GT(*bench.relay.resumes_at(), bench.pace.now);
      bench.pace.now = *bench.relay.resumes_at();
      said += test::write_some(bench.far_backend, ByteView(words).substr(said));
      EXPECT_EQ(bench.settle(), Progress::Waiting);
      got += test::read_all(bench.far_client);
    }
    EXPECT_TRUE(got == words);
    const auto took = bench.pace.now - (Instant{} + std::chrono::hours{1});
    EXPECT_GE(took, std::chrono::milliseconds{2900});
    EXPECT_LE(took, std::chrono::milliseconds{3300});
    EXPECT_FALSE(bench.relay.resumes_at());
  }
}

TEST(RelayPace, leaves_the_other_way_alone) {
  Bench bench;
  bench.pace = {Instant{} + std::chrono::hours{1}, 10'000};
  ASSERT_GT(test::write_some(bench.far_backend, fetch_of(100'000)), 0U);
  bench.settle();
  ASSERT_TRUE(bench.relay.resumes_at());
  EXPECT_EQ(carry(bench, bench.far_client, bench.far_backend, "a1 NOOP\r\n"), "a1 NOOP\r\n");
}

TEST(RelayPace, saves_up_a_second_and_no_more) {
  TokenBucket tokens;
  Instant now = Instant{} + std::chrono::hours{1};
  EXPECT_EQ(tokens.allowance(now, 1024), 1024U);
  tokens.take(now, 1024, 1024);
  EXPECT_EQ(tokens.allowance(now, 1024), 0U);
  EXPECT_EQ(tokens.next(), now + std::chrono::milliseconds{100});
  EXPECT_EQ(tokens.allowance(tokens.next(), 1024), 102U);
  now += std::chrono::hours{1};
  EXPECT_EQ(tokens.allowance(now, 10'737'418'240), 10'737'418'240U);
}

TEST(RelayLastWords, are_said_between_responses_and_end_the_relay) {
  for (const Cover cover : {Cover::Plain, Cover::TlsClient, Cover::TlsBoth}) {
    Bench bench(cover);
    ASSERT_EQ(carry(bench, bench.far_client, bench.far_backend, "a1 IDLE\r\n"), "a1 IDLE\r\n");
    ASSERT_EQ(carry(bench, bench.far_backend, bench.far_client, "+ idling\r\n* 3 EX"),
              "+ idling\r\n* 3 EX");
    EXPECT_FALSE(bench.relay.may_speak());
    ASSERT_EQ(carry(bench, bench.far_backend, bench.far_client, "ISTS\r\n"), "ISTS\r\n");
    ASSERT_TRUE(bench.relay.may_speak());
    bench.relay.say_last("* BYE moving\r\n");
    EXPECT_FALSE(bench.relay.may_speak());
    ASSERT_GT(test::write_some(bench.far_backend, "* 4 EXISTS\r\n"), 0U);
    EXPECT_EQ(bench.settle(), Progress::Over);
    IoStatus last{};
    EXPECT_EQ(test::read_all(bench.far_client, &last), "* BYE moving\r\n");
    EXPECT_EQ(last, IoStatus::Ended);
  }
}

// What a strict client makes of it: responses, each whole.
bool are_whole_responses(ByteView octets) {
  while (!octets.empty()) {
    const std::size_t end = octets.find("\r\n");
    if (end == ByteView::npos) return false;
    const ByteView line = octets.substr(0, end);
    octets.remove_prefix(end + 2);
    if (!line.ends_with('}')) continue;
    const std::size_t size = std::stoul(std::string(line.substr(line.rfind('{') + 1)));
    // A literal is never the end of a response.
    if (octets.size() < size + 2) return false;
    octets.remove_prefix(size);
  }
  return true;
}

TEST(RelayLastWords, are_never_inside_a_response_whenever_they_are_said) {  // I8.1
  int spoken = 0;
  for (const Cover cover : {Cover::Plain, Cover::TlsClient, Cover::TlsBoth}) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
      std::mt19937 random(seed);
      Bench bench(cover, seed % 2 == 0 ? 8'192 : 0);
      Talker backend{bench.far_backend, lines_and_literals(Side::Backend, random), 0, 0, {}};
      Talker client{bench.far_client, {}, 0, 0, {}};
      const std::size_t from = random() % (backend.text.size() + 1);
      bool said = false;
      for (int step = 0; step < 2'000'000 && !said; ++step) {
        backend.write(random);
        client.read(random);
        (void)bench.turn();
        said = client.got.size() >= from && bench.relay.may_speak();
        if (client.got.size() == backend.text.size()) break;
      }
      if (!said) continue;
      ++spoken;
      bench.relay.say_last("* BYE\r\n");
      while (bench.turn() != Progress::Over) client.read(random);
      bench.client.close();
      while (!client.saw_end) client.read(random);
      EXPECT_TRUE(client.got.ends_with("* BYE\r\n")) << "seed " << seed;
      EXPECT_TRUE(are_whole_responses(client.got)) << "seed " << seed;
    }
  }
  EXPECT_GT(spoken, 30);
}

TEST(RelayLastWords, follow_what_waits_for_a_client_who_does_not_read) {
  for (const Cover cover : {Cover::Plain, Cover::TlsClient}) {
    Bench bench(cover);
    const std::string line = "* 1 EXISTS\r\n";
    std::string said;
    for (int i = 0; i < 100'000 && bench.relay.holds_nothing(); ++i) {
      ASSERT_EQ(test::write_some(bench.far_backend, line), line.size());
      said += line;
      bench.settle();
    }
    ASSERT_FALSE(bench.relay.holds_nothing());
    EXPECT_FALSE(bench.relay.may_speak());
    bench.relay.say_last("* BYE\r\n");
    std::string got;
    IoStatus last{};
    for (int i = 0; i < 1000 && last != IoStatus::Ended; ++i) {
      got += test::read_all(bench.far_client, &last);
      bench.settle();
    }
    EXPECT_TRUE(got == said + "* BYE\r\n");
  }
}

}  // namespace
}  // namespace postern::relay
