#include "controller/source/intake.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace postern::source {

namespace {

using kube::Change;
using kube::Revision;
using kube::Standing;
using model::ObjectKey;

void raise(Revision& to, const Revision& by) {
  if (by && (!to || *to < *by)) to = by;
}

std::string standing_words(Standing standing, std::string_view words) {
  switch (standing) {
    case Standing::Listing:
    case Standing::Watching: return "";
    case Standing::Unreachable: return fmt::format("no answer: {}", words);
    case Standing::Refused:
    case Standing::Forbidden: return fmt::format("forbidden: {}", words);
    case Standing::Missing: return fmt::format("not known there: {}", words);
  }
  return "";
}

void add_view(const std::string& name, const Revision& revision, View& out) {
  if (revision) out.push_back({name, *revision});
}

}  // namespace

// One collection.
class Intake::Feed final : public kube::ReflectorSink {
 public:
  Feed(Intake& intake, Scope scope) : intake_(intake), scope_(std::move(scope)) {}

  void start() {
    if (scope_.kind->versions.empty()) return follow({});
    discovery_.emplace(
        optional_kind_of(*scope_.kind),
        [this](const std::optional<std::string>& version) { take_version(version); },
        intake_.grounds_);
    discovery_->start();
  }

  [[nodiscard]] bool of_content() const { return scope_.kind->is_content; }
  [[nodiscard]] bool settled() const {
    const bool is_kept_away = standing_ == Standing::Forbidden || standing_ == Standing::Missing;
    return was_read_ || is_absent_ || (scope_.kind->is_optional && is_kept_away);
  }
  [[nodiscard]] std::string name() const {
    return scope_.object_namespace.empty()
               ? std::string(scope_.kind->collection)
               : fmt::format("{}/{}", scope_.object_namespace, scope_.kind->collection);
  }
  [[nodiscard]] std::string waiting_for() const {
    std::string why = standing_words(standing_, words_);
    const bool can_be_left_out = !scope_.kind->has_namespace && !intake_.terms_.namespaces.empty();
    const bool is_refused = standing_ == Standing::Refused || standing_ == Standing::Forbidden;
    if (is_refused && can_be_left_out) {
      why += "; with rights in namespaces alone: --cluster-objects off";
    }
    return why.empty() ? name() : fmt::format("{} ({})", name(), why);
  }
  void add_views(View& made_of, View& read_to) const {
    add_view(name(), made_of_, made_of);
    add_view(name(), read_to_, read_to);
  }

  void on_replace_begin() override {
    gathered_.clear();
    is_whole_ = true;
    newest_gathered_.reset();
    intake_.kept_.say(scope_, "", "");
  }
  void on_object(std::string_view json) override {
    auto reading = intake_.kept_.read(scope_, json);
    if (!reading) {
      is_whole_ = false;
      return;
    }
    raise(newest_gathered_, reading->read.identity.revision);
    ObjectKey key = reading->read.identity.key;
    gathered_.insert_or_assign(std::move(key), std::move(*reading));
  }
  void on_object_gone(std::string_view json) override {
    if (const auto key = KeptObjects::key_of(scope_, json)) gathered_.erase(*key);
  }
  void on_replace_end(Revision revision) override {
    Readings all = std::exchange(gathered_, {});
    if (is_whole_) {
      intake_.kept_.replace(scope_, std::move(all));
    } else {
      // Whatever could not be read may be what seems to be missing.
      for (auto& [key, reading] : all) intake_.kept_.put(std::move(reading));
    }
    made_of_ = newest_gathered_;
    read_to_ = revision;
    was_read_ = true;
    intake_.flush(true);
  }
  void on_change(Change change, std::string_view json, Revision revision) override {
    if (change == Change::Deleted) {
      if (const auto key = KeptObjects::key_of(scope_, json)) intake_.kept_.remove(*key);
    } else if (auto reading = intake_.kept_.read(scope_, json)) {
      intake_.kept_.put(std::move(*reading));
    }
    raise(made_of_, revision);
    raise(read_to_, revision);
    intake_.flush(false);
  }
  void on_bookmark(Revision revision) override {
    raise(read_to_, revision);
    intake_.flush(true);
  }
  void on_standing(Standing standing, std::string_view words) override {
    standing_ = standing;
    words_ = words;
    tell_standing();
    intake_.flush(false);
  }

