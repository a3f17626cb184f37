#include "common/base/bytes.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/base/check.h"

namespace postern {

namespace {
constexpr std::size_t kFirstCapacityOctets = 512;
}

void wipe(void* memory, std::size_t octets) {
  if (octets > 0) OPENSSL_cleanse(memory, octets);
}

Buffer::Buffer(Buffer&& other) noexcept
    : octets_(std::move(other.octets_)),
      capacity_(std::exchange(other.capacity_, 0)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      limit_(other.limit_) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this != &other) {
    clear();
    octets_ = std::move(other.octets_);
    capacity_ = std::exchange(other.capacity_, 0);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    limit_ = other.limit_;
  }
  return *this;
}

bool Buffer::append(ByteView octets) {
  if (octets.size() > room()) return false;
  make_room(octets.size());
  std::copy(octets.begin(), octets.end(), octets_.get() + end_);
  end_ += octets.size();
  return true;
}

std::span<char> Buffer::prepare(std::size_t most) {
  const std::size_t more = std::min(most, room());
  make_room(more);
  return {octets_.get() + end_, more};
}

void Buffer::commit(std::size_t octets) {
  check(octets <= capacity_ - end_, "no more octets are committed than were prepared");
  end_ += octets;
}

void Buffer::consume(std::size_t octets) {
  check(octets <= size(), "no more octets are consumed than there are");
  wipe(octets_.get() + begin_, octets);
  begin_ += octets;
  if (begin_ == end_) begin_ = end_ = 0;
}

void Buffer::clear() {
  if (octets_) wipe(octets_.get(), end_);
  octets_.reset();
  capacity_ = begin_ = end_ = 0;
}

void Buffer::make_room(std::size_t more) {
  if (capacity_ - end_ >= more) return;
  const std::size_t held = size();
  if (capacity_ - held >= more) {
    std::memmove(octets_.get(), octets_.get() + begin_, held);
    wipe(octets_.get() + held, begin_);
  } else {
    const std::size_t capacity =
        std::max({held + more, std::min(limit_, capacity_ * 2), kFirstCapacityOctets});
    auto grown = std::make_unique_for_overwrite<char[]>(capacity);
    if (held > 0) std::memcpy(grown.get(), octets_.get() + begin_, held);
    if (octets_) wipe(octets_.get(), end_);
    octets_ = std::move(grown);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = held;
}

}  // namespace postern
