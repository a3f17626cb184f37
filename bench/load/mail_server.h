// A mail server of nothing: IMAP for whoever comes, as cheap as can be, behind what is measured.
// FETCH N BODY[K] gives N octets of the pattern of key K, APPEND INBOX.K compares what it gets.
// With certificates it is the bare TLS server that shows what TLS alone costs. One of these a
// connection; counters are shared by all threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/channel.h"
#include "bench/load/loop.h"

namespace postern::bench {

struct Served {
  std::atomic<std::uint64_t> sessions{0}, logins{0}, appended{0}, fetched{0}, corrupted{0},
      octets_in{0}, octets_out{0};
};

class MailSession final : public Party {
 public:
  // `tls`: null in clear; `implicit`: the handshake comes first.
  MailSession(int fd, Served& served, SSL_CTX* tls, bool implicit);

  void ready() override;

 private:
  enum class Expect { kCommand, kLiteral, kRest };

  bool settled();  // nothing of ours is blocked, no handshake under way
  bool work_on_input();
  bool one_step();  // false: more octets are needed
  bool literal();
  std::size_t eat(std::string_view octets);
  void line(std::string_view text);
  void command(std::string_view text);
  bool begin_literal(std::string_view text);
  void perform();
  void fetch(std::string_view arguments);
  bool send_body();
  void leave();

  Channel channel_;
  Served& served_;
  SSL_CTX* tls_;
  std::string input_, tag_, verb_, answer_;
  Expect expect_ = Expect::kCommand;
  std::uint64_t literal_left_ = 0, literal_done_ = 0, key_ = 0;
  std::uint64_t body_left_ = 0, body_done_ = 0;
  bool compared_ = false, begin_tls_ = false, ended_ = false, leaving_ = false;
};

}  // namespace postern::bench
