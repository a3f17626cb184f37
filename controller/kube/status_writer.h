// StatusWriter: brings what is to stand in the status of objects to the API server, by server-side
// apply. The newest of an object replaces what waits; several are under way at once; what says
// nothing new is not written. Never waits for the server, never asks it what is there.
// An object that does not exist any more (404), or that the server knows to be another one of the
// same name, is dropped; every other conflict is tried again. What the server finds wrong (422) is
// told once and left alone until it differs. An object keeps its place in the line when there is
// something newer to say of it.
// Threads: made, called and destroyed on the agenda's thread, or when that has stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "controller/kube/agenda.h"
#include "controller/kube/status_essence.h"
#include "controller/kube/transport.h"
#include "controller/kube/work_under_way.h"

namespace postern::kube {

// Who waits longest for an answer goes first.
enum class Rank : std::uint8_t { Changed, Fresh, Refresh };

struct StatusWrite {
  std::string key;     // which object, in logs too: "MailServer mail/example"
  std::string target;  // path and query, percent-encoded
  std::string body;    // apiVersion, kind, metadata, status
  Rank rank = Rank::Changed;
};

struct StatusTerms {
  EssenceTerms essence;
  std::size_t at_once = 8;
  std::uint32_t a_second = 200;
  Duration slow_after{60'000};  // what is slow is written when it has differed for so long
  Duration patience{10'000};
};

struct StatusNeeds {
  Transport& transport;
  Agenda& agenda;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  // Asked before each write: a process that slept may learn late that another one speaks now.
  // Empty: always.
  std::function<bool()> may_write = {};
};

class StatusWriter {
 public:
  StatusWriter(const StatusNeeds& needs, StatusTerms terms);

  // Closed at first: what is put is dropped. Closing drops what waits and forgets what was written;
  // what is under way is not called back.
  void open();
  void close();

  void put(StatusWrite write);
  // Nothing more is to be said of it.
  void forget(const std::string& key);
  // What stands in an object now, as the server gave it: equal to it, nothing is written.
  void remember(const std::string& key, std::string_view object);

  // Nothing waits and nothing is under way.
  [[nodiscard]] bool idle() const { return wanted_ == 0 && under_way_ == 0; }

 private:
  using Place = std::pair<Rank, std::uint64_t>;

  struct Entry {
    std::uint64_t id = 0;  // one that was forgotten and came again is another
    std::optional<StatusWrite> wanted;
    Essence essence;  // of what is wanted
    std::optional<Essence> written;
    std::optional<Instant> differs_since;  // in what is slow alone
    Instant put_at{};
    Instant blocked_until{};             // not before: the server was not well
    std::optional<Instant> waits_until;  // in `waiting_`
    std::optional<Place> place;          // in `ready_`
    bool under_way = false;
    unsigned failures = 0;
    bool told = false;  // that the server refuses it
  };
  using Entries = std::map<std::string, Entry>;
  // What was sent, for its answer.
  struct Sent {
    std::uint64_t id = 0;
    StatusWrite write;
    Essence essence;
    Instant at{};
    Instant sent_at{};
  };

  void judge(Entries::iterator item);
  void line_up(Entries::iterator item, Place place, Instant when);
  void leave_lines(Entries::iterator item);
  void drop(Entry& entry);
  void go_on();
  void take_due();
  [[nodiscard]] bool may_write() const { return !needs_.may_write || needs_.may_write(); }
  [[nodiscard]] bool may_send();
  void send(Entries::iterator item);
  void answered(const std::shared_ptr<Sent>& sent, const Result<Reply, Broken>& reply);
  void settle(Entry& entry, const Sent& sent, const Result<Reply, Broken>& reply);
  void refused(const Sent& sent, const Reply& reply);
  void again(Entry& entry, const Sent& sent, std::optional<Duration> retry_after);
  void set_alarm();

  StatusNeeds needs_;
  StatusTerms terms_;
  std::shared_ptr<int> open_;  // null: closed; a reply of an earlier term finds its own gone
  Entries entries_;
  std::set<std::pair<Instant, std::string>> waiting_;
  std::map<Place, std::string> ready_;
  std::uint64_t next_ = 0;
  std::size_t wanted_ = 0;  // entries with something that is wanted
  std::size_t under_way_ = 0;
  double tokens_ = 0;
  Instant filled_{};
  std::unique_ptr<Agenda::Entry> alarm_;

  Counter& written_total_;
  Counter& noop_total_;
  Counter& error_total_;
  Counter& gone_total_;
  Histogram& write_seconds_;
  Gauge& depth_;
  Counter& adds_;
  Counter& retries_;
  Histogram& queue_seconds_;
  WorkUnderWay at_work_;
};

}  // namespace postern::kube
