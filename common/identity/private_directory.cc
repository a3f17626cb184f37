#include "common/identity/private_directory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "common/identity/files.h"

namespace postern::identity {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "postern-stream-";

std::string because(int error) { return std::generic_category().message(error); }

bool is_in_memory(const std::string& path) {
  struct statfs facts{};
  if (::statfs(path.c_str(), &facts) != 0) return false;
  const auto kind = static_cast<unsigned long>(facts.f_type);
  return kind == TMPFS_MAGIC || kind == RAMFS_MAGIC;
}

// The descriptor, locked; -1 when somebody else has it, or it is no directory of ours.
int open_and_lock(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  struct stat opened{};
  struct stat named{};
  const bool locked = ::fstat(fd, &opened) == 0 && opened.st_uid == ::geteuid() &&
                      ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  // It may have been removed by another process before we had the lock.
  if (locked && ::lstat(path.c_str(), &named) == 0 && named.st_ino == opened.st_ino) return fd;
  ::close(fd);
  return -1;
}

void remove_all(const std::string& path) {
  std::error_code ignored;  // what cannot be removed is left; there is nobody to tell
  fs::remove_all(path, ignored);
}

// Killed processes could not remove theirs, and private keys are in there.
void sweep(const std::string& parent) {
  std::error_code error;
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().string().starts_with(kPrefix)) continue;
    const int lock = open_and_lock(at->path());
    if (lock < 0) continue;
    remove_all(at->path());
    ::close(lock);
  }
}

}  // namespace

std::vector<std::string> PrivateDirectory::usual_parents() {
  std::vector<std::string> out;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment while we run
  if (const char* own = std::getenv("XDG_RUNTIME_DIR"); own != nullptr && *own == '/') {
    out.emplace_back(own);
  }
  out.insert(out.end(), {"/run", "/dev/shm", "/tmp"});
  return out;
}

Result<std::unique_ptr<PrivateDirectory>, std::string> PrivateDirectory::make(
    const std::vector<std::string>& parents) {
  std::string why = "no directory is given";
  for (const bool in_memory : {true, false}) {
    for (const std::string& parent : parents) {
      if (is_in_memory(parent) != in_memory) continue;
      sweep(parent);
      std::string path = fmt::format("{}/{}XXXXXX", parent, kPrefix);
      if (::mkdtemp(path.data()) == nullptr) {  // with mode 0700
        why = fmt::format("{}: {}", parent, because(errno));
        continue;
      }
      const int lock = open_and_lock(path);
      if (lock >= 0) {
        return std::unique_ptr<PrivateDirectory>(
            new PrivateDirectory(std::move(path), lock, in_memory));
      }
      why = path + " was taken away";
    }
  }
  return Fail<std::string>("no private directory can be made: " + why);
}

PrivateDirectory::PrivateDirectory(std::string path, int lock, bool in_memory)
    : path_(std::move(path)), lock_(lock), in_memory_(in_memory) {}

PrivateDirectory::~PrivateDirectory() {
  remove_all(path_);
  ::close(lock_);
}

Result<void, std::string> PrivateDirectory::publish(const PairText& pair) {
  const std::string before = fmt::format("{}/set-{}", path_, shown_);
  const std::string now = fmt::format("{}/set-{}", path_, ++set_);
  if (::mkdir(now.c_str(), 0700) != 0) return Fail<std::string>(now + ": " + because(errno));
  const std::array<std::pair<std::string, ByteView>, 3> files{
      {{"/ca.crt", pair.authorities}, {"/tls.crt", pair.chain}, {"/tls.key", pair.key}}};
  for (const auto& [name, octets] : files) {
    if (auto done = write_file(now + name, octets, 0600); !done) {
      remove_all(now);
      return done;
    }
  }
  const std::string beside = path_ + "/next";
  const std::string target = fmt::format("set-{}", set_);
  if (::symlink(target.c_str(), beside.c_str()) != 0 ||
      ::rename(beside.c_str(), current().c_str()) != 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    remove_all(now);
    return Fail<std::string>(path_ + ": " + because(error));
  }
  shown_ = set_;
  remove_all(before);  // gRPC reads again what it finds gone
  return {};
}

}  // namespace postern::identity
