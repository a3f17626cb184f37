// An API server of Kubernetes in a thread, on loopback and any free port: objects, lists in pages,
// watches with bookmarks, streaming lists, server-side apply, conflicts, and faults by script. What
// it does is what kube-apiserver was seen to do; it checks no schema and knows no roles.
// All its methods may be called from any thread; answers are values.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/fake_api/serving.h"

namespace postern::test {

struct FakeApiSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any that is free
  ApiTls tls = {};
};

class FakeApiServer {
 public:
  explicit FakeApiServer(FakeApiSettings settings = {}) : settings_(std::move(settings)) {
    if (!settings_.tls.chain_pem.empty()) context_ = server_context(settings_.tls);
    open_door();
  }
  ~FakeApiServer() { close_door(); }
  FakeApiServer(const FakeApiServer&) = delete;
  FakeApiServer& operator=(const FakeApiServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return settings_.port; }

  // The server is stopped: its port refuses, all connections end. What it holds stays.
  void close_door() {
    if (listener_ < 0) return;
    state_.closing = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(std::exchange(listener_, -1));
    {
      const std::lock_guard lock(guests_mutex_);
      for (Guest& guest : guests_) guest.wire->hang_up();
    }
    state_.changed.notify_all();
    for (Guest& guest : guests_) guest.thread.join();
    guests_.clear();
  }
  void open_door() {
    if (listener_ >= 0) return;
    state_.closing = false;
    listener_ = listen();
    acceptor_ = std::thread([this] { accept(); });
  }

  // Anything about its state, under its lock; watches look again afterwards.
  template <class Look>
  auto look(Look use) {
    const std::lock_guard lock(state_.mutex);
    state_.changed.notify_all();
    return use(state_);
  }
  // An object as it shall be, new or changed; a creationTimestamp that it has stays. Its namespace
  // is made when it is not there. Returns what the server made of it.
  json::object put(const json::object& object) {
    const ApiKind& kind = kind_of(object);
    return change([&](ApiStore& store) {
      const ApiKey key = ApiStore::key_of(kind, object);
      if (kind.namespaced && !store.find({"/namespaces", "", key.in_namespace})) {
        store.make_namespace(key.in_namespace);
      }
      return store.find(key) ? store.update(kind, object)
                             : store.create(kind, object, {false, true});
    });
  }
  json::object put(std::string_view text) { return put(json::parse(text).as_object()); }
  void erase(std::string_view plural, const std::string& in_namespace, const std::string& name) {
    const ApiKind& kind = kind_named(plural);
    change(
        [&](ApiStore& store) { return store.erase(kind, {storage_of(kind), in_namespace, name}); });
  }
  // Empty when it is not there.
  [[nodiscard]] json::object get(std::string_view plural, const std::string& in_namespace,
                                 const std::string& name) {
    return look([&](ApiState& state) {
      const ApiObject found =
          state.store.find({storage_of(kind_named(plural)), in_namespace, name});
      return found ? *found : json::object();
    });
  }

  void fault(ApiFault fault) {
    look([&](ApiState& state) { state.faults.add(std::move(fault)); });
  }
  void interrupt(WatchEnd how, const std::string& plural = {}) {
    look([&](ApiState& state) {
      ++state.interruptions;
      state.interruption = how;
      state.interrupted_plural = plural;
    });
  }
  // Every revision so far is forgotten: watches and pages that would go on from there are told 410.
  void compact() {
    look([](ApiState& state) { state.store.compact(); });
  }
  [[nodiscard]] std::vector<ApiSeen> seen() {
    return look([](ApiState& state) { return state.seen; });
  }
  [[nodiscard]] std::size_t count(std::string_view verb, std::string_view plural) {
    return look([&](ApiState& state) {
      return static_cast<std::size_t>(
          std::count_if(state.seen.begin(), state.seen.end(), [&](const ApiSeen& seen) {
            return seen.asked.verb == verb && seen.asked.plural == plural;
          }));
    });
  }
  // Until it holds of the state; false after a generous time.
  template <class Holds>
  [[nodiscard]] bool wait_until(Holds holds, int seconds = 30) {
    std::unique_lock lock(state_.mutex);
    return state_.changed.wait_for(lock, std::chrono::seconds(seconds),
                                   [&] { return holds(state_); });
  }

 private:
  struct Guest {
    std::unique_ptr<ApiWire> wire;
    std::thread thread;
    std::atomic<bool> left{false};
  };

  template <class Change>
  json::object change(Change make) {
    ApiAnswer answer = look([&](ApiState& state) { return make(state.store); });
    if (!answer.ok()) throw std::runtime_error(json::serialize(answer.body));
    return std::move(answer.body);
  }
  static const ApiKind& kind_of(const json::object& object) {
    for (const ApiKind& kind : api_kinds()) {
      if (kind.kind == text_of(object, "kind") &&
          kind.api_version() == text_of(object, "apiVersion")) {
        return kind;
      }
    }
    throw std::runtime_error("no such kind: " + json::serialize(object));
  }
  static const ApiKind& kind_named(std::string_view plural) {
    for (const ApiKind& kind : api_kinds()) {
      if (kind.plural == plural) return kind;
    }
    throw std::runtime_error("no such kind: " + std::string(plural));
  }

  int listen() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(settings_.port);
    ::inet_pton(AF_INET, settings_.address.c_str(), &name.sin_addr);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0 ||
        ::listen(fd, 128) != 0) {
      ::close(fd);
      throw std::runtime_error("the fake API server cannot listen");
    }
    socklen_t size = sizeof name;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
    settings_.port = ntohs(name.sin_port);
    return fd;
  }

  void accept() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (state_.closing) {
        if (fd >= 0) ::close(fd);
        return;
      }
      if (fd < 0) continue;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      take_in(fd);
    }
  }

  void take_in(int fd) {
    const std::lock_guard lock(guests_mutex_);
    for (auto guest = guests_.begin(); guest != guests_.end();) {
      if (!guest->left) {
        ++guest;
        continue;
      }
      guest->thread.join();
      guest = guests_.erase(guest);
    }
    Guest& guest = guests_.emplace_back();
    guest.wire = std::make_unique<ApiWire>(fd, context_.get());
    guest.thread = std::thread([this, &guest] {
      ApiServing(state_, *guest.wire).run();
      guest.wire->hang_up();
      guest.left = true;
    });
  }

  FakeApiSettings settings_;
  std::shared_ptr<SSL_CTX> context_;
  ApiState state_;
  int listener_ = -1;
  std::thread acceptor_;
  std::mutex guests_mutex_;
  std::list<Guest> guests_;
};

}  // namespace postern::test
