#include "bench/load/guest.h"

#include <algorithm>
#include <utility>

#include "bench/load/pattern.h"

namespace postern::bench {

Guest::Guest(Host& host, int fd, int slot, std::uint64_t key)
    : host_(host), channel_(fd), slot_(slot), key_(key), began_(seconds_now()) {}

Guest::~Guest() { Loop::mine().tick_no_more(*this); }

void Guest::follow(const Script& script) {
  script_ = &script;
  step_ = 0;
  done_ = 0;
  advance();
}

void Guest::tick() {
  allowance_ =
      script_ != nullptr && step_ < script_->steps.size() ? script_->steps[step_].per_tick : 0;
  advance();
}

void Guest::advance() {
  if (advancing_) return;
  advancing_ = true;
  while (script_ != nullptr && channel_.flush()) {
    if (step_ == script_->steps.size()) {
      host_.script_over(*this, *std::exchange(script_, nullptr));
      continue;
    }
    if (do_step(script_->steps[step_]) != Did::kNext) break;
    ++step_;
    done_ = 0;
  }
  if (script_ != nullptr && channel_.broken()) fail("the connection broke");
  advancing_ = false;
}

Guest::Did Guest::do_step(const Step& step) {
  using Kind = Step::Kind;
  switch (step.kind) {
    case Kind::kTls: return shake(step);
    case Kind::kAnswered: host_.answered(*this); return Did::kNext;
    case Kind::kSay: say(step); return Did::kNext;
    case Kind::kHear: return hear(step);
    case Kind::kTake: return take(step);
    case Kind::kGive: return give(step);
    case Kind::kFinish: return channel_.finish() ? Did::kNext : Did::kWait;
    case Kind::kEnded: return ended();
    case Kind::kReset: channel_.reset(); return Did::kNext;
    case Kind::kPause: return pause(step);
  }
  return Did::kFailed;
}

Guest::Did Guest::shake(const Step& step) {
  if (channel_.ssl() == nullptr) {
    channel_.begin_tls_as_client(host_.tls(), host_.session_of(slot_));
    SSL_set_app_data(channel_.ssl(), reinterpret_cast<char*>(this));
    if (!step.text.empty()) SSL_set_tlsext_host_name(channel_.ssl(), with_key(step.text).c_str());
  }
  switch (channel_.shake()) {
    case Shake::kDone: host_.shaken(*this); return Did::kNext;
    case Shake::kWaiting: return Did::kWait;
    case Shake::kFailed: return fail("the TLS handshake failed");
  }
  return Did::kFailed;
}

std::string Guest::with_key(const std::string& text) const {
  std::string made = text;
  if (const std::size_t at = made.find("{key}"); at != std::string::npos)
    made.replace(at, 5, std::to_string(key_));
  return made;
}

void Guest::say(const Step& step) { channel_.send(with_key(step.text) + "\r\n"); }

Guest::Did Guest::hear(const Step& step) {
  const bool tagged = !step.text.starts_with("*") && !step.text.starts_with(")");
  while (true) {
    const std::size_t end = heard_.find("\r\n");
    if (end == std::string::npos) {
      const Came came = receive(kReceiveAtOnce);
      if (came == Came::kSome) continue;
      return came == Came::kNothing ? Did::kWait : fail("ended, not '" + step.text + "'");
    }
    const std::string line = heard_.substr(0, end);
    heard_.erase(0, end + 2);
    if (line.starts_with(step.text)) return Did::kNext;
    if (!tagged || !line.starts_with("* "))
      return fail("'" + line.substr(0, 80) + "', not '" + step.text + "'");
  }
}

Guest::Did Guest::take(const Step& step) {
  if (!heard_.empty()) {
    const std::size_t count = std::min<std::size_t>(heard_.size(), step.octets - done_);
    if (take_from(std::string_view(heard_).substr(0, count)) == Did::kFailed) return Did::kFailed;
    heard_.erase(0, count);
  }
  const bool slow = step.per_tick != 0;
  want_ticks(slow);
  while (done_ < step.octets) {
    std::uint64_t most = std::min<std::uint64_t>(step.octets - done_, kReceiveAtOnce);
    if (slow) most = std::min(most, allowance_);
    if (most == 0) return Did::kWait;
    std::size_t count = 0;
    const Came came = channel_.receive(receive_buffer(), static_cast<std::size_t>(most), count);
    if (came == Came::kNothing) return Did::kWait;
    if (came == Came::kEnd) return fail("ended within a literal");
    if (slow) allowance_ -= count;
    if (take_from({receive_buffer(), count}) == Did::kFailed) return Did::kFailed;
  }
  want_ticks(false);
  return Did::kNext;
}

Guest::Did Guest::take_from(std::string_view octets) {
  if (!Pattern::get().is(key_, done_, octets)) {
    host_.corrupted();
    return fail("octets differ");
  }
  done_ += octets.size();
  host_.moved(octets.size());
  return Did::kNext;
}

Guest::Did Guest::give(const Step& step) {
  while (done_ < step.octets) {
    const std::size_t most =
        static_cast<std::size_t>(std::min<std::uint64_t>(step.octets - done_, Pattern::kSpan));
    const std::size_t sent = channel_.write_some(Pattern::get().at(key_, done_, most));
    if (sent == 0) return Did::kWait;
    done_ += sent;
    host_.moved(sent);
  }
  return Did::kNext;
}

void Guest::want_ticks(bool wanted) {
  if (wanted && !ticking_) Loop::mine().tick_from_now_on(*this);
  if (!wanted && ticking_) Loop::mine().tick_no_more(*this);
  ticking_ = wanted;
}

Guest::Did Guest::ended() {
  const Came came = receive(kReceiveAtOnce);
  if (came == Came::kNothing) return Did::kWait;
  if (came == Came::kSome) return fail("said more: '" + heard_.substr(0, 80) + "'");
  return channel_.broken() ? fail("ended by a reset") : Did::kNext;
}

Guest::Did Guest::pause(const Step& step) {
  if (paused_until_ == 0) {
    paused_until_ = seconds_now() + static_cast<double>(step.octets) * 1e-3;
    want_ticks(true);
  }
  if (seconds_now() < paused_until_) return Did::kWait;
  paused_until_ = 0;
  want_ticks(false);
  return Did::kNext;
}

Came Guest::receive(std::size_t most) {
  std::size_t count = 0;
  const Came came = channel_.receive(receive_buffer(), most, count);
  if (came == Came::kSome) heard_.append(receive_buffer(), count);
  return came;
}

std::string Guest::where() const {
  const bool over = step_ >= script_->steps.size();
  return "step " + std::to_string(step_ + 1) + ", " + std::to_string(done_) + " octets of " +
         std::to_string(over ? 0 : script_->steps[step_].octets);
}

Guest::Did Guest::fail(const std::string& why) {
  host_.failed(*this, *std::exchange(script_, nullptr),
               "step " + std::to_string(step_ + 1) + ": " + why);
  return Did::kFailed;
}

}  // namespace postern::bench
