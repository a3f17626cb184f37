// One thread's readiness loop of the bench programs: epoll, edge-triggered, and a tick every 20 ms
// for those who asked. Owns nobody while they live; a Party that is over is buried and deleted when
// the batch of events is through, so that a second event of the same batch meets no dangling
// pointer. Each thread has its own (Loop::mine()).
#pragma once

#include <functional>
#include <memory>
#include <vector>

namespace postern::bench {

class Party {
 public:
  Party() = default;
  Party(const Party&) = delete;
  Party& operator=(const Party&) = delete;
  virtual ~Party() = default;
  virtual void ready() = 0;
  virtual void tick() {}

 private:
  friend class Loop;
  bool buried_ = false;
};

class Loop {
 public:
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  static Loop& mine();

  void watch(int fd, Party& party);
  void bury(std::unique_ptr<Party> party);
  void tick_from_now_on(Party& party);
  void tick_no_more(Party& party);
  // Until `over` says so; it is asked after each batch and at least each 20 ms.
  void run(const std::function<bool()>& over);

 private:
  void tick();
  void delete_buried();

  int epoll_;
  double next_tick_ = 0;
  std::vector<Party*> ticking_;
  std::vector<std::unique_ptr<Party>> graves_;
};

double seconds_now();

}  // namespace postern::bench
