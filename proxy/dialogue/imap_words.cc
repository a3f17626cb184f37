#include "proxy/dialogue/imap_words.h"

#include <algorithm>

#include "common/base/ascii.h"

namespace postern::dialogue {

namespace {
// Longer than any server's words; a client shows them in a window.
constexpr std::size_t kTextOctets = 512;

bool is_part_of_utf8(char c) { return static_cast<unsigned char>(c) >= 0x80; }
}  // namespace

std::string fit_for_reply(std::string_view text, std::string_view otherwise) {
  if (text.empty() || text.front() == '[' || has_control(text)) return std::string(otherwise);
  if (text.size() > kTextOctets) {
    text = text.substr(0, kTextOctets);
    while (!text.empty() && is_part_of_utf8(text.back())) text.remove_suffix(1);
  }
  return std::string(text);
}

std::string reworded(std::string_view words, std::string_view text) {
  const std::string fit = fit_for_reply(text, {});
  if (fit.empty()) return std::string(words);
  const std::size_t status = std::min(words.find(' '), words.size());
  std::size_t end = status;
  if (words.substr(status, 2) == " [") end = std::min(words.find(']') + 1, words.size());
  return std::string(words.substr(0, end)) + " " + fit;
}

}  // namespace postern::dialogue
