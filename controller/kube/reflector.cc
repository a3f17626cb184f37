#include "controller/kube/reflector.h"

#include <optional>
#include <utility>

#include "controller/frames/line_cut.h"
#include "controller/frames/list_cut.h"
#include "controller/frames/watch_event.h"
#include "controller/kube/back_off.h"
#include "controller/kube/reflector_counts.h"
#include "controller/kube/reflector_requests.h"
#include "controller/kube/reflector_verdict.h"

namespace postern::kube {
namespace {

using frames::Cut;
using frames::WatchEvent;

// Of an answer that is a refusal: a Status has some hundred octets, and comes at once.
constexpr std::size_t kRefusalOctets = std::size_t{64} << 10;
constexpr Duration kRefusalPatience{5'000};
// A watch ends by itself after this, and up to as long again, so that it may come to another
// server.
constexpr Duration kWatchLasting{300'000};
// As often a watch is tried that the server does not refuse, but cannot serve.
constexpr int kWatchTries = 8;
constexpr const char* kOldList = "a list older than was asked for";

Change change_of(WatchEvent::Type type) {
  if (type == WatchEvent::Type::Added) return Change::Added;
  return type == WatchEvent::Type::Deleted ? Change::Deleted : Change::Modified;
}

struct Answer {
  std::optional<Head> head = {};
  Instant since = {};
  bool had_events = false;
  frames::ListCut list = {};
  frames::LineCut lines = {};
  std::string refusal = {};
};

}  // namespace

// What is asked, what has come of the answer so far, and where the collection stands.
class Reflector::Course {
 public:
  Course(Collection collection, ReflectorSink& sink, const Grounds& grounds)
      : collection_(std::move(collection)),
        sink_(sink),
        grounds_(grounds),
        counts_(grounds.metrics, collection_.name),
        back_off_(grounds.random) {}

  void start() {
    tell(Standing::Listing, {});
    begin_list({}, true);
    ask();
  }
  [[nodiscard]] bool synced() const { return synced_; }

 private:
  void begin_list(std::string not_older_than, bool paged) {
    asked_ = streams_ && paged ? Asked::Stream : Asked::Page;
    not_older_than_ = std::move(not_older_than);
    paged_ = paged;
    continue_.clear();
  }

  void ask() {
    pause_.reset();
    answer_.emplace();
    if (asked_ == Asked::Watch) {
      counts_.watched();
    } else if (continue_.empty()) {
      counts_.listed();
    }
    flow_ = grounds_.transport.open(
        request(), {.on_head = [this](const Head& head) { take_head(head); },
                    .on_octets = [this](ByteView octets) { take_octets(octets); },
                    .on_end = [this](const std::optional<Broken>& broken) { take_end(broken); }});
  }

  [[nodiscard]] Request request() {
    const Duration extra = part_of(kWatchLasting, grounds_.random());
    switch (asked_) {
      case Asked::Page: return page_request(collection_, {not_older_than_, continue_, paged_});
      case Asked::Stream:
        return stream_request(collection_, not_older_than_, kWatchLasting + extra);
      case Asked::Watch: break;
    }
    return watch_request(collection_, version_, kWatchLasting + extra);
  }

  void take_head(const Head& head) {
    comeback_.reset();
    answer_->head = head;
    answer_->since = grounds_.clock.now();
    if (head.status != 200) {
      pause_ = grounds_.agenda.after(kRefusalPatience, [this] { end({}); });
      return;
    }
    counts_.heard(grounds_.clock.wall());
    watch_tries_ = 0;
    if (asked_ == Asked::Watch) {
      tell(Standing::Watching, {});
    } else if (continue_.empty()) {
      tell(Standing::Listing, {});
      sink_.on_replace_begin();
    }
  }

  void take_octets(ByteView octets) {
    if (!answer_->head) return;
    if (answer_->head->status != 200) {
      answer_->refusal.append(octets.substr(0, kRefusalOctets - answer_->refusal.size()));
    } else if (asked_ == Asked::Page) {
      take_page(octets);
    } else {
      take_lines(octets);
    }
  }

  void take_page(ByteView octets) {
    for (;;) {
      switch (answer_->list.next(octets)) {
        case Cut::More: return;
        case Cut::Bad: end({.fault = std::string(answer_->list.fault())}); return;
        case Cut::Piece: sink_.on_object(answer_->list.piece()); break;
      }
    }
  }

  void take_lines(ByteView octets) {
    for (;;) {
      switch (answer_->lines.next(octets)) {
        case Cut::More: return;
        case Cut::Bad: end({.fault = std::string(answer_->lines.fault())}); return;
        case Cut::Piece:
          if (!take_line(answer_->lines.piece())) return;
      }
    }
  }

  // False: nothing more of this answer is read.
  [[nodiscard]] bool take_line(ByteView line) {
    const auto event = frames::read_watch_event(line);
    if (!event) return end({.fault = event.error()});
    if (event->type == WatchEvent::Type::Error) {
      return end({.in_stream = true, .told = frames::read_status(event->object)});
    }
    if (event->kind != collection_.kind) {
      return end({.fault = "an object of another kind than " + collection_.kind});
    }
    answer_->had_events = true;
    counts_.heard(grounds_.clock.wall());
    return asked_ == Asked::Stream ? take_initial(*event) : take_change(*event);
  }

  [[nodiscard]] bool take_initial(const WatchEvent& event) {
    switch (event.type) {
      case WatchEvent::Type::Added:
      case WatchEvent::Type::Modified: sink_.on_object(event.object); return true;
      case WatchEvent::Type::Deleted: sink_.on_object_gone(event.object); return true;
      case WatchEvent::Type::Bookmark:
      case WatchEvent::Type::Error: break;
    }
    if (!event.initial_events_end) return true;
    if (event.resource_version.empty()) return end({.fault = "a list without a version"});
    if (is_too_old(event.resource_version)) return end({.fault = kOldList});
    asked_ = Asked::Watch;
    replaced(event.resource_version);
    tell(Standing::Watching, {});
    return true;
  }

  [[nodiscard]] bool take_change(const WatchEvent& event) {
    const Revision revision = revision_of(event.resource_version);
    const Revision before = revision_of(version_);
    const bool older = revision && before && *revision < *before;
    if (event.type == WatchEvent::Type::Bookmark) {
      if (older || event.resource_version.empty()) return true;
      version_ = event.resource_version;
      sink_.on_bookmark(revision);
      return true;
    }
    // What is deleted may come as it was last written; anything else that is older than what was
    // told is a server with another past.
    if (older && event.type != WatchEvent::Type::Deleted) {
      return end({.fault = "an event is older than the one before it"});
    }
    if (!older && !event.resource_version.empty()) version_ = event.resource_version;
    sink_.on_change(change_of(event.type), event.object, revision);
    return true;
  }

  void take_end(const std::optional<Broken>& broken) {
    const bool page = answer_->head && answer_->head->status == 200 && asked_ == Asked::Page;
    if (page && answer_->list.whole()) {
      end_page();
    } else {
      end({.broken = broken});
    }
  }

  void end_page() {
    const frames::ListHead& head = answer_->list.head();
    if (head.kind != list_kind(collection_)) {
      end({.fault = "a list of another kind than " + list_kind(collection_)});
      return;
    }
    // Of several pages the first one's version: what changed since is told again.
    if (continue_.empty()) listed_version_ = head.resource_version;
    if (listed_version_.empty()) {
      end({.fault = "a list without a version"});
      return;
    }
    if (is_too_old(listed_version_)) {
      end({.fault = kOldList});
      return;
    }
    continue_ = head.continue_token;
    if (continue_.empty()) {
      asked_ = Asked::Watch;
      replaced(listed_version_);
    }
    ask();
  }

  // A server that is behind takes nobody back; asked for what is now, its past may be another one.
  [[nodiscard]] bool is_too_old(const std::string& version) const {
    const Revision least = revision_of(not_older_than_), listed = revision_of(version);
    return least && listed && *listed < *least;
  }

  void replaced(std::string version) {
    version_ = std::move(version);
    synced_ = true;
    sink_.on_replace_end(revision_of(version_));
  }

  // Always false: nothing more of this answer is read.
  bool end(Ending ending) {
    ending.asked = asked_;
    ending.from_version = !not_older_than_.empty();
    ending.continued = !continue_.empty();
    ending.had_events = answer_->had_events;
    ending.was_allowed = synced_;
    refusals_ = answer_->head && answer_->head->status == 403 ? refusals_ + 1 : 0;
    ending.refusals = refusals_;
    if (answer_->head) {
      ending.code = answer_->head->status;
      ending.retry_after = answer_->head->retry_after;
      ending.lived = std::chrono::duration_cast<Duration>(grounds_.clock.now() - answer_->since);
    }
    if (ending.code != 200 && !ending.in_stream)
      ending.told = frames::read_status(answer_->refusal);
    flow_.reset();
    go_on(ending, judge(ending));
    return false;
  }

  void go_on(const Ending& ending, Verdict verdict) {
    if (!verdict.streams) streams_ = false;
    if (verdict.standing) tell(*verdict.standing, verdict.words);
    const bool watch = asked_ == Asked::Watch;
    if (watch && ending.code == 200 && verdict.then == Then::Watch &&
        verdict.pause != Pause::None) {
      counts_.ended_soon();
    }
    if (watch && verdict.then == Then::Same && ending.code >= 500 &&
        ++watch_tries_ >= kWatchTries) {
      verdict.then = Then::List;
      verdict.reason = "error";
    }
    if (watch && !verdict.reason.empty()) counts_.listed_again(verdict.reason);
    turn_to(verdict.then);
    pause_ = grounds_.agenda.after(wait_of(ending, verdict.pause), [this] { ask(); });
    if (grounds_.reach != nullptr && was_away(ending)) {
      comeback_ = grounds_.reach->await([this] {
        back_off_.begin_anew();
        if (!pause_) return;  // it has asked already
        pause_ =
            grounds_.agenda.after(part_of(Reach::kSpread, grounds_.random()), [this] { ask(); });
      });
    }
  }

  void turn_to(Then then) {
    switch (then) {
      case Then::Same:
        if (asked_ == Asked::Stream) begin_list(std::move(not_older_than_), paged_);
        break;
      case Then::Watch: asked_ = Asked::Watch; break;
      case Then::List: begin_list(version_, true); break;
      case Then::ListConsistent: begin_list({}, true); break;
      case Then::ListUnpaged: begin_list({}, false); break;
    }
  }

  [[nodiscard]] Duration wait_of(const Ending& ending, Pause pause) {
    const Instant now = grounds_.clock.now();
    switch (pause) {
      case Pause::None: return {};
      case Pause::BackOffUnlessFirst: return back_off_.next_unless_first(now);
      case Pause::BackOff: break;
      case Pause::Slow: return kSlowPause;
    }
    return back_off_.next(now, asked_to_wait(ending));
  }

  void tell(Standing standing, std::string_view words) {
    if (told_ && told_->first == standing && told_->second == words) return;
    told_.emplace(standing, words);
    sink_.on_standing(standing, words);
  }

  Collection collection_;
  ReflectorSink& sink_;
  Grounds grounds_;
  ReflectorCounts counts_;
  BackOff back_off_;

  Asked asked_ = Asked::Page;
  std::string not_older_than_;  // of the list that is asked for; empty: as it is now
  std::string continue_;        // of its next page
  bool paged_ = true;
  std::string listed_version_;  // of its first page
  std::string version_;         // of all that was told; where a watch begins
  bool streams_ = true;         // the server may take streamed lists
  bool synced_ = false;
  int watch_tries_ = 0;
  int refusals_ = 0;  // 403s in a row
  std::optional<std::pair<Standing, std::string>> told_;

  std::optional<Answer> answer_;
  // Last: what they call uses all of the above.
  std::unique_ptr<Transport::Flow> flow_;
  std::unique_ptr<Agenda::Entry> pause_;
  std::unique_ptr<Reach::Wait> comeback_;
};

Reflector::Reflector(Collection collection, ReflectorSink& sink, const Grounds& grounds)
    : course_(std::make_unique<Course>(std::move(collection), sink, grounds)) {}

Reflector::~Reflector() = default;

void Reflector::start() { course_->start(); }

bool Reflector::synced() const { return course_->synced(); }

}  // namespace postern::kube
