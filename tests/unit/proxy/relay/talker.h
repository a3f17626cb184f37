// Two ends that talk through a relay: in random pieces, each with an end of its own, every octet
// compared.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/unit/proxy/relay/relay_bench.h"

namespace postern::relay {

inline std::string random_octets_of(std::size_t count, std::mt19937& random) {
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

struct Texts {
  std::string client;
  std::string backend;
};

// Both say their texts in random pieces, with the relay's turns in between, until all is heard.
inline void converse(Bench& bench, unsigned seed, Texts texts) {
  std::mt19937 random(seed);
  Talker client{bench.far_client, std::move(texts.client), 0, 0, {}};
  Talker backend{bench.far_backend, std::move(texts.backend), 0, 0, {}};
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
  // As a session does: who was the last to be told is told by this.
  bench.client.close();
  bench.backend.close();
  while (!client.saw_end) client.read(random);
  while (!backend.saw_end) backend.read(random);
  EXPECT_TRUE(client.got == backend.text) << "seed " << seed;
  EXPECT_TRUE(backend.got == client.text) << "seed " << seed;
  EXPECT_EQ(bench.relay.octets_from(Side::Client), client.text.size());
  EXPECT_EQ(bench.relay.octets_from(Side::Backend), backend.text.size());
  EXPECT_EQ(bench.relay.ending().cause, Cause::Ended);
  EXPECT_TRUE(bench.relay.holds_nothing());
}

}  // namespace postern::relay
