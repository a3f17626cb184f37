#include "controller/publish/distribution.h"

#include <algorithm>

#include "common/base/digest.h"

namespace postern::publish {

namespace {

// More cannot be told apart by a histogram anyway, and a proxy that does not answer is ended.
constexpr std::size_t kMostPending = 1024;

std::uint64_t fresh_seed() {
  std::uint64_t seed = 0;
  random_octets(&seed, sizeof(seed));
  return seed;
}

}  // namespace

Distribution::Distribution(DistributionSettings settings, DistributionNeeds needs,
                           ReportSink reports)
    : settings_(settings), needs_(needs), sink_(std::move(reports)), random_(fresh_seed()) {}

Published Distribution::publish(Publication publication) {
  const std::lock_guard one_at_a_time(publishing_);
  Stamped stamped = stamp(std::move(publication.upserts));  // hashes: not under the lock
  std::vector<Parcel> parcels;
  std::unique_lock lock(mutex_);
  const std::vector<config::ResourceKey> changed = edit(publication, std::move(stamped));
  version_ = wanted_.version();
  Published published{version_, ++sequence_};
  if (publication.caused_at && !changed.empty() && !connections_.empty()) {
    pending_.push_back({sequence_, *publication.caused_at, publication.kind});
    if (pending_.size() > kMostPending) pending_.pop_front();
  }
  tell_all(changed, publication.caused_at, parcels);
  note_convergence();
  lock.unlock();
  send(std::move(parcels));
  lock.lock();
  tell_reports(lock);
  return published;
}

void Distribution::reach(Revision revision) {
  std::vector<Parcel> parcels;
  std::unique_lock lock(mutex_);
  reached_ = std::move(revision);
  for (auto& [id, connection] : connections_) {
    if (connection.record && connection.view_until) advance(connection, parcels);
  }
  lock.unlock();
  send(std::move(parcels));
  lock.lock();
  tell_reports(lock);
}

std::vector<config::ResourceKey> Distribution::edit(Publication& publication, Stamped stamped) {
  std::vector<config::ResourceKey> changed;
  const std::size_t too_large_before = too_large_.size();
  for (const config::ResourceKey& key : publication.removals) {
    too_large_.erase(key);
    if (wanted_.remove(key)) changed.push_back(key);
  }
  for (SharedResource& resource : stamped.fitting) {
    config::ResourceKey key = resource->key();
    too_large_.erase(key);
    if (wanted_.put(std::move(resource))) changed.push_back(std::move(key));
  }
  for (SharedResource& resource : stamped.too_large) too_large_[resource->key()] = resource;
  if (!stamped.too_large.empty() || too_large_.size() != too_large_before) queue_too_large();
  revision_ = std::move(publication.revision);
  reached_ = publication.reached.empty() ? revision_ : std::move(publication.reached);
  for (std::size_t type = 0; type < std::variant_size_v<config::ResourceBody>; ++type) {
    const auto of = static_cast<config::ResourceType>(type);
    needs_.metrics.set_resources(of, wanted_.count(of));
  }
  return changed;
}

void Distribution::tell_all(const std::vector<config::ResourceKey>& changed,
                            std::optional<Instant> caused_at, std::vector<Parcel>& parcels) {
  for (auto& [id, connection] : connections_) {
    if (!connection.record) continue;
    for (const config::ResourceKey& key : changed) connection.record->look_at(key);
    if (!changed.empty() && !connection.caused_at) connection.caused_at = caused_at;
    advance(connection, parcels);
  }
}

// What the proxy is to be sent now, if anything; in flight from then on.
void Distribution::advance(Connection& connection, std::vector<Parcel>& parcels) {
  if (sequence_ == 0 || closing_ || !view_reached(connection)) return;
  connection.view_until.reset();
  ProxyRecord& record = *connection.record;
  const std::uint64_t before = record.sequence();
  auto push = record.next({wanted_, version_, sequence_});
  if (!push) {
    if (record.sequence() != before) queue_report(connection);
    return;
  }
  const Instant now = needs_.clock.now();
  connection.answer_until = now + settings_.result_timeout;
  push->revision = revision_;
  if (connection.caused_at) {
    const Instant::duration waited = now - *connection.caused_at;
    needs_.metrics.queue().observe(waited);
    push->caused_at =
        std::chrono::time_point_cast<WallTime::duration>(needs_.clock.wall() - waited);
    connection.caused_at.reset();
  }
  parcels.push_back({connection.link, std::move(*push)});
}

// Only the first update waits: later ones are made of views that can only be newer.
bool Distribution::view_reached(const Connection& connection) const {
  if (!connection.view_until) return true;
  for (const CollectionRevision& seen : connection.record->applied()) {
    for (const CollectionRevision& ours : reached_) {
      const bool older = ours.resource_version < seen.resource_version;
      if (ours.collection == seen.collection && older) return false;
    }
  }
  return true;
}

void Distribution::send(std::vector<Parcel> parcels) {
  for (Parcel& parcel : parcels) parcel.link->send(std::move(parcel.push));
}

ConnectionId Distribution::arrive(std::shared_ptr<ProxyLink> link) {
  const std::lock_guard lock(mutex_);
  Connection& connection = connections_[++last_id_];
  connection.link = std::move(link);
  connection.answer_until = needs_.clock.now() + settings_.hello_timeout;
  return last_id_;
}

bool Distribution::greeted(ConnectionId id) const {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(id);
  return found != connections_.end() && found->second.record != nullptr;
}

void Distribution::greet(ConnectionId id, Greeting greeting) {
  needs_.log.line(LogLevel::Info, "proxy connected", {{"proxy", greeting.proxy}});
  std::vector<Parcel> parcels;
  std::unique_lock lock(mutex_);
  Connection& connection = connections_.at(id);
  if (!greeting.applied.empty()) {
    connection.view_until = needs_.clock.now() + settings_.revision_wait;
  }
  connection.record = std::make_unique<ProxyRecord>(id, std::move(greeting), needs_.metrics);
  connection.redirect_at = next_redirect();
  connection.owes_from = sequence_;
  advance(connection, parcels);
  count_proxies();
  lock.unlock();
  send(std::move(parcels));
}

void Distribution::settle(ConnectionId id, const PushResult& result) {
  std::vector<Parcel> parcels;
  std::unique_lock lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end() || !found->second.record) return;
  Connection& connection = found->second;
  if (!connection.record->settle(result, wanted_)) return;
  queue_report(connection);
  advance(connection, parcels);
  note_convergence();
  count_proxies();
  lock.unlock();
  send(std::move(parcels));
  lock.lock();
  tell_reports(lock);
}

