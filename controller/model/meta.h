// What every object of the API has.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "controller/model/object_key.h"
#include "controller/model/places.h"
#include "controller/model/problem.h"

namespace postern::model {

struct Meta {
  ObjectKey key;
  std::string uid;
  std::int64_t generation = 0;
  std::string creation_timestamp;  // RFC 3339 as written; empty: none. Older is smaller, then path
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  Places places;
  // The nearest known place of `field`: its own, else its parents'.
  [[nodiscard]] Place place_of(const std::string& field) const;
  friend bool operator==(const Meta&, const Meta&) = default;
};

}  // namespace postern::model
