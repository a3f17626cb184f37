#include "controller/publish/proxy_stream.h"

namespace postern::publish {

namespace pb = config::v1alpha1;

namespace {

// The end waits for a write in hand, so that the proxy learns the reason; a write to a proxy that
// does not read would never end by itself.
constexpr Duration kWriteGrace{1'000};

grpc::StatusCode code_of(EndReason reason) {
  switch (reason) {
    case EndReason::Silent: return grpc::StatusCode::DEADLINE_EXCEEDED;
    case EndReason::Misbehaved: return grpc::StatusCode::INVALID_ARGUMENT;
    case EndReason::NotAllowed: return grpc::StatusCode::PERMISSION_DENIED;
    case EndReason::NoCommonProtocol: return grpc::StatusCode::FAILED_PRECONDITION;
    case EndReason::Stopping: return grpc::StatusCode::UNAVAILABLE;
  }
  return grpc::StatusCode::INTERNAL;
}

}  // namespace

void ProxyStream::begin(ConnectionId id) {
  id_ = id;
  StartRead(&in_);
}

void ProxyStream::limit_chunks(std::size_t most_octets) {
  const std::lock_guard lock(mutex_);
  most_octets_ = most_octets;
}

void ProxyStream::send(pb::ControllerMessage message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  pump();
}

void ProxyStream::send(Push push) {
  {
    const std::lock_guard lock(mutex_);
    chunks_.emplace(std::move(push), most_octets_);
  }
  pump();
}

void ProxyStream::redirect(Duration after, std::string_view reason) {
  pb::ControllerMessage message;
  pb::Redirect& redirect = *message.mutable_redirect();
  redirect.mutable_after()->set_seconds(after.count() / 1000);
  redirect.mutable_after()->set_nanos(static_cast<std::int32_t>(after.count() % 1000 * 1'000'000));
  redirect.set_reason(std::string(reason));
  send(std::move(message));
}

void ProxyStream::end(EndReason reason, std::string words) {
  end(grpc::Status(code_of(reason), words));
}

void ProxyStream::end(grpc::Status status) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = std::move(status);
    if (writing_) cancel_write_soon();
  }
  pump();
}

// The alarm keeps what it was given for as long as it lives itself, which is as long as the stream.
void ProxyStream::cancel_write_soon() {
  alarm_.Set(std::chrono::system_clock::now() + kWriteGrace,
             [stream = weak_from_this()](bool expired) {
               const std::shared_ptr<ProxyStream> self = stream.lock();
               if (self && expired) self->cancel_write();
             });
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
  if (chunks_->next(*out_.mutable_update())) {
    pushed_octets_.add(out_.update().ByteSizeLong());
    return true;
  }
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
  if (!ok) return end(grpc::Status(grpc::Status::OK));
  events_.arrived(*this, in_);
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
  }
  StartRead(&in_);
}

void ProxyStream::OnCancel() { end(grpc::Status(grpc::Status::CANCELLED)); }

void ProxyStream::OnDone() {
  const std::shared_ptr<ProxyStream> until_the_end = shared_from_this();
  alarm_.Cancel();
  events_.gone(*this);
}

}  // namespace postern::publish
