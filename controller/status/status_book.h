// StatusBook: what is known of every MailServer: what the build said of it, and what each proxy
// made of it. Answers whose status is other than before, and keeps to itself for a moment what will
// be other again. Pure but for the clock that is given in; belongs to the status thread. Everything
// is latest-wins: nothing is queued, nothing is remembered of a proxy that is gone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "common/base/clock.h"
#include "controller/build/builder.h"
#include "controller/publish/publisher.h"
#include "controller/status/conditions.h"
#include "controller/status/mail_class_status.h"
#include "controller/status/mail_server_status.h"

namespace postern::status {

// The MailClass that is served.
struct ServedClass {
  std::string name;
  std::string uid;
  std::int64_t generation = 0;
  std::string ingress_class;  // that names it
  friend bool operator==(const ServedClass&, const ServedClass&) = default;
};

// What one round of the control loop found out.
struct Lesson {
  model::Problems unreadable;  // all that stand now, of sources and decoding
  std::vector<build::Verdict> verdicts;
  std::vector<model::ObjectKey> gone;
  publish::Published published;
  std::optional<Instant> caused_at;
  std::optional<ServedClass> mail_class = {};  // nothing: there is none
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
  // What stands in an object now, a MailClass too: the times of its conditions are kept while they
  // hold. Proxies that were somewhere else before come back within moments, each in its own time:
  // until the first has answered, for 30 s at most, it is not told that there are none.
  void remember(const MailServerStatus& written);
  // What is other because time has passed, and when it will be next.
  void look_at_clock();
  [[nodiscard]] Instant due() const;

  // MailServers that something was heard of since the last call; those that are gone are not there
  // any more.
  [[nodiscard]] std::set<model::ObjectKey> take_touched();
  // Of these, and of those that were held before: whose status is to be told now. What proxies have
  // yet to answer for is held for 0.8 s.
  [[nodiscard]] std::set<model::ObjectKey> to_tell(std::set<model::ObjectKey> touched);
  [[nodiscard]] bool holds_any() const { return !held_.empty(); }
  // As it is to be told now: times of its conditions are those of what was told. Nothing for a
  // MailServer that does not exist.
  [[nodiscard]] std::optional<MailServerStatus> status(const model::ObjectKey& server);
  // Nothing where no class has a status.
  [[nodiscard]] std::optional<MailClassStatus> class_status();
  // The same, once in 0.8 s at most: what many MailServers are to a class is told at once.
  [[nodiscard]] std::optional<MailClassStatus> class_to_tell();
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
    std::string uid;                    // of what was told last: another object's times are its own
    std::vector<Condition> conditions;  // as last told: their times are kept
    std::vector<ListenerStatus> listeners;
    std::vector<BackendStatus> backends;
    std::optional<std::int64_t> stood;  // the generation whose status was read in the object
  };
  // The class that is served, and what was told of it last.
  struct ClassEntry {
    std::optional<ServedClass> served;
    std::uint64_t sequence = 0;  // of the publication that brought its newest content
    std::string name;
    std::string uid;
    std::vector<Condition> conditions;
    std::optional<std::int64_t> stood;
    std::optional<Instant> held_until;
  };
  struct Identity {
    std::string uid;
    std::int64_t generation = 0;
  };
  // What was refused, which version of it, and how.
  using Refused = std::tuple<config::ResourceKey, std::string, publish::Refusal::Code>;
  using RefusedAt = std::map<Refused, WallTime>;
  struct Proxy {
    publish::ApplyReport report;
    Instant attached{};
    RefusedAt refused_at;
  };

  void sort_unreadable(model::Problems problems);
  [[nodiscard]] static Identity identity_of(const Entry& entry);
  [[nodiscard]] RefusedAt refused_at(const publish::ApplyReport& report,
                                     const RefusedAt& before) const;
  [[nodiscard]] Programming programming(const Entry& entry) const;
  [[nodiscard]] ProxySummary summary(const Entry& entry) const;
  void note_settled(const model::ObjectKey& key, Entry& entry);
  void note_all_settled();
  void keep_all_times(Entry& entry, MailServerStatus& fresh);
  [[nodiscard]] bool expires_soon(const Entry& entry) const;
  void look_at_dates();
  [[nodiscard]] bool is_joining(const Proxy& proxy) const;
  [[nodiscard]] Programming programming_of_class() const;
  void remember_class(const MailServerStatus& written);
  [[nodiscard]] bool any_answered() const;
  [[nodiscard]] bool proxies_may_return() const;
  [[nodiscard]] bool stands(const Entry& entry) const;
  [[nodiscard]] bool class_stands() const;
  [[nodiscard]] bool hold(const model::ObjectKey& key);

  const Clock& clock_;
  std::map<model::ObjectKey, Entry> entries_;
  std::map<std::uint64_t, Proxy> proxies_;  // by connection
  std::optional<Instant> joined_by_;        // when the next of them is waited for
  Instant dates_looked_at_{};
  model::Problems unreadable_;
  std::string version_;
  ClassEntry class_;
  std::set<model::ObjectKey> touched_;
  std::set<model::ObjectKey> unsettled_;      // not answered by every proxy yet
  std::map<model::ObjectKey, Instant> held_;  // until when at the latest
  std::optional<Instant> return_by_;          // when proxies that were elsewhere should be back
};

}  // namespace postern::status
