// The addresses of host names, kept up by a thread of its own: no reader ever waits for a resolver
// longer than it says. A name that does not resolve any more keeps the addresses it had. One that
// has no answer, or has it late, comes after all others, and the later it is, the seldomer.
// The thread begins with the first name. All calls from one thread; `changed` comes from the other.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "controller/source/name_lookup.h"

namespace postern::source {

// They are asked for one after the other; a Service in a directory names a few, and so do the auth
// services of a cluster.
inline constexpr std::size_t kMostNames = 1000;

struct NameAnswer {
  std::vector<IpAddress> addresses;  // the last that there were
  std::string problem;               // of the last lookup; empty: it went well
  friend bool operator==(const NameAnswer&, const NameAnswer&) = default;
};

class AddressNames {
 public:
  // `changed`: some name has another answer than before, or its first.
  AddressNames(NameLookup lookup, Duration every, std::function<void()> changed);
  // A lookup that is under way may take long: after a while it is left alone, and calls nobody.
  ~AddressNames();
  AddressNames(const AddressNames&) = delete;
  AddressNames& operator=(const AddressNames&) = delete;

  // All that are asked for from now on; others are forgotten. Of more than kMostNames the rest is
  // not looked up, which is its answer.
  void want(const std::set<std::string>& names);
  // Until each that was new in the last want() has had an answer, or `most`.
  void wait(Duration most);
  // Nothing: not answered yet.
  [[nodiscard]] std::optional<NameAnswer> answer(const std::string& name) const;

 private:
  struct Shared;
  static void work(Shared& shared);

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace postern::source
