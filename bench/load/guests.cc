#include "bench/load/guests.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>

#include "bench/load/crowd.h"

namespace postern::bench {
namespace {

constexpr double kPatience =
    120;  // seconds for a phase; a proxy that hangs is an error, not a long run

struct Run {
  const Flags& flags;
  std::vector<Script> scripts;
  Crowd crowd;
  int places;
  std::int64_t count, warmup;
};

const Script* script_named(const Run& run, const std::string& name) {
  const auto found = std::find_if(run.scripts.begin(), run.scripts.end(),
                                  [&name](const Script& script) { return script.name == name; });
  return found == run.scripts.end() ? nullptr : &*found;
}

Crowd::Pick so_often(const Script* script, std::int64_t count) {
  return [script, left = count]() mutable { return left-- > 0 ? script : nullptr; };
}

double quantile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto last = values.size() - 1;
  const auto at =
      std::min(last, static_cast<std::size_t>(share * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return static_cast<double>(values[at]);
}

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter < ' ' ? '?' : letter;
  }
  return out + '"';
}

template <typename Map, typename Show>
std::string json_map(const Map& map, Show show) {
  std::string out = "{";
  for (const auto& [key, value] : map)
    out += (out.size() > 1 ? ", " : "") + json_text(key) + ": " + show(value);
  return out + "}";
}

void say(const char* at, Tally tally, double seconds) {
  const auto count = [](std::uint64_t value) { return std::to_string(value); };
  std::ostringstream out;
  out << "{\"at\": \"" << at << "\", \"seconds\": " << seconds
      << ", \"timed\": " << tally.seconds.size() << ", \"octets\": " << tally.octets
      << ", \"errors\": " << tally.errors << ", \"corrupted\": " << tally.corrupted
      << ", \"handshakes\": " << tally.handshakes << ", \"resumed\": " << tally.resumed
      << ", \"p50_us\": " << quantile(tally.seconds, 0.5) * 1e6
      << ", \"p99_us\": " << quantile(tally.seconds, 0.99) * 1e6
      << ", \"completed\": " << json_map(tally.completed, count)
      << ", \"failed\": " << json_map(tally.failed, count)
      << ", \"first_error\": " << json_map(tally.first_error, json_text) << "}\n";
  std::fputs(out.str().c_str(), stdout);
  std::fflush(stdout);
}

bool told_to_go_on() {
  char letter = 0;
  while (read(STDIN_FILENO, &letter, 1) == 1) {
    if (letter == '\n') return true;
  }
  return false;
}

bool sessions(Run& run) {
  const Script* open = script_named(run, "open");
  bool well = run.crowd.one_after_another(run.places, so_often(open, run.warmup), kPatience);
  say("warm", run.crowd.take_tally(), 0);
  if (!well || !told_to_go_on()) return false;
  const double began = seconds_now();
  well = run.crowd.one_after_another(run.places, so_often(open, run.count), kPatience);
  say("end", run.crowd.take_tally(), seconds_now() - began);
  return told_to_go_on() && well;
}

bool rounds(Run& run) {
  const Script* work = script_named(run, "work");
  bool well =
      run.crowd.gather(run.places, so_often(script_named(run, "open"), run.places), kPatience) &&
      run.crowd.rounds(so_often(work, run.warmup), kPatience);
  say("warm", run.crowd.take_tally(), 0);
  if (!well || !told_to_go_on()) return false;
  const double began = seconds_now();
  well = run.crowd.rounds(so_often(work, run.count), kPatience);
  say("end", run.crowd.take_tally(), seconds_now() - began);
  return told_to_go_on() && run.crowd.everybody(*script_named(run, "close"), kPatience) && well;
}

bool hold(Run& run) {
  bool well = run.crowd.one_after_another(
      run.places, so_often(script_named(run, "warm"), run.warmup), kPatience);
  say("warm", run.crowd.take_tally(), 0);
  if (!well || !told_to_go_on()) return false;
  const double began = seconds_now();
  well = run.crowd.gather(run.places, so_often(script_named(run, "open"), run.count), kPatience);
  say("end", run.crowd.take_tally(), seconds_now() - began);
  return told_to_go_on() && run.crowd.everybody(*script_named(run, "close"), kPatience) && well;
}

bool mix(Run& run) {
  const double began = seconds_now();
  const double end = began + run.flags.number("--seconds", 60);
  say("warm", {}, 0);
  const bool well = told_to_go_on() && run.crowd.one_after_another(
                                           run.places,
                                           [&run, end, turn = std::size_t{0}]() mutable {
                                             return seconds_now() < end
                                                        ? &run.scripts[turn++ % run.scripts.size()]
                                                        : nullptr;
                                           },
                                           end - began + kPatience / 2);
  say("end", run.crowd.take_tally(), seconds_now() - began);
  return told_to_go_on() && well;
}

Where where_to(const Flags& flags) {
  Where where;
  where.address = flags.text("--address", where.address);
  where.port = flags.number("--port", 143);
  where.tls_port = flags.number("--tls-port", 0);
  where.signatures = flags.text("--signatures");
  where.resume = flags.text("--resume") == "yes";
  return where;
}

}  // namespace

int run_guests(const Flags& flags) {
  std::ifstream file(flags.text("--script"));
  auto scripts = parse_scripts(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!scripts || scripts->empty()) {
    std::fprintf(stderr, "the script is not understood\n");
    return 2;
  }
  Run run{flags,
          std::move(*scripts),
          Crowd(where_to(flags)),
          flags.number("--places", 64),
          flags.number("--count", 1000),
          flags.number("--warmup", 0)};
  const std::string manner = flags.text("--manner", "sessions");
  bool well = false;
  if (manner == "sessions") well = sessions(run);
  if (manner == "rounds") well = rounds(run);
  if (manner == "hold") well = hold(run);
  if (manner == "mix") well = mix(run);
  say("closed", run.crowd.take_tally(), 0);
  return well ? 0 : 1;
}

}  // namespace postern::bench
