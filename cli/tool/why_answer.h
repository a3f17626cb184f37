// What `postern why` found out, step by step, and how it is written: as lines for people, as JSON
// for programs. Knows nothing of how it was found.
#pragma once

#include <string>
#include <vector>

namespace postern::tool {

struct WhyStep {
  std::string what;   // "backend": one word, a key of the JSON
  std::string value;  // "v24": for programs; empty: there is none
  std::string says;   // for people
};

struct WhyAnswer {
  bool served = false;
  std::string about;    // who, from where, over what
  std::string verdict;  // one sentence
  std::vector<WhyStep> steps;
};

[[nodiscard]] std::string as_lines(const WhyAnswer& answer);
[[nodiscard]] std::string as_json(const WhyAnswer& answer);

}  // namespace postern::tool
