// CheckList: whom the prober asks, and when next. Made anew from what is in force; a member that is
// as before keeps what is known of it. Members are asked at places of their interval that a hash
// chooses, so that a thousand of them are not asked at once.
// Owned by the prober, on its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/config/balancing.h"
#include "common/config/snapshot.h"
#include "proxy/upstream/member_table.h"
#include "proxy/upstream/probe.h"

namespace postern::upstream {

struct CheckedMember {
  std::string backend;  // BACKEND resource
  std::string id;
  ServerAddress address;
  ProbeWish wish;
  config::HealthCheck check;
  std::shared_ptr<MemberState> state;
  std::uint32_t failures = 0;   // in a row
  std::uint32_t successes = 0;  // in a row
  Instant due{};
  bool asked = false;  // just now: not again before that has come to something
};

// What a check changed.
enum class Turned : std::uint8_t { Nothing, Out, Back };

class CheckList {
 public:
  explicit CheckList(MemberTable& table) : table_(table) {}

  void follow(const config::Snapshot& snapshot, Instant now);

  // Whose check is due; null: nobody's.
  [[nodiscard]] CheckedMember* take_due(Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const;
  // Of take_due(): what it came to. Null: the member is gone, or another one by now.
  [[nodiscard]] CheckedMember* find(const std::string& backend, const std::string& id);
  [[nodiscard]] Turned note(CheckedMember& member, bool well);

  // Members that are out, by backend; backends that are checked have an entry.
  [[nodiscard]] const std::map<std::string, std::uint32_t>& out() const { return out_; }
  [[nodiscard]] std::size_t size() const { return members_.size(); }

 private:
  using Key = std::pair<std::string, std::string>;
  using Listed = std::map<Key, CheckedMember>;

  void list(const std::string& name, const config::Backend& backend,
            const config::EndpointSet& endpoints, Listed& into) const;
  void count_out();

  MemberTable& table_;
  Listed members_;
  std::multimap<Instant, Key> due_;
  std::map<std::string, std::uint32_t> out_;
};

}  // namespace postern::upstream
