#include "proxy/auth/http_connection.h"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "common/base/check.h"
#include "proxy/net/dialer.h"

namespace postern::auth {

using net::Io;
using net::IoStatus;

void HttpConnection::ask(Buffer request, config::Strictness strictness) {
  check(request_.empty() && !reader_, "one question at a time");
  request_ = std::move(request);
  reader_ = std::make_unique<ResponseReader>(strictness);
  ++questions_;
  if (phase_ == Phase::Idle) phase_ = Phase::Sending;
}

Step HttpConnection::advance(net::TlsSessions& sessions) {
  Step step = Step::Waiting;
  if (phase_ == Phase::Connecting) step = connect(sessions);
  if (phase_ == Phase::Handshaking && step == Step::Waiting) step = handshake();
  if (phase_ == Phase::Sending && step == Step::Waiting) step = send();
  if (phase_ == Phase::Reading && step == Step::Waiting) step = read();
  return step;
}

Step HttpConnection::connect(net::TlsSessions& sessions) {
  net::ConnectState state = net::connect_state(stream_);
  switch (state.state) {
    case net::Connecting::UnderWay: return Step::Waiting;
    case net::Connecting::Failed: return fail(Step::Unreached, std::move(state.reason));
    case net::Connecting::Connected: break;
  }
  if (tls_) stream_.secure(tls_->open(sessions));
  phase_ = tls_ ? Phase::Handshaking : Phase::Sending;
  return Step::Waiting;
}

Step HttpConnection::handshake() {
  switch (stream_.handshake().status) {
    case IoStatus::WantRead:
    case IoStatus::WantWrite: return Step::Waiting;
    case IoStatus::Done: break;
    case IoStatus::Ended:
    case IoStatus::Broken: return fail(Step::Unreached, stream_.tls_error());
  }
  phase_ = Phase::Sending;
  return Step::Waiting;
}

// An answer that is there before its question is somebody else's (AU8): looked for each time that
// there is something to send, once.
Step HttpConnection::send() {
  const bool is_quiet = std::exchange(is_quiet_, false);
  switch (is_quiet ? IoStatus::WantRead : unasked()) {
    case IoStatus::WantRead:
    case IoStatus::WantWrite: break;
    case IoStatus::Done: return fail(Step::Garbled, "octets came before the question");
    case IoStatus::Ended:
    case IoStatus::Broken:
      return fail(reused() ? Step::Closed : Step::Unreached, closed("before the question"));
  }
  while (!request_.empty()) {
    const Io io = stream_.write(request_.view());
    switch (io.status) {
      case IoStatus::Done: request_.consume(io.octets); continue;
      case IoStatus::WantRead:
      case IoStatus::WantWrite: return Step::Waiting;
      case IoStatus::Ended:
      case IoStatus::Broken: return fail(Step::Closed, closed("before the question was sent"));
    }
  }
  request_.clear();
  phase_ = Phase::Reading;
  return Step::Waiting;
}

Step HttpConnection::read() {
  while (readable_) {
    const std::span<char> room = reader_->room();
    const Io io = stream_.read(room);
    switch (io.status) {
      case IoStatus::Done:
        if (!stream_.secured() && io.octets < room.size()) readable_ = ended_;
        break;
      case IoStatus::WantRead: readable_ = false; return Step::Waiting;
      case IoStatus::WantWrite: return Step::Waiting;
      case IoStatus::Ended:
      case IoStatus::Broken:
        if (!reader_->begun()) return fail(Step::Closed, closed("without an answer"));
        return judge(reader_->ended());
    }
    const Step step = judge(reader_->took(io.octets));
    if (step != Step::Waiting) return step;
  }
  return Step::Waiting;
}

Step HttpConnection::judge(Reading reading) {
  switch (reading) {
    case Reading::NeedMore: return Step::Waiting;
    case Reading::Done: return Step::Answered;
    case Reading::Malformed: break;
  }
  return fail(Step::Garbled, reader_->fault());
}

void HttpConnection::settle() {
  reader_.reset();
  phase_ = Phase::Idle;
}

bool HttpConnection::quiet() {
  if (phase_ != Phase::Idle) return false;
  // Looked at itself, whatever the loop has told: an answer that nobody asked for may be there
  // since, and the next question would be given it.
  const IoStatus status = unasked();
  is_quiet_ = status == IoStatus::WantRead || status == IoStatus::WantWrite;
  return is_quiet_;
}

net::IoStatus HttpConnection::unasked() {
  char octet = 0;  // a second answer may hold a password: one octet of it is no secret
  const IoStatus status = stream_.read({&octet, 1}).status;
  if (status == IoStatus::WantRead) readable_ = false;
  return status;
}

std::string HttpConnection::closed(std::string_view when) const {
  std::string out = fmt::format("closed {}", when);
  if (stream_.secured()) out.append(": ").append(stream_.tls_error());
  return out;
}

Step HttpConnection::fail(Step step, std::string reason) {
  reason_ = std::move(reason);
  request_.clear();
  return step;
}

}  // namespace postern::auth
