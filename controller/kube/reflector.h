// Keeps one collection of an API server read: lists it, watches it from there, resumes where it was
// cut, lists again when the server has forgotten that place, and backs off when the server is away.
// Never ends by itself, never decodes an object, never holds more than one of them.
// Threads: made, started and destroyed on the agenda's thread, or when that has stopped.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "controller/kube/agenda.h"
#include "controller/kube/reach.h"
#include "controller/kube/reflector_sink.h"
#include "controller/kube/transport.h"

namespace postern::kube {

struct Collection {
  std::string name;    // "secrets": of metrics and messages, not of a namespace
  std::string target;  // "/api/v1/namespaces/mail/secrets", percent-encoded, without a query
  std::string kind;    // "Secret": what a watch tells of; a list is a SecretList
};

// What reflectors stand on; outlives them.
struct Grounds {
  Transport& transport;
  Agenda& agenda;
  const Clock& clock;
  Metrics& metrics;
  std::function<double()> random;  // [0, 1): spreads waits and watches
  Reach* reach = nullptr;          // null: nobody tells that the server is back
};

class Reflector {
 public:
  Reflector(Collection collection, ReflectorSink& sink, const Grounds& grounds);
  ~Reflector();

  // Once.
  void start();
  // A whole set was read since the start.
  [[nodiscard]] bool synced() const;

 private:
  class Course;
  std::unique_ptr<Course> course_;
};

}  // namespace postern::kube
