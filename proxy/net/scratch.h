// Scratch: buffers that a worker lends to whoever moves octets right now: 128 KiB for what is read,
// more for what one read of TLS records comes to, and 128 KiB for those records. Borrowed for the
// length of one turn, never across turns; what they held is wiped only when it held a secret.
// The count of loans and of heap buffers for blocked directions is what "holds nothing while idle"
// is tested with.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace postern::net {

inline constexpr std::size_t kScratchOctets = std::size_t{128} << 10;
// Decrypted, a read of records, and one that was half there before (RFC 8446 §5.1).
inline constexpr std::size_t kOpenedOctets = kScratchOctets + (std::size_t{16} << 10);

class Scratch {
 public:
  Scratch() : octets_(std::make_unique<char[]>(kOpenedOctets + kScratchOctets)) {}
  class Loan {
   public:
    explicit Loan(Scratch& from) : from_(&from) { ++from.lent_; }
    ~Loan() { --from_->lent_; }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    [[nodiscard]] std::span<char> octets() const { return {from_->octets_.get(), kScratchOctets}; }
    [[nodiscard]] std::span<char> opened() const { return {from_->octets_.get(), kOpenedOctets}; }
    [[nodiscard]] std::span<char> records() const {
      return {from_->octets_.get() + kOpenedOctets, kScratchOctets};
    }

   private:
    Scratch* from_;
  };
  [[nodiscard]] Loan lend() { return Loan(*this); }
  [[nodiscard]] std::size_t lent() const { return lent_; }

 private:
  std::unique_ptr<char[]> octets_;
  std::size_t lent_ = 0;
};

}  // namespace postern::net
