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

}  // namespace postern::session
