// What the cutters say, and how much they take.
#pragma once

#include <cstddef>
#include <cstdint>

namespace postern::frames {

// etcd takes 1.5 MiB; in JSON, Go writes each of < > & as six octets. What is larger would stop the
// reading of all that stands beside it, so that nobody must be able to write it.
inline constexpr std::size_t kObjectOctets = std::size_t{12} << 20;
// An event: the object and few words around it.
inline constexpr std::size_t kLineOctets = std::size_t{13} << 20;

enum class Cut : std::uint8_t {
  More,   // all octets are taken, and nothing is whole
  Piece,  // piece() is whole; valid until the next call, as long as the octets it was cut from
  Bad,    // it cannot be read on: fault()
};

}  // namespace postern::frames
