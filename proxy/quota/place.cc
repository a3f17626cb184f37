#include "proxy/quota/place.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "common/base/bytes.h"

namespace postern::quota {
namespace {

// A /48 is one customer's supply of /64s: it may hold as much as 16 of them.
constexpr std::uint32_t kPlacesOfNet = 16;
constexpr std::size_t kNetOctets = 6;  // 48 bits

std::uint32_t net_limit(std::uint32_t source_limit) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(
      std::uint64_t{source_limit} * kPlacesOfNet, std::numeric_limits<std::uint32_t>::max()));
}

// 0 is none.
std::uint32_t lesser(std::uint32_t a, std::uint32_t b) {
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

std::array<std::uint8_t, 16> net_of(const IpAddress& address) {
  std::array<std::uint8_t, 16> out = address.octets();
  std::fill(out.begin() + kNetOctets, out.end(), std::uint8_t{0});
  return out;
}

// A name has no bound that an entry could hold; 128 bits of its hash are as good as the name.
std::array<std::uint8_t, 16> name_value(std::string_view mailbox) {
  const Sha256 digest = sha256(mailbox);
  std::array<std::uint8_t, 16> out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

std::array<std::uint8_t, 16> value_of(Scope scope, const Visitor& visitor) {
  switch (scope) {
    case Scope::Process:
    case Scope::Server:
    case Scope::BeforeLogin: return {};
    case Scope::Source:
    case Scope::SourceRate: return source_of(visitor.client).octets();
    case Scope::SourceNet:
    case Scope::NetRate: return net_of(visitor.client);
    case Scope::Port:
      return {static_cast<std::uint8_t>(visitor.port >> 8),
              static_cast<std::uint8_t>(visitor.port & 0xFF)};
    case Scope::User: return name_value(visitor.mailbox);
  }
  return {};
}

}  // namespace

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::Process: return "process";
    case Scope::Server: return "server";
    case Scope::BeforeLogin: return "before_login";
    case Scope::Source: return "source";
    case Scope::SourceNet: return "source_net";
    case Scope::Port: return "port";
    case Scope::User: return "user";
    case Scope::SourceRate: return "source_rate";
    case Scope::NetRate: return "source_net_rate";
  }
  return "?";
}

Place& Place::operator=(Place&& other) noexcept {
  if (this != &other) {
    release();
    entry_ = std::exchange(other.entry_, nullptr);
  }
  return *this;
}

void Place::release() {
  if (const void* const entry = std::exchange(entry_, nullptr)) PlaceTables::give_back(entry);
}

PlaceTables::PlaceTables(std::uint32_t process_limit) : process_limit_(process_limit) {
  random_octets(hash_key_.data(), hash_key_.size());
}

PlaceTables::Key PlaceTables::key_of(Scope scope, const Visitor& visitor) const {
  Key key;
  key.scope = scope;
  if (scope != Scope::Process) key.server = siphash24(hash_key_, visitor.server);
  key.value = value_of(scope, visitor);
  std::array<char, 1 + sizeof(key.server) + sizeof(key.value)> octets{static_cast<char>(scope)};
  std::memcpy(octets.data() + 1, &key.server, sizeof(key.server));
  std::memcpy(octets.data() + 1 + sizeof(key.server), key.value.data(), key.value.size());
  key.hash = siphash24(hash_key_, {octets.data(), octets.size()});
  return key;
}

Result<Place, Refusal> PlaceTables::take(Scope scope, const Visitor& visitor, std::uint32_t limit) {
  const Key key = key_of(scope, visitor);
  Stripe& stripe = stripe_of(key);
  const std::lock_guard held(stripe.lock);
  const auto [entry, fresh] = stripe.counts.try_emplace(key, Count{this});
  if (limit != 0 && entry->second.held >= limit) return Fail<Refusal>(Refusal{scope, limit});
  ++entry->second.held;
  return Place(&*entry);
}

void PlaceTables::give_back(const void* entry) {
  // The node cannot go while this place counts in it; its key and its home never change.
  const auto& [key, count] = *static_cast<const Counts::value_type*>(entry);
  Stripe& stripe = count.home->stripe_of(key);
  const std::lock_guard held(stripe.lock);
  const auto found = stripe.counts.find(key);
  if (found != stripe.counts.end() && --found->second.held == 0) stripe.counts.erase(found);
}

