#include "controller/status/status_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "controller/status/status_page.h"

namespace postern::status {
namespace {

namespace fs = std::filesystem;

std::string reason(int number) { return std::generic_category().message(number); }

// Not synced: a status that a power cut takes is made anew at the next start.
int replace_file(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return errno;
  std::size_t done = 0;
  int error = 0;
  while (done < text.size() && error == 0) {
    const ssize_t wrote = ::write(fd, text.data() + done, text.size() - done);
    if (wrote < 0 && errno != EINTR) error = errno;
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
  ::close(fd);
  if (error == 0 && std::rename(fresh.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(fresh.c_str());
  return error;
}

}  // namespace

std::string StatusFiles::path_of(const model::ObjectKey& key) const {
  return fmt::format("{}/{}.{}.yaml", directory_, key.object_namespace, key.name);
}

bool StatusFiles::ready() {
  if (directory_.empty() || made_) return made_;
  std::error_code error;
  const bool there = fs::is_directory(directory_, error);
  if (!there) {
    fs::create_directories(directory_, error);
    if (!error && ::chmod(directory_.c_str(), 0700) != 0)
      error.assign(errno, std::generic_category());
  }
  if (error) {
    give_up(error.message());
    return false;
  }
  return made_ = true;
}

void StatusFiles::give_up(const std::string& why) {
  log_.line(LogLevel::Warning, "status files are not written",
            {{field::kDetail, directory_}, {field::kReason, why}});
  directory_.clear();
  made_ = false;
}

void StatusFiles::put(const MailServerStatus& status) {
  if (!ready()) return;
  const std::string page = status_page(status);
  const std::string path = path_of(status.key);
  std::string& last = written_[path];
  if (last == page) return;
  if (const int error = replace_file(path, page); error != 0) return give_up(reason(error));
  last = page;
}

void StatusFiles::remove(const model::ObjectKey& key) {
  if (!ready()) return;
  const std::string path = path_of(key);
  written_.erase(path);
  ::unlink(path.c_str());  // not there: nothing was written
}

void StatusFiles::complete() {
  if (!ready()) return;
  std::error_code error;
  std::vector<fs::path> others;
  for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool ours = entry->path().extension() == ".yaml";
    if (ours && !written_.contains(entry->path().string())) others.push_back(entry->path());
  }
  for (const fs::path& other : others) fs::remove(other, error);
}

}  // namespace postern::status
