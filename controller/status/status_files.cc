#include "controller/status/status_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "controller/status/status_page.h"

namespace postern::status {
namespace {

namespace fs = std::filesystem;

std::string reason(int number) { return std::generic_category().message(number); }

// As status_page writes it. Anything else is somebody's manifest, and not ours to replace.
bool is_status_page(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  for (const std::string_view begin : {"apiVersion: postern.dev/", "kind: MailServer",
                                       "metadata:", "  namespace: ", "  name: ", "status:"}) {
    if (!std::getline(in, line) || !line.starts_with(begin)) return false;
  }
  return true;
}

std::vector<fs::path> pages_in(const std::string& directory) {
  std::error_code error;
  std::vector<fs::path> out;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".yaml") out.push_back(entry->path());
  }
  return out;
}

// A name that was refused is told of too, and must lead nowhere else; one that is too long for the
// file system would end all.
bool is_file_name(const model::ObjectKey& key) {
  const auto fits = [](std::string_view part) {
    return part.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
  };
  return fits(key.object_namespace) && fits(key.name) && key.path().size() <= 240;
}

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
  if (!std::ranges::all_of(pages_in(directory_), is_status_page)) {
    give_up("it holds files that are no statuses: choose a directory of its own");
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
  if (!is_file_name(status.key) || !ready()) return;
  const std::string page = status_page(status);
  const std::string path = path_of(status.key);
  std::string& last = written_[path];
  if (last == page) return;
  if (const int error = replace_file(path, page); error != 0) return give_up(reason(error));
  last = page;
}

void StatusFiles::remove(const model::ObjectKey& key) {
  if (!is_file_name(key) || !ready()) return;
  const std::string path = path_of(key);
  written_.erase(path);
  ::unlink(path.c_str());  // not there: nothing was written
}

void StatusFiles::complete() {
  if (!ready()) return;
  std::error_code error;  // what cannot be removed stays: it is a status of before
  for (const fs::path& page : pages_in(directory_)) {
    if (!written_.contains(page.string()) && is_status_page(page)) fs::remove(page, error);
  }
}

}  // namespace postern::status