Result<void, Refusal> PlaceTables::take_tenant(Places& places, const Visitor& visitor,
                                               const VisitorLimits& limits, bool before_login) {
  const auto take_into = [&](Place& place, Scope scope,
                             std::uint32_t limit) -> Result<void, Refusal> {
    auto taken = take(scope, visitor, limit);
    if (!taken) return Fail<Refusal>(taken.error());
    place = std::move(*taken);
    return {};
  };
  const config::ServerLimits& server = limits.server;
  const std::uint32_t of_source = server.max_connections_per_source;
  auto taken = take_into(places.port, Scope::Port, limits.port);
  if (taken) taken = take_into(places.server, Scope::Server, server.max_connections);
  if (taken && before_login) {
    taken = take_into(places.before_login, Scope::BeforeLogin, server.max_connections_before_login);
  }
  if (taken) taken = take_into(places.source, Scope::Source, of_source);
  if (taken && visitor.client.family() == IpAddress::Family::V6) {
    taken = take_into(places.source_net, Scope::SourceNet, net_limit(of_source));
  }
  // Last: who is refused for another reason was not accepted.
  if (taken) taken = count_arrival(visitor, server.new_connections_per_minute_per_source);
  return taken;
}

std::uint64_t PlaceTables::rate_key(Scope scope, const Visitor& visitor) const {
  return std::max<std::uint64_t>(key_of(scope, visitor).hash, 1);
}

Result<void, Refusal> PlaceTables::count_arrival(const Visitor& visitor, std::uint32_t per_minute) {
  if (per_minute == 0) return {};
  const auto count = [&](Scope scope, std::uint32_t limit) -> Result<void, Refusal> {
    const Arrival arrival = rates_.arrive(rate_key(scope, visitor), limit, visitor.now);
    if (arrival == Arrival::Within) return {};
    return Fail<Refusal>(Refusal{scope, limit, arrival == Arrival::FarAbove});
  };
  auto counted = count(Scope::SourceRate, per_minute);
  if (!counted || visitor.client.family() != IpAddress::Family::V6) return counted;
  auto of_net = count(Scope::NetRate, net_limit(per_minute));
  if (!of_net) rates_.forget(rate_key(Scope::SourceRate, visitor), per_minute);
  return of_net;
}

void PlaceTables::forget_arrival(const Visitor& visitor, const config::ServerLimits& limits) {
  const std::uint32_t per_minute = limits.new_connections_per_minute_per_source;
  if (per_minute == 0) return;
  rates_.forget(rate_key(Scope::SourceRate, visitor), per_minute);
  if (visitor.client.family() == IpAddress::Family::V6) {
    rates_.forget(rate_key(Scope::NetRate, visitor), net_limit(per_minute));
  }
}

Result<Places, Refusal> PlaceTables::arrive(const Visitor& visitor, const VisitorLimits& limits) {
  Places places;  // gives back what was taken when a later one is refused
  auto process = take(Scope::Process, visitor, lesser(process_limit_, limits.process));
  if (!process) return Fail<Refusal>(process.error());
  places.process = std::move(*process);
  const auto taken = take_tenant(places, visitor, limits, true);
  if (!taken) return Fail<Refusal>(taken.error());
  return places;
}

Result<void, Refusal> PlaceTables::change_tenant(Places& places, const Visitor& visitor,
                                                 const VisitorLimits& limits) {
  Places next;
  const auto taken = take_tenant(next, visitor, limits, places.before_login.held());
  if (!taken) return taken;
  next.process = std::move(places.process);
  places = std::move(next);
  return {};
}

Result<void, Refusal> PlaceTables::admit_user(Places& places, const Visitor& visitor,
                                              const config::ServerLimits& limits) {
  if (limits.max_connections_per_user == 0) return {};
  auto taken = take(Scope::User, visitor, limits.max_connections_per_user);
  if (!taken) return Fail<Refusal>(taken.error());
  places.user = std::move(*taken);
  return {};
}

std::uint32_t PlaceTables::count(Scope scope, const Visitor& visitor) const {
  const Key key = key_of(scope, visitor);
  const Stripe& stripe = stripes_[key.hash % kStripes];
  const std::lock_guard held(stripe.lock);
  const auto found = stripe.counts.find(key);
  return found == stripe.counts.end() ? 0 : found->second.held;
}

std::size_t PlaceTables::entries() const {
  std::size_t sum = 0;
  for (const Stripe& stripe : stripes_) {
    const std::lock_guard held(stripe.lock);
    sum += stripe.counts.size();
  }
  return sum;
}

}  // namespace postern::quota
