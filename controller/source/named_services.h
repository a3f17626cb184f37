// MailServers of a cluster whose auth services are given by host names: gives them on with the
// addresses that are known, and once more when a host has others. No object is held back for a
// name: one without an answer has no address yet. All calls from one thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "controller/source/address_names.h"
#include "controller/source/name_lookup.h"
#include "controller/source/object_source.h"

namespace postern::source {

struct NamedServicesTerms {
  NameLookup look_up;
  Duration every;
  Duration first;  // how long the first complete() may wait
};

class NamedServices {
 public:
  // `changed`: a host has other addresses than before. From a thread of the resolver's, which
  // begins with the first host.
  NamedServices(NamedServicesTerms terms, std::function<void()> changed);

  // What is new, and what was given before of hosts that have other addresses since. Hosts that
  // are new are waited for, but not long.
  void complete(Changes& changes);

 private:
  using Hosts = std::set<std::string>;
  struct Named {
    model::SharedObject object;  // as it came
    Hosts hosts;
  };

  // Whether others are named than before.
  bool remember(const Changes& changes);
  void ask();
  // Hosts whose addresses are other than those that were given on.
  [[nodiscard]] Hosts renew();
  [[nodiscard]] model::SharedObject filled(const model::Object& object) const;

  const Duration first_;
  bool was_asked_ = false;
  std::map<model::ObjectKey, Named> named_;
  std::map<std::string, std::vector<IpAddress>> given_;  // by each host that is named
  AddressNames names_;
};

}  // namespace postern::source
