// Sleeps until something happens in some folders, or somebody calls. Says only that something may
// be other than before, never what: names of events are used to pass over what editors leave about.
// One thread; wake() from any.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace postern::source {

// What to heed in one folder.
struct Interest {
  bool manifests = false;       // whatever is not hidden
  std::set<std::string> names;  // and these
};
using Interests = std::map<std::string, Interest, std::less<>>;  // by folder

class DirectoryWatch {
 public:
  enum class Woken : std::uint8_t { Time, Event, Call };

  // Without `events` there are only calls.
  explicit DirectoryWatch(bool events);
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  // From now on these folders and no others; those that cannot be watched are left out and tried
  // again the next time. True when one is watched that was not: what happened there until now was
  // not heard.
  bool watch(Interests interests);
  // Some folder is not watched that was asked for.
  [[nodiscard]] bool incomplete() const { return incomplete_; }
  // The kernel gives no more watches: somebody has to look by himself.
  [[nodiscard]] bool limited() const { return limited_; }
  [[nodiscard]] Woken wait(Duration most);
  void wake() const;

 private:
  struct Watched {
    std::string folder;
    Interest interest;
  };
  bool add(const std::string& folder, Interest interest);
  [[nodiscard]] bool hear();
  [[nodiscard]] bool matters(int watch, std::uint32_t mask, std::string_view name);
  void forget(int watch);

  int events_ = -1;
  int calls_ = -1;
  bool limited_ = false;
  bool incomplete_ = false;
  std::map<int, Watched> watched_;
  std::map<std::string, int, std::less<>> by_folder_;
};

}  // namespace postern::source
