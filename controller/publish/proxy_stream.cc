#include "controller/publish/proxy_stream.h"

namespace postern::publish {

namespace pb = config::v1alpha1;

namespace {

// The end waits for a write in hand, so that the proxy learns the reason; a write to a proxy that
// does not read would never end by itself.
constexpr Duration kWriteGrace{1'000};

}  // namespace

void ProxyStream::begin(Duration hello_timeout) {
  expect(hello_timeout, "no Hello in time");
  StartRead(&in_);
}

void ProxyStream::send(pb::ControllerMessage message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  pump();
}

void ProxyStream::send(Push push, std::size_t most_octets, Duration result_timeout) {
  {
    const std::lock_guard lock(mutex_);
    chunks_.emplace(std::move(push), most_octets);
  }
  // A stuck proxy must not look healthy.
  expect(result_timeout, "no result in time");
  pump();
}

void ProxyStream::expect(Duration timeout, const char* what) {
  const std::lock_guard lock(mutex_);
  if (ending_) return;
  set_alarm(timeout, [this, what] { end({grpc::StatusCode::DEADLINE_EXCEEDED, what}); });
}

void ProxyStream::set_alarm(Duration after, std::function<void()> task) {
  const std::uint64_t expectation = ++expectation_;
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(std::chrono::system_clock::now() + after,
              [self = shared_from_this(), expectation, task = std::move(task)](bool expired) {
                if (!expired) return;
                {
                  const std::lock_guard lock(self->mutex_);
                  if (self->expectation_ != expectation) return;
                }
                task();
              });
}

void ProxyStream::expect_nothing() {
  std::unique_ptr<grpc::Alarm> alarm;  // cancelled without the lock
  const std::lock_guard lock(mutex_);
  ++expectation_;
  alarm.swap(alarm_);
}

void ProxyStream::end(grpc::Status status) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = std::move(status);
    ++expectation_;
    alarm_.reset();
    if (writing_) set_alarm(kWriteGrace, [this] { cancel_write(); });
  }
  pump();
}

void ProxyStream::cancel_write() {
  {
    const std::lock_guard lock(mutex_);
    if (!writing_) return;
    ++pins_;
  }
  context_.TryCancel();
  {
    const std::lock_guard lock(mutex_);
    --pins_;
  }
  pump();
}

// The one place that starts writes and the end: whoever sets writing_ or finished_ under the lock
// starts that operation after it.
void ProxyStream::pump() {
  bool finish = false;
  {
    const std::lock_guard lock(mutex_);
    if (writing_ || finished_ || pins_ > 0) return;
    if (ending_) {
      finished_ = finish = true;
    } else if (fill_next_message()) {
      writing_ = true;
    } else {
      return;
    }
  }
  if (finish) {
    Finish(*ending_);
  } else {
    StartWrite(&out_);
  }
}

bool ProxyStream::fill_next_message() {
  if (!messages_.empty()) {
    out_ = std::move(messages_.front());
    messages_.pop_front();
    return true;
  }
  if (!chunks_) return false;
  if (chunks_->next(*out_.mutable_update())) return true;
  chunks_.reset();
  return false;
}

void ProxyStream::OnWriteDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    if (out_.has_update()) wipe_secrets(*out_.mutable_update());
    out_.Clear();
    writing_ = false;
    if (!ok && !ending_) ending_ = grpc::Status::CANCELLED;
  }
  pump();
}

void ProxyStream::OnReadDone(bool ok) {
  if (!ok) return end(grpc::Status::OK);
  events_.arrived(*this, in_);
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
  }
  StartRead(&in_);
}

void ProxyStream::OnCancel() { end(grpc::Status::CANCELLED); }

void ProxyStream::OnDone() {
  const std::shared_ptr<ProxyStream> until_the_end = shared_from_this();
  expect_nothing();
  events_.gone(*this);
}

}  // namespace postern::publish
