#include "controller/kube/reflector_requests.h"

#include <charconv>

#include "controller/kube/target.h"

namespace postern::kube {
namespace {

// An API server answers a page of so many small objects in milliseconds, and etcd is read in steps.
constexpr std::string_view kPage = "limit=500";
constexpr Duration kPageSilence{30'000};
// A server that has just started may take a watch and never answer it.
constexpr Duration kWatchPatience{10'000};

class Target {
 public:
  explicit Target(const Collection& collection) : text_(collection.target) {}
  void add(std::string_view parameter) {
    text_ += text_.find('?') == std::string::npos ? '?' : '&';
    text_ += parameter;
  }
  void add(std::string_view name, std::string_view value) {
    add(name);
    text_ += '=';
    text_ += percent_encoded(value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_watch(Target& target, Duration lasting) {
  target.add("watch=true");
  target.add("allowWatchBookmarks=true");
  target.add("timeoutSeconds",
             std::to_string(std::chrono::duration_cast<std::chrono::seconds>(lasting).count()));
}

}  // namespace

Request page_request(const Collection& collection, const PageWish& wish) {
  Target target(collection);
  if (wish.paged) target.add(kPage);
  if (!wish.continue_token.empty()) {
    target.add("continue", wish.continue_token);
  } else if (!wish.not_older_than.empty()) {
    target.add("resourceVersion", wish.not_older_than);
    target.add("resourceVersionMatch=NotOlderThan");
  }
  return {.target = target.take(), .silence = kPageSilence};
}

Request watch_request(const Collection& collection, std::string_view version, Duration lasting) {
  Target target(collection);
  add_watch(target, lasting);
  target.add("resourceVersion", version);
  return {.target = target.take(), .patience = kWatchPatience};
}

Request stream_request(const Collection& collection, std::string_view not_older_than,
                       Duration lasting) {
  Target target(collection);
  add_watch(target, lasting);
  target.add("sendInitialEvents=true");
  target.add("resourceVersionMatch=NotOlderThan");
  if (!not_older_than.empty()) target.add("resourceVersion", not_older_than);
  return {.target = target.take(), .patience = kWatchPatience};
}

Revision revision_of(std::string_view version) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), value);
  if (error != std::errc{} || end != version.data() + version.size()) return std::nullopt;
  return value;
}

std::string list_kind(const Collection& collection) { return collection.kind + "List"; }

}  // namespace postern::kube
