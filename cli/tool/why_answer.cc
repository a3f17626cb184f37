#include "cli/tool/why_answer.h"

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::tool {
namespace {

// As JSON wants it.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (is_control(c)) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string as_lines(const WhyAnswer& answer) {
  constexpr std::size_t kColumn = 12;
  std::string out = answer.about + '\n';
  for (const WhyStep& step : answer.steps) {
    out += fmt::format("  {:<{}}{}\n", step.what, kColumn, step.says);
  }
  return out + fmt::format("{}: {}\n", answer.served ? "served" : "not served", answer.verdict);
}

std::string as_json(const WhyAnswer& answer) {
  std::string out = fmt::format("{{\n  \"served\": {},\n  \"about\": {},\n  \"verdict\": {},\n",
                                answer.served, in_quotes(answer.about), in_quotes(answer.verdict));
  out += "  \"steps\": [";
  for (std::size_t i = 0; i < answer.steps.size(); ++i) {
    const WhyStep& step = answer.steps[i];
    out += fmt::format("{}\n    {{\"what\": {}, \"value\": {}, \"says\": {}}}", i == 0 ? "" : ",",
                       in_quotes(step.what), in_quotes(step.value), in_quotes(step.says));
  }
  return out + "\n  ]\n}\n";
}

}  // namespace postern::tool
