// Reads a collection once, page by page, and gives each object as JSON text: for who has to know
// what stands there now, and not what becomes of it. Holds one page; where that is more than the
// transport takes, because somebody's objects are large, pages become smaller.
// Threads: made, calling and destroyed on the agenda's thread; destroying it ends the reading.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/kube/transport.h"

namespace postern::kube {

struct PagesWanted {
  std::string target;  // of the collection, without limit and continue
  std::string kind;    // that its objects have: a list leaves it out
  std::function<void(std::string_view)> on_object;
  // Nothing: that was all. Else a sentence why there is no more.
  std::function<void(const std::optional<std::string>&)> on_end;
};

class ObjectPages {
 public:
  // Begins at once.
  ObjectPages(Transport& transport, PagesWanted wanted);

 private:
  void ask();
  void take(const Result<Reply, Broken>& reply);

  Transport& transport_;
  PagesWanted wanted_;
  std::size_t most_ = 50;  // objects of a page: of usual size far below what a client takes
  std::string at_;         // where the next page goes on; empty: the first
  std::shared_ptr<int> alive_;
};

}  // namespace postern::kube
