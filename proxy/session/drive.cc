#include "proxy/session/drive.h"

namespace postern::session {

Flushed flush(Line& line) {
  while (!line.out.empty()) {
    if (!line.can_write) return Flushed::Blocked;
    const net::Io io = line.stream.write(line.out.view());
    switch (io.status) {
      case net::IoStatus::Done: line.out.consume(io.octets); break;
      case net::IoStatus::WantWrite: line.can_write = false; return Flushed::Blocked;
      case net::IoStatus::WantRead: line.can_read = false; return Flushed::Blocked;
      case net::IoStatus::Ended:
      case net::IoStatus::Broken: return Flushed::Broken;
    }
  }
  return Flushed::All;
}

Shaken shake_hands(net::Stream& stream, bool& can_read, bool& can_write) {
  switch (stream.handshake().status) {
    case net::IoStatus::Done: return Shaken::Done;
    case net::IoStatus::WantRead: can_read = false; return Shaken::Blocked;
    case net::IoStatus::WantWrite: can_write = false; return Shaken::Blocked;
    case net::IoStatus::Ended:
    case net::IoStatus::Broken: break;
  }
  return Shaken::Broken;
}

}  // namespace postern::session
