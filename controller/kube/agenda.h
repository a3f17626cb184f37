// What is to be done next, and later, on one thread: where all of this room happens, so that
// nothing here needs a lock. ApiThread is one; tests have one that turns by hand.
#pragma once

#include <functional>
#include <memory>

#include "common/base/clock.h"

namespace postern::kube {

class Agenda {
 public:
  // Destroying it takes the entry off.
  class Entry {
   public:
    virtual ~Entry() = default;
  };

  virtual ~Agenda() = default;
  // From any thread.
  virtual void post(std::function<void()> work) = 0;
  // On the agenda's thread only.
  [[nodiscard]] virtual std::unique_ptr<Entry> after(Duration delay,
                                                     std::function<void()> work) = 0;
};

}  // namespace postern::kube
