// Waits until something in a directory changed: inotify where it can be had, and a look every few
// seconds in any case (a directory may not be there yet, may be a link, may be on a network).
// wait() is called by one thread; wake() by any.
#pragma once

#include <string>

#include "common/base/clock.h"

namespace postern::identity {

class DirectoryWatch {
 public:
  explicit DirectoryWatch(std::string directory);
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  // Returns after a change and a moment of quiet (files come one by one), after wake(), or after
  // `most`.
  void wait(Duration most);
  void wake();

 private:
  void watch();
  bool changed_within(Duration most);
  void drain() const;

  std::string directory_;
  int changes_;         // inotify; -1: none to be had
  int bell_;            // eventfd
  int watched_ = -1;    // the watch of what directory_ was when last looked at
  bool woken_ = false;  // since the last wait() began
};

}  // namespace postern::identity
