// ResponseReader: octets of an HTTP service -> an answer, on Beast's parser; for strictness Nginx
// as nginx reads headers. Never more than 16 KiB, header and body together; folded lines, unfit
// line ends and truncated bodies are faults; trailers of a chunked body are no fields. No
// redirects: a status is given on as it is. The octets may hold a password: they are wiped. Owned
// by one connection; never blocks, does no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "common/config/provider.h"
#include "proxy/auth/http_response.h"

namespace postern::auth {

// Security R3: the cap of an auth answer.
inline constexpr std::size_t kAnswerOctets = std::size_t{16} << 10;

enum class Reading : std::uint8_t { NeedMore, Done, Malformed };

class ResponseReader {
 public:
  explicit ResponseReader(config::Strictness strictness);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  // Where the next octets go to; then took() says how many came. Not after Done or Malformed.
  [[nodiscard]] std::span<char> room();
  [[nodiscard]] Reading took(std::size_t octets);
  // The service has ended its side: what has come is all.
  [[nodiscard]] Reading ended();

  [[nodiscard]] bool begun() const;                    // an octet has come
  [[nodiscard]] const HttpResponse& response() const;  // after Done
  [[nodiscard]] const std::string& fault() const;      // after Malformed; for the log

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace postern::auth
