#include "bench/load/crowd.h"

#include <utility>

namespace postern::bench {

Crowd::Crowd(Where where) : where_(std::move(where)), tls_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX_set_min_proto_version(tls_, TLS1_3_VERSION);
  SSL_CTX_set_verify(tls_, SSL_VERIFY_NONE, nullptr);  // what is measured is the other end
  SSL_CTX_set_read_ahead(tls_, 1);
  SSL_CTX_set_mode(tls_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                             SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(tls_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(tls_, &Crowd::keep_ticket);
  if (!where_.signatures.empty()) SSL_CTX_set1_sigalgs_list(tls_, where_.signatures.c_str());
}

Crowd::~Crowd() {
  staying_.clear();
  present_.clear();
  for (SSL_SESSION* session : sessions_) SSL_SESSION_free(session);
  SSL_CTX_free(tls_);
}

// The guest whose connection it is keeps the ticket for the next one in its place.
int Crowd::keep_ticket(SSL* ssl, SSL_SESSION* session) {
  auto* guest = reinterpret_cast<Guest*>(SSL_get_app_data(ssl));
  return guest->keep(session) ? 1 : 0;
}

bool Crowd::keep(Guest& guest, SSL_SESSION* session) {
  if (!where_.resume) return false;
  SSL_SESSION*& kept = sessions_[static_cast<std::size_t>(guest.slot())];
  SSL_SESSION_free(std::exchange(kept, session));
  return true;
}

SSL_SESSION* Crowd::session_of(int slot) {
  return where_.resume ? sessions_[static_cast<std::size_t>(slot)] : nullptr;
}

bool Crowd::one_after_another(int places, Pick pick, double seconds) {
  open_places(After::kReplace, places, std::move(pick));
  return run(seconds);
}

bool Crowd::gather(int places, Pick pick, double seconds) {
  open_places(After::kStay, places, std::move(pick));
  return run(seconds);
}

void Crowd::open_places(After after, int places, Pick pick) {
  after_ = after;
  pick_ = std::move(pick);
  sessions_.resize(static_cast<std::size_t>(places));
  present_.resize(static_cast<std::size_t>(places));
  for (int slot = 0; slot < places; ++slot) vacant_.push_back(slot);
}

bool Crowd::rounds(Pick pick, double seconds) {
  after_ = After::kAgain;
  pick_ = std::move(pick);
  busy_ = static_cast<int>(staying_.size());
  for (Guested& place : staying_) next_round(place);
  return run(seconds);
}

bool Crowd::everybody(const Script& script, double seconds) {
  after_ = After::kRest;
  busy_ = 0;
  for (Guested& place : staying_) {
    if (place.guest == nullptr) continue;
    ++busy_;
    place.guest->follow(script);
  }
  return run(seconds);
}

bool Crowd::run(double seconds) {
  const double end = seconds_now() + seconds;
  Loop::mine().run([this, end] {
    fill_places();
    return (busy_ == 0 && vacant_.empty()) || seconds_now() > end;
  });
  const bool all_came_and_went = busy_ == 0 && std::exchange(vacant_, {}).empty();
  if (!all_came_and_went) tell_of_stuck();
  return all_came_and_went;
}

// Who waits for something that has not come for so long.
void Crowd::tell_of_stuck() {
  const auto tell = [this](const std::unique_ptr<Guest>& guest) {
    if (guest == nullptr || guest->script() == nullptr) return;
    ++tally_.errors;
    ++tally_.failed[guest->script()->name];
    tally_.first_error.emplace(guest->script()->name, "waits, " + guest->where());
  };
  for (const auto& guest : present_) tell(guest);
  for (const Guested& place : staying_) tell(place.guest);
}

// Between two batches of events and never while a guest leaves: who is refused at once would
// otherwise be followed by the next within himself. A place that nobody could come to is tried
// again later.
void Crowd::fill_places() {
  for (const int slot : std::exchange(vacant_, {})) {
    const Script* script = pick_();
    if (script != nullptr && !arrive(slot, *script)) vacant_.push_back(slot);
  }
}

bool Crowd::arrive(int slot, const Script& script) {
  const std::uint64_t key = next_key_++;
  const std::string source =
      "127.0.1." + std::to_string(1 + key % static_cast<std::uint64_t>(where_.sources));
  const bool tls = !script.steps.empty() && script.steps[0].kind == Step::Kind::kTls;
  const int fd = connect_from(source, where_.address,
                              tls && where_.tls_port != 0 ? where_.tls_port : where_.port);
  if (fd < 0) {
    ++tally_.errors;
    tally_.first_error.emplace(script.name, "cannot connect");
    return false;
  }
  auto guest = std::make_unique<Guest>(*this, fd, slot, key);
  Guest& here = *guest;
  present_[static_cast<std::size_t>(slot)] = std::move(guest);
  ++busy_;
  Loop::mine().watch(fd, here);
  here.follow(script);
  return true;
}

void Crowd::next_round(Guested& place) {
  const Script* script = place.guest == nullptr ? nullptr : pick_();
  if (script == nullptr) {
    --busy_;
    return;
  }
  place.round_began = seconds_now();
  place.guest->follow(*script);
}

void Crowd::answered(Guest& guest) {
  tally_.seconds.push_back(static_cast<float>(seconds_now() - guest.began()));
}

void Crowd::shaken(Guest& guest) {
  ++tally_.handshakes;
  if (SSL_session_reused(guest.channel().ssl()) == 1) ++tally_.resumed;
}

void Crowd::script_over(Guest& guest, const Script& script) {
  ++tally_.completed[script.name];
  if (after_ == After::kAgain) {
    Guested& place = staying_[seats_.at(&guest)];
    tally_.seconds.push_back(static_cast<float>(seconds_now() - place.round_began));
    next_round(place);
    return;
  }
  --busy_;
  if (after_ == After::kRest) return;
  const int slot = guest.slot();
  auto& place = present_[static_cast<std::size_t>(slot)];
  if (after_ == After::kStay) {
    seats_[&guest] = staying_.size();
    staying_.push_back({std::move(place), 0});
  } else {
    Loop::mine().bury(std::move(place));
  }
  vacant_.push_back(slot);
}

void Crowd::failed(Guest& guest, const Script& script, const std::string& why) {
  ++tally_.errors;
  ++tally_.failed[script.name];
  tally_.first_error.emplace(script.name, why);
  --busy_;
  if (after_ == After::kAgain || after_ == After::kRest) {
    Loop::mine().bury(std::move(staying_[seats_.at(&guest)].guest));
    return;
  }
  const int slot = guest.slot();
  Loop::mine().bury(std::move(present_[static_cast<std::size_t>(slot)]));
  vacant_.push_back(slot);
}

Tally Crowd::take_tally() { return std::exchange(tally_, {}); }

}  // namespace postern::bench
