// StatusBook: what is known of every MailServer: what the build said of it, and what each proxy
// made of it. Answers whose status is other than before. Pure but for the clock that is given in;
// belongs to the status thread. Everything is latest-wins: nothing is queued, nothing is remembered
// of a proxy that is gone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "controller/build/builder.h"
#include "controller/publish/publisher.h"
#include "controller/status/conditions.h"
#include "controller/status/mail_server_status.h"

namespace postern::status {

// What one round of the control loop found out.
struct Lesson {
  model::Problems unreadable;  // all that stand now, of sources and decoding
  std::vector<build::Verdict> verdicts;
  std::vector<model::ObjectKey> gone;
  publish::Published published;
  std::optional<Instant> caused_at;
};

// How far a MailServer's newest change has come, for the line that people wait for.
struct Progress {
  const build::Verdict* verdict = nullptr;
  std::uint64_t sequence = 0;  // of the publication that changed it last
  std::size_t listeners_open = 0;
  bool settled = false;  // every proxy that is there has answered
  std::optional<Duration> took;
};

class StatusBook {
 public:
  explicit StatusBook(const Clock& clock) : clock_(clock) {}

  void learn(Lesson lesson);
  void hear(const publish::ApplyReport& report);

  // MailServers that something was heard of since the last call; those that are gone are not there
  // any more.
  [[nodiscard]] std::set<model::ObjectKey> take_touched();
  // Nothing for a MailServer that does not exist.
  [[nodiscard]] std::optional<MailServerStatus> status(const model::ObjectKey& server);
  [[nodiscard]] std::optional<Progress> progress(const model::ObjectKey& server) const;
  [[nodiscard]] std::vector<model::ObjectKey> all() const;
  [[nodiscard]] const model::Problems& unreadable() const { return unreadable_; }

 private:
  struct Entry {
    std::optional<build::Verdict> verdict;
    model::Problems unreadable;
    std::uint64_t sequence = 0;  // of the publication that brought its newest content
    std::optional<Instant> caused_at;
    std::optional<Instant> settled_at;
    std::vector<Condition> conditions;  // as last told: their times are kept
    std::vector<ListenerStatus> listeners;
  };

  void sort_unreadable(model::Problems problems);
  [[nodiscard]] Programming programming(const Entry& entry) const;
  [[nodiscard]] ProxySummary summary(const Entry& entry) const;
  void note_settled(const model::ObjectKey& key, Entry& entry);

  const Clock& clock_;
  std::map<model::ObjectKey, Entry> entries_;
  std::map<std::uint64_t, publish::ApplyReport> proxies_;  // by connection
  model::Problems unreadable_;
  std::string version_;
  std::set<model::ObjectKey> touched_;
  std::set<model::ObjectKey> unsettled_;  // not answered by every proxy yet
};

}  // namespace postern::status
