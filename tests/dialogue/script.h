// Script: a .dlg file, parsed. It knows lines and words, not what they mean; a runner plays it,
// one in memory and one against the real program. The format is in tests/dialogue/README.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::dlg {

// "attempt user=alice mechanism=LOGIN": words without '=' in order, and the rest by key.
struct Phrase {
  std::vector<std::string> words;
  std::map<std::string, std::string> with;

  [[nodiscard]] const std::string& word(std::size_t i) const;  // empty when there are fewer
  [[nodiscard]] std::string get(const std::string& key, const std::string& otherwise = {}) const;
};

struct ClientSays {
  std::string octets;
};
struct ServerSays {
  std::string start;
};  // one whole line that starts with this
struct Wants {
  Phrase phrase;
};  // >>
struct Told {
  Phrase phrase;
};  // <<
using Event = std::variant<ClientSays, ServerSays, Wants, Told>;

struct Line {
  int number;
  Event event;
};

struct Script {
  std::string name;   // file name without .dlg
  std::string about;  // its leading comment
  Phrase setup;       // all lines that start with '@'
  std::vector<Line> lines;
};

struct Unreadable {
  int number;
  std::string reason;
};

[[nodiscard]] std::variant<Script, Unreadable> parse_script(std::string_view name,
                                                            std::string_view text);
// \r \n \t \0 \\ \" and \xNN; anything else behind a backslash makes it unreadable.
[[nodiscard]] bool unescape(std::string_view text, std::string& out);
// Octets as a script would write them.
[[nodiscard]] std::string escape(std::string_view octets);

}  // namespace postern::dlg
