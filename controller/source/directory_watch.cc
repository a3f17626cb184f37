#include "controller/source/directory_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace postern::source {

namespace {

constexpr std::uint32_t kHeard = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO |
                                 IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
constexpr std::uint32_t kOfTheFolder = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;

// "..data" of Kubernetes is hidden and is what changes.
bool is_visible(std::string_view name) {
  return name.starts_with("..") || !(name.starts_with(".") || name.ends_with("~"));
}

bool is_limit(int error) { return error == ENOSPC || error == EMFILE || error == ENOMEM; }

}  // namespace

DirectoryWatch::DirectoryWatch(bool events) : calls_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!events) return;
  events_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  limited_ = events_ < 0;
}

DirectoryWatch::~DirectoryWatch() {
  if (events_ >= 0) ::close(events_);
  if (calls_ >= 0) ::close(calls_);
}

bool DirectoryWatch::watch(Interests interests) {
  if (events_ < 0) return false;
  for (auto at = by_folder_.begin(); at != by_folder_.end();) {
    const auto [folder, watch] = *at++;
    if (!interests.contains(folder)) forget(watch);
  }
  limited_ = false;
  incomplete_ = false;
  bool is_new = false;
  for (auto& [folder, interest] : interests) {
    const auto known = by_folder_.find(folder);
    if (known == by_folder_.end()) {
      is_new = add(folder, std::move(interest)) || is_new;
    } else {
      watched_[known->second].interest = std::move(interest);
    }
  }
  return is_new;
}

bool DirectoryWatch::add(const std::string& folder, Interest interest) {
  const int watch =
      limited_ ? -1 : ::inotify_add_watch(events_, folder.c_str(), kHeard | IN_ONLYDIR);
  if (watch < 0) {
    limited_ = limited_ || is_limit(errno);
    incomplete_ = true;
    return false;
  }
  // The same folder by another name, through a link: heeded by both names.
  if (const auto same = watched_.find(watch); same != watched_.end()) {
    Interest& both = same->second.interest;
    both.manifests = both.manifests || interest.manifests;
    both.names.merge(interest.names);
    return false;
  }
  watched_[watch] = {folder, std::move(interest)};
  by_folder_[folder] = watch;
  return true;
}

void DirectoryWatch::forget(int watch) {
  const auto at = watched_.find(watch);
  if (at == watched_.end()) return;
  ::inotify_rm_watch(events_, watch);
  by_folder_.erase(at->second.folder);
  watched_.erase(at);
  incomplete_ = true;
}

bool DirectoryWatch::matters(int watch, std::uint32_t mask, std::string_view name) {
  // Events were lost.
  if ((mask & IN_Q_OVERFLOW) != 0) return true;
  const auto at = watched_.find(watch);
  if (at == watched_.end()) return false;
  if ((mask & kOfTheFolder) != 0) {
    // It is another folder that has this name from now on, if any.
    forget(watch);
    return true;
  }
  const Interest& interest = at->second.interest;
  if (name.empty() || interest.names.contains(std::string(name))) return true;
  return interest.manifests && is_visible(name);
}

// Whether something of what happened matters.
bool DirectoryWatch::hear() {
  bool matter = false;
  alignas(inotify_event) std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = ::read(events_, buffer.data(), buffer.size());
    if (got <= 0) return matter;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof(event));
      const char* name = buffer.data() + at + sizeof(event);
      matter = matters(event.wd, event.mask, {name, ::strnlen(name, event.len)}) || matter;
      at += sizeof(event) + event.len;
    }
  }
}

DirectoryWatch::Woken DirectoryWatch::wait(Duration most) {
  std::array<pollfd, 2> polled = {{{calls_, POLLIN, 0}, {events_, POLLIN, 0}}};
  // An hour at most, so that the number fits; whoever waits asks again.
  const Duration bounded = std::clamp(most, Duration::zero(), Duration(std::chrono::hours(1)));
  if (::poll(polled.data(), polled.size(), static_cast<int>(bounded.count())) <= 0) {
    return Woken::Time;
  }
  if ((polled[0].revents & POLLIN) != 0) {
    std::uint64_t calls = 0;
    if (::read(calls_, &calls, sizeof(calls)) > 0) return Woken::Call;
  }
  return (polled[1].revents & POLLIN) != 0 && hear() ? Woken::Event : Woken::Time;
}

void DirectoryWatch::wake() const {
  const std::uint64_t one = 1;
  // A full counter has woken already.
  [[maybe_unused]] const ssize_t written = ::write(calls_, &one, sizeof(one));
}

}  // namespace postern::source
