// ApiThread: the one thread on which everything happens that has to do with the API server. An
// Agenda over one io_context; connections (connection.cc) live on it too.
// Made and started by the wiring, before what works on it, and destroyed after it. What lives on it
// is made and destroyed either on the thread or while it does not run. stop() belongs to the thread
// that called start().
#pragma once

#include <functional>
#include <memory>

#include "controller/kube/agenda.h"

namespace boost::asio {
class io_context;
}

namespace postern::kube {

class ApiThread final : public Agenda {
 public:
  ApiThread();
  ~ApiThread() override;
  ApiThread(const ApiThread&) = delete;
  ApiThread& operator=(const ApiThread&) = delete;

  void start();
  // Returns when the thread has ended; nothing is called afterwards. What was posted and not done
  // is left undone.
  void stop();

  // What is posted before start() is done then.
  void post(std::function<void()> work) override;
  [[nodiscard]] std::unique_ptr<Entry> after(Duration delay, std::function<void()> work) override;

  // For connections alone.
  [[nodiscard]] boost::asio::io_context& context();

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace postern::kube
