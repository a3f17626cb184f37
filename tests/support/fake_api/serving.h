// One connection to the fake API server, request by request: who asks, what goes wrong, the answer.
#pragma once

#include <string>
#include <utility>

#include "tests/support/fake_api/answering.h"
#include "tests/support/fake_api/watching.h"
#include "tests/support/fake_api/wire.h"

namespace postern::test {

class ApiServing {
 public:
  ApiServing(ApiState& state, ApiWire& wire) : state_(state), wire_(wire) {}

  void run() {
    if (!wire_.shake_hands()) return;
    while (!state_.closing) {
      const auto request = wire_.read_request();
      if (!request || !serve(*request)) return;
    }
  }

 private:
  // True when the connection can be used again.
  bool serve(const ApiWire::Request& request) {
    const std::string_view raw(request.target().data(), request.target().size());
    ApiTarget target = ApiTarget::of(raw);
    target.partial =
        header(request, "Accept").find("as=PartialObjectMetadata") != std::string::npos;
    const auto address = ApiAddress::of(target.path);
    const std::string method(request.method_string());
    ApiSeen seen{{verb_of(method, address, target), address ? address->kind->plural : "", ""},
                 method,
                 std::string(raw),
                 header(request, "User-Agent"),
                 request.body(),
                 0,
                 target.partial};
    std::unique_lock lock(state_.mutex);
    const bool known = recognise(request, seen.asked.user);
    std::optional<ApiFault> fault;
    if (known) fault = state_.faults.take(seen.asked);
    if (fault && fault->what == ApiFault::What::Delay) wait_a_little(lock, fault->octets);
    if (fault && fault->what == ApiFault::What::Silent && seen.asked.verb != "watch") {
      note(seen, 0);
      return keep_silent(lock);
    }
    ApiAnswer answer = known ? ApiAnswer{} : refusal(401, "Unauthorized", "Unauthorized");
    if (known && fault && fault->what == ApiFault::What::Status) {
      answer = refusal(fault->code, fault->reason, fault->message);
    } else if (known && address && seen.asked.verb == "watch" && !is_missing(*address)) {
      ApiWatch watch(state_, wire_, *address, target);
      if (const auto refused = watch.refused()) {
        answer = *refused;
      } else {
        note(seen, 200);
        lock.unlock();
        return watch.run(seen.asked.user, std::move(fault));
      }
    } else if (known) {
      answer = answer_of(request, address, target, seen.asked, fault);
    }
    note(seen, answer.code);
    state_.changed.notify_all();
    lock.unlock();
    return send(answer, fault);
  }

  ApiAnswer answer_of(const ApiWire::Request& request, const std::optional<ApiAddress>& address,
                      const ApiTarget& target, const ApiAsked& asked,
                      const std::optional<ApiFault>& fault) {
    if (!address || is_missing(*address)) {
      const auto said = ApiDiscovery(state_.missing).answer(target.path);
      return said ? *said : ApiAnswer{404, {}};
    }
    ApiAnswering answering(state_, target, asked);
    const bool old = fault && fault->what == ApiFault::What::OldRevision;
    if (asked.verb == "list") return answering.list(*address, old ? fault->octets : 0);
    if (asked.verb == "get") return answering.get(*address);
    return answering.write(*address, std::string(request.method_string()),
                           header(request, "Content-Type"), request.body());
  }

  bool send(const ApiAnswer& answer, const std::optional<ApiFault>& fault) {
    // A path that nobody knows is refused by a part of the server that speaks no JSON.
    std::string body = answer.body.empty() ? "404 page not found\n" : json::serialize(answer.body);
    if (fault && fault->what == ApiFault::What::Garbage) body = "<html>no JSON</html>";
    std::string head = "HTTP/1.1 " + std::to_string(answer.code) +
                       " Word\r\nContent-Type: application/json\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n";
    if (fault && fault->retry_after > 0) {
      head += "Retry-After: " + std::to_string(fault->retry_after) + "\r\n";
    }
    head += "\r\n";
    if (fault && fault->what == ApiFault::What::Cut) {
      (void)wire_.write(head + body.substr(0, body.size() / 2));
      return false;
    }
    if (!fault || fault->what != ApiFault::What::Fragments) return wire_.write(head + body);
    std::string_view rest = body;
    bool going = wire_.write(head);
    while (going && !rest.empty()) {
      going = wire_.write(rest.substr(0, fault->octets));
      rest.remove_prefix(std::min(rest.size(), fault->octets));
    }
    return going;
  }

  bool keep_silent(std::unique_lock<std::mutex>& lock) {
    while (!state_.closing && !wire_.is_stirring()) {
      state_.changed.wait_for(lock, std::chrono::milliseconds(50));
    }
    return false;
  }

  void wait_a_little(std::unique_lock<std::mutex>& lock, std::size_t milliseconds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    while (!state_.closing && std::chrono::steady_clock::now() < until) {
      state_.changed.wait_until(lock, until);
    }
  }

  // A bearer's token, else a certificate; everybody where no tokens are set.
  bool recognise(const ApiWire::Request& request, std::string& user) const {
    const std::string words = header(request, "Authorization");
    const std::string token = words.starts_with("Bearer ") ? words.substr(7) : "";
    const auto found = state_.tokens.find(token);
    if (found != state_.tokens.end()) {
      user = found->second;
      return true;
    }
    user = wire_.certified();
    return !user.empty() || state_.tokens.empty();
  }

  void note(ApiSeen& seen, int code) {
    seen.code = code;
    state_.seen.push_back(std::move(seen));
  }
  [[nodiscard]] bool is_missing(const ApiAddress& address) const {
    return state_.missing.contains(address.kind->group);
  }

  static std::string verb_of(const std::string& method, const std::optional<ApiAddress>& address,
                             const ApiTarget& target) {
    if (method == "POST") return "create";
    if (method == "PUT") return "update";
    if (method == "PATCH") return "patch";
    if (method == "DELETE") return "delete";
    if (target.is_true("watch")) return "watch";
    return address && address->name.empty() ? "list" : "get";
  }
  static std::string header(const ApiWire::Request& request, std::string_view name) {
    const auto found = request.find(boost::beast::string_view(name.data(), name.size()));
    if (found == request.end()) return {};
    return {found->value().data(), found->value().size()};
  }

  ApiState& state_;
  ApiWire& wire_;
};

}  // namespace postern::test
