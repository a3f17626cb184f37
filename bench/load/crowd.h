// The guests of one run, and what they met: counts, latencies, octets. Gives each guest its next
// script, or its place to a new guest. Owns all guests; one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/guest.h"

namespace postern::bench {

struct Where {
  std::string address = "127.0.0.1";
  int port = 0;
  int tls_port = 0;        // of scripts whose first step is the handshake; 0: the same
  std::string signatures;  // what the client's offer is limited to; empty: OpenSSL's own
  bool resume = false;
  int sources = 16;  // 127.0.1.1 and on
};

struct Tally {
  std::vector<float> seconds;  // from connect to the answer, or of a round
  std::uint64_t octets = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t errors = 0;
  std::uint64_t handshakes = 0;
  std::uint64_t resumed = 0;
  std::map<std::string, std::uint64_t> completed, failed;  // by script
  std::map<std::string, std::string> first_error;
};

class Crowd final : public Host {
 public:
  explicit Crowd(Where where);
  ~Crowd() override;

  using Pick = std::function<const Script*()>;  // nullptr: that was all
  // Each of `places` guests follows what `pick` says, then makes place for a new one.
  [[nodiscard]] bool one_after_another(int places, Pick pick, double seconds);
  // The same, but who is through stays.
  [[nodiscard]] bool gather(int places, Pick pick, double seconds);
  // Those who stayed follow one script after another, as long as there are any; a round each.
  [[nodiscard]] bool rounds(Pick pick, double seconds);

  // Each of those who stayed follows this one, once.
  [[nodiscard]] bool everybody(const Script& script, double seconds);

  [[nodiscard]] std::size_t staying() const { return staying_.size(); }
  Tally take_tally();

  void answered(Guest& guest) override;
  void moved(std::uint64_t octets) override { tally_.octets += octets; }
  void shaken(Guest& guest) override;
  void script_over(Guest& guest, const Script& script) override;
  void failed(Guest& guest, const Script& script, const std::string& why) override;
  void corrupted() override { ++tally_.corrupted; }
  SSL_CTX* tls() override { return tls_; }
  SSL_SESSION* session_of(int slot) override;
  bool keep(Guest& guest, SSL_SESSION* session) override;

 private:
  enum class After { kReplace, kStay, kAgain, kRest };
  struct Guested {
    std::unique_ptr<Guest> guest;
    double round_began = 0;
  };

  static int keep_ticket(SSL* ssl, SSL_SESSION* session);
  bool run(double seconds);
  void tell_of_stuck();
  void open_places(After after, int places, Pick pick);
  void fill_places();
  bool arrive(int slot, const Script& script);
  void next_round(Guested& place);

  Where where_;
  SSL_CTX* tls_;
  After after_ = After::kReplace;
  Pick pick_;
  int busy_ = 0;
  std::uint64_t next_key_ = 1;
  std::vector<SSL_SESSION*> sessions_;           // a place's last ticket
  std::vector<std::unique_ptr<Guest>> present_;  // by place, while they are busy
  std::vector<int> vacant_;
  std::vector<Guested> staying_;
  std::map<Guest*, std::size_t> seats_;  // of those who stay
  Tally tally_;
};

}  // namespace postern::bench
