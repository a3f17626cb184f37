#include "common/identity/directory_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "common/base/check.h"

namespace postern::identity {

namespace {

// Two files written one after the other are one change.
constexpr Duration kQuiet{100};
constexpr int kMostQuietWaits = 10;
constexpr std::uint32_t kEvents = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_ATTRIB |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

DirectoryWatch::DirectoryWatch(std::string directory)
    : directory_(std::move(directory)),
      changes_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  check(bell_ >= 0, "there is a descriptor for an eventfd");
  watch();
}

DirectoryWatch::~DirectoryWatch() {
  if (changes_ >= 0) ::close(changes_);
  ::close(bell_);
}

// Again and again: what the name means may be another directory by now. For the same directory the
// kernel gives the same number.
void DirectoryWatch::watch() {
  if (changes_ < 0) return;
  const int now = ::inotify_add_watch(changes_, directory_.c_str(), kEvents);
  if (now != watched_ && watched_ >= 0) ::inotify_rm_watch(changes_, watched_);
  watched_ = now;
}

bool DirectoryWatch::changed_within(Duration most) {
  std::array<pollfd, 2> both{{{bell_, POLLIN, 0}, {changes_, POLLIN, 0}}};
  const int ready = ::poll(both.data(), both.size(), static_cast<int>(most.count()));
  if (ready <= 0) return false;
  woken_ = woken_ || both[0].revents != 0;
  drain();
  return true;
}

void DirectoryWatch::drain() const {
  std::array<char, 4096> events{};
  std::uint64_t rings = 0;
  while (changes_ >= 0 && ::read(changes_, events.data(), events.size()) > 0) {
  }
  while (::read(bell_, &rings, sizeof rings) > 0) {
  }
}

void DirectoryWatch::wait(Duration most) {
  woken_ = false;
  watch();
  if (!changed_within(most)) return;
  for (int i = 0; i < kMostQuietWaits && !woken_ && changed_within(kQuiet); ++i) watch();
}

void DirectoryWatch::wake() {
  const std::uint64_t ring = 1;
  // A full counter rings as well.
  (void)!::write(bell_, &ring, sizeof ring);
}

}  // namespace postern::identity
