// LineWriter: the one place that writes lines to a descriptor. put() appends to a buffer and goes
// on; a thread of the writer's own takes all that has gathered and writes it at once, in order, at
// most every few milliseconds, so that a line costs its caller no system call. Lines that are
// wanted at once, and half a queue, are not waited for.
// Bounds: kMostOctets and the given number of lines; what comes beyond is dropped and counted.
// Threads: put() and dropped() any; made and destroyed by one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace postern {

class LineWriter {
 public:
  enum class Urgency : std::uint8_t { CanWait, AtOnce };

  // Long enough to gather the lines of a storm, too short for a reader to notice.
  static constexpr std::chrono::milliseconds kGather{5};
  static constexpr std::size_t kMostOctets = std::size_t{4} << 20U;

  LineWriter(int descriptor, std::size_t most_lines, std::chrono::milliseconds gather = kGather);
  // Writes what waits, for at most one second; then it is left to the process's end.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Without its line feed.
  void put(std::string_view line, Urgency urgency);
  // Lines that found no room, or no reader.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // the thread's too: it may outlive the writer
};

}  // namespace postern
