#include "common/process/nearest.h"

#include <algorithm>
#include <cstddef>

#include "common/base/ascii.h"

namespace postern::process {
namespace {

// Longer than any word of ours: what is longer is not a slip.
constexpr std::size_t kLongestWord = 64;

std::string bare(std::string_view word) {
  const std::size_t begin = word.find_first_not_of('-');
  return begin == std::string_view::npos ? std::string() : lower(word.substr(begin));
}

// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
std::size_t distance(std::string_view from, std::string_view to) {
  const std::size_t columns = to.size() + 1;
  std::vector<std::size_t> steps((from.size() + 1) * columns);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return steps[i * columns + j];
  };
  for (std::size_t i = 0; i <= from.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= to.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = at(i - 1, j - 1) + (from[i - 1] == to[j - 1] ? 0 : 1);
      at(i, j) = std::min({replaced, at(i - 1, j) + 1, at(i, j - 1) + 1});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return steps.back();
}

}  // namespace

std::string nearest(std::string_view written, const std::vector<std::string>& known) {
  const std::string word = bare(written);
  if (word.empty() || word.size() > kLongestWord) return {};
  std::string best;
  // A third of the letters wrong is still a slip; more is another word.
  std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string& candidate : known) {
    const std::string name = bare(candidate);
    const bool begins = word.size() >= 3 && name.starts_with(word);
    const std::size_t steps = begins ? 0 : distance(word, name);
    if (steps < least) {
      least = steps;
      best = candidate;
    }
  }
  return best;
}

}  // namespace postern::process
