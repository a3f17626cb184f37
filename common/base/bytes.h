// ByteView: octets that somebody else owns. Buffer: what was read and not consumed yet, with a
// limit by construction; consumed octets are wiped, since credentials pass through here.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace postern {

using ByteView = std::string_view;

// Overwrites memory in a way that the compiler may not leave out.
void wipe(void* memory, std::size_t octets);

class Buffer {
 public:
  explicit Buffer(std::size_t limit) : limit_(limit) {}
  ~Buffer() { clear(); }
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;

  [[nodiscard]] ByteView view() const { return {octets_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t limit() const { return limit_; }
  [[nodiscard]] std::size_t room() const { return limit_ - size(); }

  // False, and nothing appended, when it would pass the limit.
  [[nodiscard]] bool append(ByteView octets);
  // Where the next octets may be read into (up to `most` of them, less when the limit is near);
  // then commit() what came. The span is valid until the next call.
  [[nodiscard]] std::span<char> prepare(std::size_t most);
  void commit(std::size_t octets);
  void consume(std::size_t octets);
  // Wipes and gives the memory back.
  void clear();

 private:
  void make_room(std::size_t more);

  std::unique_ptr<char[]> octets_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t limit_;
};

}  // namespace postern
