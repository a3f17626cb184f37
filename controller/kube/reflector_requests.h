// The three questions of a reflector, as requests. Tokens and versions are the server's own words
// and percent-encoded.
#pragma once

#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "controller/kube/reflector.h"
#include "controller/kube/transport.h"

namespace postern::kube {

struct PageWish {
  std::string_view not_older_than;  // empty: as it is now
  std::string_view continue_token;  // empty: the first page
  bool paged = true;
};

[[nodiscard]] Request page_request(const Collection& collection, const PageWish& wish);
// `lasting`: when the server shall end it; long-lived ones would never be spread anew.
[[nodiscard]] Request watch_request(const Collection& collection, std::string_view version,
                                    Duration lasting);
// A list as a watch: all that exists, a bookmark behind it, then what changes.
[[nodiscard]] Request stream_request(const Collection& collection, std::string_view not_older_than,
                                     Duration lasting);
// A resourceVersion as a number, where it is one.
[[nodiscard]] Revision revision_of(std::string_view version);
// "SecretList".
[[nodiscard]] std::string list_kind(const Collection& collection);

}  // namespace postern::kube
