// What the API server is asked and what it answers, without a word of how: HttpClient is one such
// transport, tests have others. Knows nothing of objects, lists or watches.
// Threads: everything is called, and calls back, on the agenda's thread (agenda.h).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace postern::kube {

struct Request {
  std::string method = "GET";
  std::string target;  // path and query, percent-encoded
  std::string accept = "application/json";
  std::string content_type = {};
  std::string body = {};
  Duration patience{30'000};  // until the whole reply is there; of a flow: until its head is
  Duration silence{180'000};  // of a flow: no octet for so long ends it
};

struct Head {
  int status = 0;
  std::optional<Duration> retry_after = {};
};

struct Reply {
  Head head;
  std::string body;
};

// There is no answer, or not all of it.
struct Broken {
  enum class Why : unsigned char {
    Unreachable,  // no connection: refused, no such name, no route, too slow to answer
    Untrusted,    // TLS: it is not who it should be, or does not take us
    Silent,       // the answer did not come in time
    Cut,          // the connection ended within the answer
    TooLarge,     // more than we take
    Garbled,      // no HTTP
  };
  Why why = Why::Unreachable;
  std::string message;  // a sentence for people; no secret, no control octets
};

// A body as it arrives. All of it on the agenda's thread, never after its Flow is gone.
struct FlowReader {
  std::function<void(const Head&)> on_head;
  std::function<void(std::string_view)> on_octets;           // of the body; framing is taken off
  std::function<void(const std::optional<Broken>&)> on_end;  // nothing: it ended as it should
};

class Transport {
 public:
  // An answer under way. Destroying it ends it, also from within its own callbacks.
  class Flow {
   public:
    virtual ~Flow() = default;
  };
  using Done = std::function<void(Result<Reply, Broken>)>;

  virtual ~Transport() = default;
  // `done` is called once, later; not at all when the transport goes first.
  virtual void ask(Request request, Done done) = 0;
  [[nodiscard]] virtual std::unique_ptr<Flow> open(Request request, FlowReader reader) = 0;
};

}  // namespace postern::kube
