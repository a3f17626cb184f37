// What a Reflector tells of its collection, and how that collection stands. Objects come as the
// JSON text that the API server wrote, valid UTF-8 and whole, at most 12 MiB; the text is gone when
// the call returns. Objects out of a list may lack `kind` and `apiVersion`: the listener knows
// them. Threads: all of it on the agenda's thread (agenda.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::kube {

// A resourceVersion as a number, comparable within one collection only; nothing: the server's are
// not numbers, and nobody may say which of two is older.
using Revision = std::optional<std::uint64_t>;

enum class Change : std::uint8_t { Added, Modified, Deleted };

enum class Standing : std::uint8_t {
  Listing,      // asks for the whole set; what was read before still stands
  Watching,     // read whole, and told of every change since
  Unreachable,  // no answer, or none that helps; tried again
  Refused,      // 401, and the first 403s: a server that has just begun forbids everything
  Forbidden,    // 403 again and again, or where it was allowed before; tried again, slowly
  Missing,      // 404: the server does not know the kind; tried again, slowly
};

class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;

  // A whole set is being gathered. What stood before stands until on_replace_end; a set that was
  // begun before and not ended is void.
  virtual void on_replace_begin() = 0;
  // Within a set: this object is in it. The same one again replaces the former.
  virtual void on_object(std::string_view json) = 0;
  // Within a set: this object, told of before, is not in it after all (it was deleted meanwhile).
  virtual void on_object_gone(std::string_view json) = 0;
  // The set is whole: objects that are not in it exist no more.
  virtual void on_replace_end(Revision revision) = 0;

  // Outside of a set. Added and Modified may both be of an object that is known or not; Deleted has
  // the object's last text.
  virtual void on_change(Change change, std::string_view json, Revision revision) = 0;
  // Nothing changed up to here.
  virtual void on_bookmark(Revision revision) = 0;

  // Only when it differs from what was told last. `words`: a sentence for people, may be empty.
  virtual void on_standing(Standing standing, std::string_view words) = 0;
};

}  // namespace postern::kube