 private:
  void follow(std::string_view version) {
    reflector_.emplace(collection_of(*scope_.kind, scope_.object_namespace, version), *this,
                       intake_.grounds_);
    reflector_->start();
  }
  // A CRD came, went, or is served in another version.
  void take_version(const std::optional<std::string>& version) {
    is_absent_ = !version;
    if (version) return follow(*version);
    reflector_.reset();
    gathered_.clear();
    intake_.kept_.say(scope_, "", "");
    intake_.kept_.replace(scope_, {});
    intake_.flush(false);
  }
  void tell_standing() {
    const bool is_absent = standing_ == Standing::Missing && scope_.kind->is_optional;
    // The kind itself was taken away: nothing of it holds.
    if (is_absent) intake_.kept_.replace(scope_, {});
    const bool is_refused = standing_ == Standing::Forbidden ||
                            (standing_ == Standing::Missing && !scope_.kind->is_optional);
    if (is_refused) {
      intake_.kept_.say(scope_, "NotReadable",
                        fmt::format("{} cannot be read ({}); what was known of them stays", name(),
                                    standing_words(standing_, words_)));
    } else if (standing_ == Standing::Watching) {
      intake_.kept_.say(scope_, "", "");
    }
  }

  Intake& intake_;
  const Scope scope_;
  std::optional<kube::Discovery> discovery_;  // of kinds that a cluster need not have
  std::optional<kube::Reflector> reflector_;
  bool is_absent_ = false;  // the server does not have the kind
  Standing standing_ = Standing::Listing;
  std::string words_;
  bool was_read_ = false;
  Readings gathered_;     // of a set that is not whole yet
  bool is_whole_ = true;  // all of that set could be read
  Revision newest_gathered_;
  Revision made_of_;
  Revision read_to_;
};

Intake::Intake(IntakeTerms terms, const kube::Grounds& grounds, Arrivals& arrivals)
    : terms_(std::move(terms)),
      grounds_(grounds),
      arrivals_(arrivals),
      kept_(terms_.class_name, [this](const ObjectKey& key) { questions_.ask(key); }),
      questions_(grounds,
                 {.take =
                      [this](const ObjectKey& key, std::string_view json) {
                        kept_.answer(*find_watched(key.kind), key, json);
                        flush(false);
                      },
                  .refused =
                      [this](const ObjectKey& key, int status) {
                        kept_.not_readable(
                            key, fmt::format("cannot be read (status {}): the role of the "
                                             "controller needs the verb get",
                                             status));
                        flush(false);
                      },
                  .still_wanted = [this](const ObjectKey& key) { return kept_.wants(key); }}) {}

Intake::~Intake() = default;

void Intake::begin() {
  add_feeds(false);
  flush(false);
}

void Intake::add_feeds(bool of_content) {
  const std::size_t first = feeds_.size();
  for (const WatchedKind& kind : watched_kinds()) {
    if (kind.is_content != of_content) continue;
    if (!kind.has_namespace && !terms_.cluster_objects) continue;
    if (!kind.has_namespace || terms_.namespaces.empty()) {
      feeds_.push_back(std::make_unique<Feed>(*this, Scope{&kind, ""}));
      continue;
    }
    for (const std::string& name : terms_.namespaces) {
      feeds_.push_back(std::make_unique<Feed>(*this, Scope{&kind, name}));
    }
  }
  for (std::size_t i = first; i < feeds_.size(); ++i) feeds_[i]->start();
}

void Intake::flush(bool views_matter) {
  Batch batch = kept_.take_batch();
  arrivals_.set_asking(questions_.waits());
  arrivals_.put(std::move(batch));
  View made_of;
  View read_to;
  for (const auto& feed : feeds_) feed->add_views(made_of, read_to);
  std::ranges::sort(made_of, {}, &CollectionView::collection);
  std::ranges::sort(read_to, {}, &CollectionView::collection);
  arrivals_.set_views(std::move(made_of), std::move(read_to), views_matter);
  if (!is_complete_) look_who_is_ready();
}

bool Intake::all_settled() const {
  return std::ranges::all_of(feeds_, [](const auto& feed) { return feed->settled(); });
}

std::string Intake::waiting_for() const {
  std::string out;
  for (const auto& feed : feeds_) {
    if (feed->settled()) continue;
    out += (out.empty() ? "" : ", ") + feed->waiting_for();
  }
  return out;
}

void Intake::look_who_is_ready() {
  if (all_settled() && !content_is_read_) {
    content_is_read_ = true;
    return add_feeds(true);
  }
  is_complete_ = content_is_read_ && all_settled();
  if (is_complete_) {
    arrivals_.complete();
  } else {
    arrivals_.set_waiting_for(waiting_for());
  }
}

}  // namespace postern::source
