#include "controller/kube/api_thread.h"

#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace postern::kube {
namespace {

namespace asio = boost::asio;

// A timer that was due when it was cancelled still calls: what it finds then is no work.
struct Due {
  explicit Due(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  std::function<void()> work;
};

class TimedEntry final : public Agenda::Entry {
 public:
  explicit TimedEntry(std::shared_ptr<Due> due) : due_(std::move(due)) {}
  ~TimedEntry() override {
    due_->work = nullptr;
    due_->timer.cancel();
  }
  TimedEntry(const TimedEntry&) = delete;
  TimedEntry& operator=(const TimedEntry&) = delete;

 private:
  std::shared_ptr<Due> due_;
};

}  // namespace

struct ApiThread::Running {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> kept{context.get_executor()};
  std::thread thread;
};

ApiThread::ApiThread() : running_(std::make_unique<Running>()) {}

ApiThread::~ApiThread() { stop(); }

void ApiThread::start() {
  if (running_->thread.joinable()) return;
  running_->thread = std::thread([this] { running_->context.run(); });
}

void ApiThread::stop() {
  running_->context.stop();
  if (running_->thread.joinable()) running_->thread.join();
}

void ApiThread::post(std::function<void()> work) { asio::post(running_->context, std::move(work)); }

std::unique_ptr<Agenda::Entry> ApiThread::after(Duration delay, std::function<void()> work) {
  auto due = std::make_shared<Due>(running_->context);
  due->work = std::move(work);
  due->timer.expires_after(delay);
  due->timer.async_wait([due](const boost::system::error_code& error) {
    // The work may destroy its own entry.
    const std::function<void()> now = std::exchange(due->work, nullptr);
    if (!error && now) now();
  });
  return std::make_unique<TimedEntry>(std::move(due));
}

asio::io_context& ApiThread::context() { return running_->context; }

}  // namespace postern::kube
