#include "proxy/control/control_stream.h"

namespace postern::control {

namespace pb = config::v1alpha1;

namespace {

bool is_lasting(grpc::StatusCode code) {
  return code == grpc::StatusCode::PERMISSION_DENIED ||
         code == grpc::StatusCode::FAILED_PRECONDITION ||
         code == grpc::StatusCode::UNAUTHENTICATED || code == grpc::StatusCode::UNIMPLEMENTED;
}

}  // namespace

std::shared_ptr<Stream> GrpcTransport::open(StreamEvents events) {
  auto stream = std::make_shared<ControlStream>(thread_, std::move(events));
  stream->start(*stub_);
  return stream;
}

void ControlStream::start(pb::ConfigStream::Stub& stub) {
  self_ = shared_from_this();
  stub.async()->Connect(&context_, this);
  // Operations start outside of gRPC's own calls to us; let_go() gives the hold back.
  AddHold();
  read_next();
  StartCall();
}

void ControlStream::send(pb::ProxyMessage message) {
  messages_.push_back(std::move(message));
  write_next();
}

void ControlStream::write_next() {
  if (writing_ || over_ || messages_.empty()) return;
  writing_ = true;
  out_ = std::move(messages_.front());
  messages_.pop_front();
  StartWrite(&out_);
}

void ControlStream::OnReadDone(bool ok) {
  thread_.post([self = self_, ok] {
    if (ok) return self->look_at_message();
    self->let_go();
  });
}

void ControlStream::look_at_message() {
  if (over_) return;
  events_.arrived(*in_);
  read_next();
}

google::protobuf::ArenaOptions ControlStream::arena_options() {
  google::protobuf::ArenaOptions options;
  options.max_block_size = std::size_t{256} << 10;
  return options;
}

void ControlStream::read_next() {
  arena_.Reset();
  in_ = google::protobuf::Arena::CreateMessage<pb::ControllerMessage>(&arena_);
  StartRead(in_);
}

void ControlStream::OnWriteDone(bool ok) {
  thread_.post([self = self_, ok] {
    self->writing_ = false;
    if (ok) self->write_next();
    // Otherwise the stream is over, and the read that is open will say so.
  });
}

void ControlStream::let_go() {
  if (over_) return;
  over_ = true;
  RemoveHold();
}

void ControlStream::OnDone(const grpc::Status& status) {
  const StreamEnd end{
      is_lasting(status.error_code()) ? StreamEnd::Kind::LastingRefusal : StreamEnd::Kind::Lost,
      status.error_message()};
  thread_.post([self = self_, end] {
    self->self_.reset();
    self->events_.ended(end);
  });
}

}  // namespace postern::control
