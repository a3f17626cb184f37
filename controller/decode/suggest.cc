#include "controller/decode/suggest.h"

#include <algorithm>
#include <cstddef>

#include "common/base/ascii.h"

namespace postern::decode {

namespace {

// Longer words are no slips of ours; the bound also keeps the table small.
constexpr std::size_t kLongestWord = 64;

// Letters to change, add or leave out, letter case ignored (Wagner and Fischer, one row).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, diagonal + 1, row[j] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view wrong, const std::vector<std::string>& known) {
  if (wrong.empty() || wrong.size() > kLongestWord) return {};
  std::string best;
  std::size_t least = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const std::string& word : known) {
    const std::size_t d = distance(wrong, word);
    if (d < least) {
      least = d;
      best = word;
    }
  }
  return best;
}

}  // namespace postern::decode
