#include "controller/decode/yaml.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <exception>
#include <istream>
#include <streambuf>
#include <utility>

#include "common/base/ascii.h"
#include "controller/decode/yaml_tree.h"

namespace postern::decode {

namespace {

// A stream over octets that stay where they are: no copy of a private key is left behind.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

YamlDocuments refused(std::string message, Mark mark) {
  YamlDocuments out;
  out.problem = YamlProblem{std::move(message), mark};
  return out;
}

Mark mark_at(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n');
  const std::size_t column = line_start == std::string_view::npos ? at : at - line_start - 1;
  return {static_cast<int>(lines) + 1, static_cast<int>(column) + 1};
}

// yaml-cpp replaces what is not UTF-8 and ends at NUL: a value would differ from the file.
std::optional<YamlProblem> foreign_octets(std::string_view text) {
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return is_control(c) && c != '\n' && c != '\r' && c != '\t';
  });
  if (control != text.end()) {
    const auto at = static_cast<std::size_t>(control - text.begin());
    return YamlProblem{"a control character: the file must be text", mark_at(text, at)};
  }
  if (!is_utf8(text)) return YamlProblem{"not UTF-8: save the file as UTF-8", {1, 1}};
  return std::nullopt;
}

// What yaml-cpp says, in words that name the remedy.
std::string in_our_words(const std::string& said) {
  static const std::array<std::pair<std::string_view, std::string_view>, 4> kWords = {{
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a [ is not closed: write ] or a comma"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "a { is not closed: write } or a comma"},
      {YAML::ErrorMsg::END_OF_MAP, "this line is not part of the block above it: indent it alike"},
      {"illegal map value",
       "a colon where no value can begin: look at the indentation, or put the text in quotes"},
  }};
  for (const auto& [theirs, ours] : kWords) {
    if (said == theirs) return std::string(ours);
  }
  return "not YAML: " + said;
}

// YAML forbids tabs for indenting, and what a parser says about them misleads.
std::optional<Mark> tab_in_indentation(std::string_view text) {
  for (int line = 1; !text.empty(); ++line) {
    const std::string_view here = text.substr(0, text.find('\n'));
    const auto blank = here.find_first_not_of(' ');
    if (blank != std::string_view::npos && here[blank] == '\t') {
      return Mark{line, static_cast<int>(blank) + 1};
    }
    text.remove_prefix(std::min(text.size(), here.size() + 1));
  }
  return std::nullopt;
}

YamlDocuments not_yaml(std::string_view text, const YAML::Exception& no) {
  const Mark mark = no.mark.is_null() ? Mark{} : Mark{no.mark.line + 1, no.mark.column + 1};
  const auto tab = tab_in_indentation(text);
  if (tab && tab->line <= mark.line) return refused("a tab in the indentation: write blanks", *tab);
  return refused(in_our_words(no.msg), mark);
}

}  // namespace

YamlDocuments read_yaml(std::string_view text) {
  if (auto foreign = foreign_octets(text)) return refused(foreign->message, foreign->mark);
  YamlDocuments out;
  YamlSpent spent;
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    for (std::optional<Mark> empty_at;;) {
      YamlTree tree(spent);
      if (!parser.HandleNextDocument(tree)) return out;
      Node document = tree.take();
      // yaml-cpp stays before such a sign and would give empty documents for ever.
      const bool empty = document.kind == Node::Kind::Null;
      if (empty && empty_at == document.mark) {
        throw YamlRefused{{"a , ] or } where no value can begin: take it away", document.mark}};
      }
      empty_at = empty ? std::optional(document.mark) : std::nullopt;
      if (!empty) out.documents.push_back(std::move(document));
    }
  } catch (const YamlRefused& no) {
    for (Node& document : out.documents) wipe(document);
    return refused(no.problem.message, no.problem.mark);
  } catch (const YAML::Exception& no) {
    for (Node& document : out.documents) wipe(document);
    return not_yaml(text, no);
  } catch (const std::exception& no) {
    return refused(std::string("not YAML: ") + no.what(), {});
  }
}

}  // namespace postern::decode
