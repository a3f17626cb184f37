// A world with something wrong in it: a file of wrong_worlds/. Its head says what is wrong, its
// documents stand beside those of common.yaml or in their place:
//   # title: A Secret that is not there
//   # without: Secret mail/mail-tls        what common.yaml has and this world has not
//   # now: 4950000000                      the clock, in seconds; else nothing expires
//   # afterwards                           what follows, with its own `# without`, comes later
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "controller/decode/decoder.h"
#include "controller/model/objects.h"

namespace postern::golden {

struct Step {
  std::vector<model::Object> objects;
  std::set<model::ObjectKey> without;
  model::Problems problems;  // of decoding
};

struct WrongWorld {
  std::string title;
  std::int64_t now_unix_s = 0;
  std::vector<Step> steps;  // common.yaml is in none of them
};

[[nodiscard]] std::vector<std::string> wrong_world_names();
[[nodiscard]] Step common_objects(const decode::Decoder& decoder);
[[nodiscard]] WrongWorld read_wrong_world(const decode::Decoder& decoder, const std::string& name);
[[nodiscard]] std::string wrong_world_path(const std::string& file);  // in the source tree

}  // namespace postern::golden
