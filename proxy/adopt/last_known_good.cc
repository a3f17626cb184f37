#include "proxy/adopt/last_known_good.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/base/running_sha256.h"

namespace postern::adopt {

namespace {

constexpr const char* kCurrent = "current";
constexpr const char* kPrevious = "previous";
constexpr const char* kNext = "next";      // being written
constexpr const char* kBefore = "before";  // a second name of `current`, on its way to `previous`

std::string why(std::string_view tried) {
  return fmt::format("{}: {}", tried, std::generic_category().message(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

struct Wiped {
  std::string& text;
  ~Wiped() { wipe(text.data(), text.size()); }
};

bool is_in_memory(int folder) {
  struct statfs about{};
  if (::fstatfs(folder, &about) != 0) return false;
  return about.f_type == TMPFS_MAGIC || about.f_type == RAMFS_MAGIC;
}

LastKnownGood::Done failed(std::string_view tried) { return Fail<std::string>(why(tried)); }

}  // namespace

Result<std::unique_ptr<LastKnownGood>, std::string> LastKnownGood::open(Settings settings,
                                                                        Log& log) {
  const char* path = settings.directory.c_str();
  if (::mkdir(path, 0700) != 0 && errno != EEXIST) return Fail<std::string>(why("mkdir"));
  const int folder = ::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return Fail<std::string>(why("open"));
  const bool in_memory =
      settings.medium == Medium::AsFound ? is_in_memory(folder) : settings.medium == Medium::Memory;
  // From here on the object closes the folder.
  std::unique_ptr<LastKnownGood> file(
      new LastKnownGood(folder, in_memory, std::move(settings.reached), log));
  struct stat about{};
  if (::fstat(folder, &about) != 0) return Fail<std::string>(why("stat"));
  if (about.st_uid != ::geteuid()) return Fail<std::string>("it belongs to another user");
  const bool is_closed = (about.st_mode & 07777) == 0700;
  if (!is_closed && ::fchmod(folder, 0700) != 0) return Fail<std::string>(why("chmod"));
  // Two processes that write the same names would prove each other's configuration.
  if (::flock(folder, LOCK_EX | LOCK_NB) != 0) {
    return Fail<std::string>("another process keeps its configuration there");
  }
  return file;
}

LastKnownGood::LastKnownGood(int folder, bool keeps_private_keys, Reached reached, Log& log)
    : folder_(folder),
      keeps_private_keys_(keeps_private_keys),
      reached_(std::move(reached)),
      log_(log) {}

LastKnownGood::~LastKnownGood() { ::close(folder_); }

std::optional<Restored> LastKnownGood::restore() {
  auto current = read(kCurrent);
  current_is_proven_ = current && current->proof == Proof::Yes;
  if (current_is_proven_)
    return Restored{std::move(current->config), Restored::From::Current, true};
  auto previous = read(kPrevious);
  if (previous && previous->proof == Proof::Yes) {
    return Restored{std::move(previous->config), Restored::From::Previous, true};
  }
  if (!current) return std::nullopt;
  if (current->proof == Proof::Tried) {
    log_.line(LogLevel::Warning, "last known good saw two processes crash, and is not used", {});
    return std::nullopt;
  }
  // Not without the mark: without it, what ends the process would end it at every start.
  if (const Done marked = mark(Proof::Tried); !marked) {
    log_.line(LogLevel::Warning, "last known good cannot be marked, and is not used",
              {{field::kReason, marked.error()}});
    return std::nullopt;
  }
  return Restored{std::move(current->config), Restored::From::Current, false};
}

std::optional<SavedFile> LastKnownGood::read(const char* name) const {
  if (::faccessat(folder_, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  auto file = read_file(name);
  if (!file) {
    log_.line(LogLevel::Warning, "last known good is not usable, and is not used",
              {{"file", name}, {field::kReason, file.error()}});
    return std::nullopt;
  }
  if (file->left_out > 0) {
    log_.line(LogLevel::Warning, "last known good has resources that this program cannot read",
              {{"file", name}, {"resources", static_cast<std::int64_t>(file->left_out)}});
  }
  return std::move(*file);
}

Result<SavedFile, std::string> LastKnownGood::read_file(const char* name) const {
  const Descriptor file(::openat(folder_, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return Fail<std::string>(why("open"));
  struct stat about{};
  if (::fstat(file.number(), &about) != 0) return Fail<std::string>(why("stat"));
  if (!S_ISREG(about.st_mode)) return Fail<std::string>("it is no file");
  if (about.st_uid != ::geteuid()) return Fail<std::string>("it belongs to another user");
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > kMostSavedOctets) return Fail<std::string>("it is too large");
  std::string text(size, '\0');
  const Wiped wiped{text};
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(file.number(), text.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail<std::string>(why("read"));
    if (got == 0) return Fail<std::string>("it is cut");
    filled += static_cast<std::size_t>(got);
  }
  return read_saved(text);
}

LastKnownGood::Done LastKnownGood::save(const SavedConfig& config) {
  if (auto written = write_next(config, Proof::No); !written) return written;
  if (current_is_proven_) {
    if (auto kept = keep_current_as_previous(); !kept) return kept;
  }
  // Whatever comes of the renaming: what is there then may be the new one.
  current_is_proven_ = false;
  return rename_next(kCurrent);
}

LastKnownGood::Done LastKnownGood::prove() {
  auto marked = mark(Proof::Yes);
  if (marked) current_is_proven_ = true;
  return marked;
}

LastKnownGood::Done LastKnownGood::save_previous(const SavedConfig& config) {
  if (auto written = write_next(config, Proof::Yes); !written) return written;
  return rename_next(kPrevious);
}

LastKnownGood::Done LastKnownGood::write_next(const SavedConfig& config, Proof proof) {
  ::unlinkat(folder_, kNext, 0);  // what a crash left
  const Descriptor file(
      ::openat(folder_, kNext, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return failed("create");
  reached("next created");
  // A head that fits nothing, until it is known what it has to say.
  Done written = write_octets(file.number(), saved_head(proof, {}));
  RunningSha256 digest;
  std::size_t left = kMostSavedOctets;
  Pieces pieces([&](ByteView piece) {
    if (piece.size() > left) written = Fail<std::string>("it would be too large");
    if (!written) return false;
    left -= piece.size();
    digest.add(piece);
    written = write_octets(file.number(), piece);
    return written.has_value();
  });
  const auto keys = keeps_private_keys_ ? PrivateKeys::Keep : PrivateKeys::LeaveOut;
  if (!written || !write_body(config, keys, pieces)) return written;
  reached("next half written");
  const std::string head = saved_head(proof, digest.finish());
  if (::pwrite(file.number(), head.data(), head.size(), 0) != static_cast<ssize_t>(head.size())) {
    return failed("write");
  }
  reached("next written");
  if (::fsync(file.number()) != 0) return failed("fsync");
  reached("next on disk");
  return {};
}

LastKnownGood::Done LastKnownGood::write_octets(int file, ByteView octets) {
  while (!octets.empty()) {
    const ssize_t put = ::write(file, octets.data(), octets.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed("write");
    octets.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// By a second name, so that there is a `current` at every moment.
LastKnownGood::Done LastKnownGood::keep_current_as_previous() {
  ::unlinkat(folder_, kBefore, 0);
  if (::linkat(folder_, kCurrent, folder_, kBefore, 0) != 0) return failed("link");
  reached("current has two names");
  if (::renameat(folder_, kBefore, folder_, kPrevious) != 0) return failed("rename");
  // Of two names for one file a rename leaves both, so the second may still be there.
  ::unlinkat(folder_, kBefore, 0);
  reached("previous renamed");
  return {};
}

LastKnownGood::Done LastKnownGood::rename_next(const char* to) {
  if (::renameat(folder_, kNext, folder_, to) != 0) return failed("rename");
  reached("next renamed");
  if (::fsync(folder_) != 0) return failed("fsync of the folder");
  reached("folder on disk");
  return {};
}

// One octet in its place: a crash leaves it as it was or as it is to be.
LastKnownGood::Done LastKnownGood::mark(Proof proof) {
  const Descriptor file(::openat(folder_, kCurrent, O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return failed("open");
  const char octet = static_cast<char>(proof);
  if (::pwrite(file.number(), &octet, 1, static_cast<off_t>(kProofAt)) != 1) return failed("write");
  reached("mark written");
  if (::fdatasync(file.number()) != 0) return failed("fsync");
  reached("mark on disk");
  return {};
}

void LastKnownGood::reached(std::string_view step) const {
  if (reached_) reached_(step);
}

}  // namespace postern::adopt
