// EventRecorder: tells `kubectl describe` what happened to an object (events.k8s.io/v1). What is
// the same again within ten minutes is one Event with a count. Of one object 25 at once, then one
// in five minutes; what is beyond, and what the server does not take, is dropped and counted: an
// Event is never worth a try more.
// Threads: made, called and destroyed on the agenda's thread, or when that has stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "controller/kube/transport.h"

namespace postern::kube {

// The object that an Event is about.
struct Regarding {
  std::string api_version;
  std::string kind;
  std::string space;  // empty: of no namespace; its Events stand in `default`
  std::string name;
  std::string uid;
};

struct Occurrence {
  Regarding regarding;
  bool warning = false;
  std::string action;  // what was done: "Program"
  std::string reason;  // one word: "ProxyRejected"
  std::string note;    // a sentence for people; cut to 1024 octets
};

struct EventNeeds {
  Transport& transport;
  const Clock& clock;
  Metrics& metrics;
  std::function<bool()> may_write = {};  // asked before each Event; empty: always
};

struct EventTerms {
  std::string controller;  // "postern.dev/controller"
  std::string instance;    // which replica
  double burst = 25;
  Duration refill{300'000};       // of one more
  Duration same_within{600'000};  // of one series
  std::size_t at_once = 8;
};

class EventRecorder {
 public:
  EventRecorder(const EventNeeds& needs, EventTerms terms);

  void record(const Occurrence& what);

 private:
  using Sameness = std::tuple<std::string, std::string, std::string>;  // uid, reason, note
  struct Series {
    std::string name;
    std::int64_t count = 1;
    Instant last{};
  };
  struct Purse {
    double tokens = 0;
    Instant filled{};
  };

  [[nodiscard]] bool may_tell(const std::string& uid);
  [[nodiscard]] Request creation(const Occurrence& what, const std::string& name) const;
  [[nodiscard]] Request repetition(const Occurrence& what, const Series& series) const;
  void send(Request request, const Sameness& same);
  void forget_old();

  EventNeeds needs_;
  EventTerms terms_;
  std::shared_ptr<int> alive_;
  std::map<Sameness, Series> series_;
  std::map<std::string, Purse> purses_;  // by uid
  std::size_t under_way_ = 0;
  Counter& written_;
  Counter& dropped_;
  Counter& failed_;
};

}  // namespace postern::kube
