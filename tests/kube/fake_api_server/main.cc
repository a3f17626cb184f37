// The fake API server as a program. Objects are read and written as anywhere; what goes wrong is
// told to it by lines on its standard input, each a JSON object, each answered by one line:
//   {"do": "fault", "what": "status", "code": 410, "verb": "watch", "times": 3}   (faults.h)
//   {"do": "forgive"} | {"do": "compact"} | {"do": "interrupt", "how": "cut", "plural": "secrets"}
//   {"do": "door", "open": false} | {"do": "tokens", "tokens": {"t1": "controller"}}
//   {"do": "freeze", "user": "b"} | {"do": "thaw", "user": "b"}
//   {"do": "missing", "groups": [...]} | {"do": "streaming", "how": "no"}
//   {"do": "bookmarks", "milliseconds": 500} | {"do": "revision"}
//   {"do": "seen", "from": 0}: what was asked since that number
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include "tests/support/fake_api_server.h"

namespace {

using postern::test::ApiState;
using postern::test::FakeApiServer;
using postern::test::WatchEnd;
namespace json = boost::json;

std::string file(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

WatchEnd end_of(std::string_view how) {
  if (how == "cut") return WatchEnd::Cut;
  if (how == "gone") return WatchEnd::Gone;
  if (how == "silent") return WatchEnd::Silent;
  return WatchEnd::Orderly;
}

json::array seen_from(ApiState& state, std::size_t from) {
  json::array out;
  for (std::size_t at = from; at < state.seen.size(); ++at) {
    const postern::test::ApiSeen& seen = state.seen[at];
    out.push_back({{"verb", seen.asked.verb},
                   {"plural", seen.asked.plural},
                   {"user", seen.asked.user},
                   {"target", seen.target},
                   {"agent", seen.agent},
                   {"body", seen.body},
                   {"code", seen.code},
                   {"partial", seen.partial}});
  }
  return out;
}

void set(ApiState& state, const std::string& what, const json::object& order) {
  const std::string user = postern::test::text_of(order, "user");
  if (what == "forgive") state.faults.clear();
  if (what == "freeze") state.frozen[user] = state.store.revision();
  if (what == "thaw") state.frozen.erase(user);
  if (what == "streaming") {
    const std::string how = postern::test::text_of(order, "how");
    state.streaming = how == "yes"    ? ApiState::Streaming::Yes
                      : how == "late" ? ApiState::Streaming::Late
                                      : ApiState::Streaming::No;
  }
  if (what == "bookmarks") state.bookmark_milliseconds = order.at("milliseconds").to_number<int>();
  if (what == "missing") {
    state.missing.clear();
    for (const json::value& group : order.at("groups").as_array()) {
      state.missing.insert(group.as_string().c_str());
    }
  }
  if (what == "tokens") {
    state.tokens.clear();
    for (const auto& [token, name] : order.at("tokens").as_object()) {
      state.tokens[std::string(token)] = name.as_string().c_str();
    }
  }
}

json::value obey(FakeApiServer& server, const json::object& order) {
  const std::string what = postern::test::text_of(order, "do");
  if (what == "fault") {
    server.fault(
        postern::test::fault_of(order.contains("fault") ? order.at("fault").as_object() : order));
  } else if (what == "interrupt") {
    server.interrupt(end_of(postern::test::text_of(order, "how")),
                     postern::test::text_of(order, "plural"));
  } else if (what == "compact") {
    server.compact();
  } else if (what == "door") {
    order.at("open").as_bool() ? server.open_door() : server.close_door();
  } else {
    return server.look([&](ApiState& state) -> json::value {
      set(state, what, order);
      if (what == "revision") return state.store.revision();
      if (what == "seen") return seen_from(state, order.at("from").to_number<std::size_t>());
      return "done";
    });
  }
  return "done";
}

int run(std::map<std::string, std::string> flags) {
  postern::test::FakeApiSettings settings;
  if (flags.contains("--address")) settings.address = flags["--address"];
  if (flags.contains("--port")) {
    settings.port = static_cast<std::uint16_t>(std::stoul(flags["--port"]));
  }
  settings.tls = {file(flags["--tls-cert"]), file(flags["--tls-key"]), file(flags["--client-ca"])};
  FakeApiServer server(settings);
  std::cout << "ready: " << settings.address << ":" << server.port() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << json::serialize(obey(server, json::parse(line).as_object())) << std::endl;
    } catch (const std::exception& error) {
      std::cout << json::serialize(json::object{{"error", error.what()}}) << std::endl;
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  std::map<std::string, std::string> flags;
  for (int at = 1; at + 1 < count; at += 2) flags[words[at]] = words[at + 1];
  try {
    return run(std::move(flags));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
