// ControlLoop: from a source of objects to what proxies should have: load, replace the world,
// build, publish. Decides nothing about objects (build does) and nothing about proxies (publish
// does). A source that fails changes nothing: what was published last stays. Thread: belongs to
// one; the publisher may be shared.
#pragma once

#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "controller/build/builder.h"
#include "controller/loop/load_report.h"
#include "controller/publish/publisher.h"
#include "controller/source/object_source.h"
#include "controller/world/world.h"

namespace postern::loop {

// All of it outlives the loop.
struct LoopNeeds {
  source::ObjectSource& source;
  publish::Publisher& publisher;
  const Clock& clock;
  Log& log;
};

class ControlLoop {
 public:
  ControlLoop(LoopNeeds needs, std::string class_name)
      : needs_(needs), class_name_(std::move(class_name)) {}

  // The whole once: at the start, and whenever the source can only say "something is different".
  [[nodiscard]] LoadReport load_all();

 private:
  // What is built out of the world as it is now goes to the proxies.
  void rebuild(LoadReport& report);

  LoopNeeds needs_;
  std::string class_name_;
  world::World world_;
};

}  // namespace postern::loop
