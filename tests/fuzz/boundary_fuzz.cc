#include "proxy/relay/boundary.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzz.h"

using namespace postern;
using namespace postern::relay;

namespace {

bool alike(const Boundary& a, const Boundary& b) {
  return a.opaque() == b.opaque() && a.safe() == b.safe() &&
         a.literal_left(Side::Client) == b.literal_left(Side::Client) &&
         a.literal_left(Side::Backend) == b.literal_left(Side::Backend);
}

// As a relay that splices: octets of a literal pass unseen.
void pass(Boundary& boundary, Side from, ByteView octets) {
  while (!octets.empty()) {
    const auto literal = static_cast<std::size_t>(
        std::min<std::uint64_t>(octets.size(), boundary.literal_left(from)));
    if (literal > 0) {
      boundary.skip(from, literal);
    } else {
      boundary.feed(from, octets.substr(0, 1));
    }
    octets.remove_prefix(literal > 0 ? literal : 1);
  }
}

}  // namespace

// Rounds of: an octet that says who speaks and how much, and the words.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t fragment = input.fragment_size();
  ByteView rest = input.rest();
  Boundary whole;
  Boundary cut;
  Boundary skipping;
  while (!rest.empty()) {
    const auto head = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    const Side from = (head & 1U) != 0 ? Side::Client : Side::Backend;
    const ByteView words = rest.substr(0, std::size_t{head} / 2 + 1);
    rest.remove_prefix(words.size());
    whole.feed(from, words);
    test::in_fragments(words, fragment, [&](ByteView part) { cut.feed(from, part); });
    pass(skipping, from, words);
    fuzz::promise(alike(whole, cut), "cuts make no difference");
    fuzz::promise(alike(whole, skipping), "octets of a literal need not be seen");
    fuzz::promise(!(whole.safe() && whole.opaque()), "nothing is known of what is opaque");
    const bool inside = whole.literal_left(Side::Client) + whole.literal_left(Side::Backend) > 0;
    fuzz::promise(!(whole.safe() && inside), "inside a literal nothing is said");
  }
  return 0;
}
