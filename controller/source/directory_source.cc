#include "controller/source/directory_source.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "controller/source/way.h"

namespace postern::source {

namespace {

bool same(const model::Problem& a, const model::Problem& b) {
  return a.object == b.object && a.place == b.place && a.field == b.field && a.reason == b.reason &&
         a.message == b.message && a.severity == b.severity;
}

DirectoryOptions read_once() {
  DirectoryOptions out;
  out.quiet = Duration::zero();
  out.watch = false;
  return out;
}

model::Problem not_watched(const std::string& directory) {
  model::Problem out =
      file_problem(directory, {}, "NotWatched",
                   "the system gives no more inotify watches, so that changes are found some "
                   "seconds late: raise fs.inotify.max_user_watches and max_user_instances");
  out.severity = model::Severity::Warning;
  return out;
}

std::string absolute(const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).lexically_normal().string();
}

}  // namespace

DirectorySource::DirectorySource(std::string directory, DirectoryOptions options)
    : DirectorySource(std::vector<std::string>{std::move(directory)}, std::move(options)) {}

DirectorySource::DirectorySource(std::vector<std::string> paths)
    : DirectorySource(std::move(paths), read_once()) {}

DirectorySource::DirectorySource(std::vector<std::string> paths, DirectoryOptions options)
    : paths_(std::move(paths)),
      options_(std::move(options)),
      shelf_(paths_),
      settling_(options_.quiet, options_.longest),
      holdoff_(options_.quiet, options_.longest),
      watch_(options_.watch),
      names_(options_.look_up, options_.resolve_every, [this] { watch_.wake(); }) {}

Result<Changes, std::string> DirectorySource::read() {
  const Clock& clock = options_.clock == nullptr ? system_clock_ : *options_.clock;
  const WallTime wall = clock.wall();
  settling_.begin({clock.now(), wall});
  Settling* settling = was_read_ ? &settling_ : nullptr;
  const auto refreshed = shelf_.refresh(settling, wall);
  if (refreshed) {
    names_.want(shelf_.names());
    if (!was_read_) names_.wait(options_.resolve_first);
    shelf_.complete({settling, names_, wall,
                     [this](const model::ObjectKey& key) { return shelf_.table().knows(key); }});
    was_read_ = true;
  }
  look_again_.reset();
  if (const auto left = settling_.end()) look_again_ = system_clock_.now() + *left;
  watch_folders();
  if (!refreshed) return Fail<std::string>(refreshed.error());
  return take();
}

Changes DirectorySource::take() {
  Changes out;
  shelf_.table().collect(out);
  out.problems = shelf_.problems();
  if (watch_.limited()) out.problems.push_back(not_watched(paths_[0]));
  out.problems_changed = !std::ranges::equal(out.problems, told_, same);
  told_ = out.problems;
  return out;
}

void DirectorySource::watch_folders() {
  if (!options_.watch) return;
  if (watched_ == shelf_.moved() && !watch_.incomplete()) return;
  watched_ = shelf_.moved();
  Interests interests;
  for (const std::string& folder : shelf_.folders()) interests[absolute(folder)].manifests = true;
  // The directory itself may be a link, or be put anew.
  for (const std::string& path : paths_) {
    interests[absolute(path)].manifests = true;
    for (const auto& [folder, entry] : way_to(path)) interests[folder].names.insert(entry);
  }
  for (const DataFile* file : shelf_.data_files()) {
    for (const auto& [folder, entry] : file->way) interests[folder].names.insert(entry);
  }
  // What happened in a folder before it was watched was not heard: look once more.
  if (watch_.watch(std::move(interests)) && !look_again_) {
    look_again_ = system_clock_.now() + options_.quiet;
  }
}

void DirectorySource::wait(Duration most) {
  const Instant began = system_clock_.now();
  Instant end = began + std::min(most, options_.watch ? options_.poll : kLongestWait);
  if (look_again_) end = std::min(end, *look_again_);
  for (;;) {
    const Instant until = std::min(end, holdoff_.due().value_or(end));
    const Instant now = system_clock_.now();
    if (now >= until) {
      if (holdoff_.due() && *holdoff_.due() <= now) holdoff_.clear();
      return;
    }
    switch (watch_.wait(std::chrono::ceil<Duration>(until - now))) {
      case DirectoryWatch::Woken::Call: return;
      case DirectoryWatch::Woken::Event: holdoff_.happened(system_clock_.now()); break;
      case DirectoryWatch::Woken::Time: break;
    }
  }
}

Result<Loaded, std::string> DirectorySource::load() {
  auto changes = read();
  if (!changes) return Fail<std::string>(changes.error());
  return Loaded{shelf_.table().objects(), std::move(changes->problems)};
}

}  // namespace postern::source