void Distribution::note(ConnectionId id, const ProxyLoad& load) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(id);
  if (found != connections_.end()) found->second.load = load;
}

void Distribution::note(ConnectionId id, const ProxyDrain& drain) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.drain = drain;
  count_proxies();
}

void Distribution::leave(ConnectionId id) {
  std::shared_ptr<ProxyLink> link;  // ends after the lock: what it does then is its own business
  std::unique_lock lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  if (found->second.record) {
    ApplyReport gone = report_of(found->second);
    needs_.log.line(LogLevel::Info, "proxy gone", {{"proxy", gone.proxy}});
    untold_.push_back({id, std::move(gone.proxy), ApplyReport::State::Gone, {}, {}});
  }
  link = std::move(found->second.link);
  connections_.erase(found);
  note_convergence();
  count_proxies();
  tell_reports(lock);
  quiet_.notify_all();
}

std::optional<Instant> Distribution::next_redirect() {
  if (settings_.redirect_every_max.count() <= 0) return std::nullopt;
  std::uniform_int_distribution<Duration::rep> some(
      settings_.redirect_every_min.count(),
      std::max(settings_.redirect_every_min, settings_.redirect_every_max).count());
  return needs_.clock.now() + Duration(some(random_));
}

struct Distribution::Due {
  struct End {
    std::shared_ptr<ProxyLink> link;
    const char* words;
  };
  struct Redirect {
    std::shared_ptr<ProxyLink> link;
    Duration after;
    const char* reason;
  };
  std::vector<End> ends;
  std::vector<Redirect> redirects;
};

void Distribution::check_one(Connection& connection, Instant now, Due& due) {
  const bool greeted = connection.record != nullptr;
  const bool awaited = !greeted || connection.record->in_flight();
  if (awaited && now >= connection.answer_until) {
    due.ends.push_back({connection.link, greeted ? "no result in time" : "no Hello in time"});
    return;
  }
  if (connection.view_until && now >= *connection.view_until && sequence_ != 0) {
    // Once: it goes on waiting here if it stays.
    connection.view_until = Instant::max();
    due.redirects.push_back({connection.link, Duration(0), "this replica's view is older"});
  }
  if (connection.redirect_at && now >= *connection.redirect_at) {
    connection.redirect_at = next_redirect();
    due.redirects.push_back({connection.link, settings_.redirect_notice, "connection age"});
  }
}

void Distribution::check() {
  Due due;
  {
    const std::lock_guard lock(mutex_);
    const Instant now = needs_.clock.now();
    for (auto& [id, connection] : connections_) check_one(connection, now, due);
  }
  for (const Due::End& end : due.ends) end.link->end(EndReason::Silent, end.words);
  for (const Due::Redirect& to : due.redirects) to.link->redirect(to.after, to.reason);
}

std::vector<std::shared_ptr<ProxyLink>> Distribution::links() const {
  std::vector<std::shared_ptr<ProxyLink>> links;
  links.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) links.push_back(connection.link);
  return links;
}

void Distribution::redirect_all(Duration after, std::string_view reason) {
  std::unique_lock lock(mutex_);
  const auto to = links();
  lock.unlock();
  for (const auto& link : to) link->redirect(after, reason);
}

void Distribution::close() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  const auto open = links();
  lock.unlock();
  for (const auto& link : open) link->end(EndReason::Stopping, "the controller is stopping");
  lock.lock();
  quiet_.wait(lock, [&] { return connections_.empty() && !telling_; });
}

bool Distribution::closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

std::vector<SharedResource> Distribution::wanted() const {
  const std::lock_guard lock(mutex_);
  return wanted_.all();
}

std::string Distribution::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace postern::publish
