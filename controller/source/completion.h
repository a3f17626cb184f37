// What a document takes from elsewhere: the data of a Secret that stands in files, the addresses of
// a Service that are host names, those of the auth services of a MailServer. Until all is there,
// the last good version of the object stays.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "common/base/clock.h"
#include "controller/source/address_names.h"
#include "controller/source/manifest.h"
#include "controller/source/settling.h"

namespace postern::source {

// What may be asked while the documents of one read are completed.
struct Surroundings {
  Settling* settling = nullptr;  // null: the first read, when there is nothing to keep
  const AddressNames& names;
  WallTime wall;
  std::function<bool(const model::ObjectKey&)> known;  // there is a good version of it
};

struct Completed {
  bool another = false;  // the document has another object, or other problems, than before
  bool other_ways = false;  // its files are reached by other folders or links than before
  int files_read = 0;
};

// Whether it takes anything from elsewhere. If not, its object is what was decoded.
[[nodiscard]] bool needs_completion(const Document& document);
void names_in(const Document& document, std::set<std::string>& out);

// Again at each read: does nothing while all is as it was.
[[nodiscard]] Completed complete(Document& document, const Surroundings& surroundings);

}  // namespace postern::source
