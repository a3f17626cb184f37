// One client connection that follows a script. Tells its crowd when a script is over or has failed,
// and does nothing after that until it is given another one. Owned by the crowd; lives on the
// loop's thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/channel.h"
#include "bench/load/loop.h"
#include "bench/load/script.h"

namespace postern::bench {

class Guest;

class Host {  // who has invited the guest
 public:
  virtual ~Host() = default;
  virtual void answered(Guest& guest) = 0;
  virtual void moved(std::uint64_t octets) = 0;
  virtual void shaken(Guest& guest) = 0;
  // The guest may be given another script, or be buried.
  virtual void script_over(Guest& guest, const Script& script) = 0;
  virtual void failed(Guest& guest, const Script& script, const std::string& why) = 0;
  virtual void corrupted() = 0;
  [[nodiscard]] virtual SSL_CTX* tls() = 0;
  [[nodiscard]] virtual SSL_SESSION* session_of(int slot) = 0;
  // True: it is the host's now.
  virtual bool keep(Guest& guest, SSL_SESSION* session) = 0;
};

class Guest final : public Party {
 public:
  // `fd` is connecting; `slot` says which place of the crowd it has, `key` is its number.
  Guest(Host& host, int fd, int slot, std::uint64_t key);
  ~Guest() override;

  void follow(const Script& script);
  void ready() override { advance(); }
  void tick() override;

  bool keep(SSL_SESSION* session) { return host_.keep(*this, session); }
  // Null: it has nothing to do.
  [[nodiscard]] const Script* script() const { return script_; }
  [[nodiscard]] std::string where() const;
  [[nodiscard]] int slot() const { return slot_; }
  [[nodiscard]] double began() const { return began_; }
  [[nodiscard]] Channel& channel() { return channel_; }

 private:
  enum class Did { kNext, kWait, kFailed };

  void advance();
  Did do_step(const Step& step);
  Did shake(const Step& step);
  [[nodiscard]] std::string with_key(const std::string& text) const;
  void say(const Step& step);
  Did hear(const Step& step);
  Did take(const Step& step);
  Did take_from(std::string_view octets);
  Did give(const Step& step);
  Did ended();
  void want_ticks(bool wanted);
  Did pause(const Step& step);
  // More input, at most so much; what a step does not use stays in heard_.
  Came receive(std::size_t most);
  Did fail(const std::string& why);

  Host& host_;
  Channel channel_;
  int slot_;
  std::uint64_t key_;
  double began_;
  const Script* script_ = nullptr;
  std::size_t step_ = 0;
  std::uint64_t done_ = 0;       // octets of this step
  std::uint64_t allowance_ = 0;  // octets of this tick, for slow readers
  double paused_until_ = 0;
  bool advancing_ = false;
  bool ticking_ = false;
  std::string heard_;
};

}  // namespace postern::bench
