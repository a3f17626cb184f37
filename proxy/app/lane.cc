#include "proxy/app/lane.h"

#include <memory>
#include <utility>

namespace postern::proxy_app {

void Lane::adopt(adopt::Handover handover, const adopt::WorkerAnswer& answer) {
  for (const adopt::ClosedDoor& door : handover.closed) {
    gate.close_doors(
        door.port, [closed = answer.closed, port = door.port] { closed(port); }, door.address);
  }
  const auto& with = handover.prepared ? handover.prepared : worker.prepared();
  for (adopt::EndpointsChange& change : handover.endpoints) {
    worker.adopt_endpoints(change.backend, std::move(change.now),
                           with ? with->snapshot.get() : nullptr);
  }
  std::shared_ptr<const net::Prepared> before;
  if (handover.prepared) before = worker.adopt(std::move(handover.prepared));
  for (adopt::NewDoor& door : handover.opened) {
    gate.open_door(door.port, std::move(door.socket));
  }
  answer.adopted(std::move(before));
}

// Guests whom the closing doors send away are sessions too, so it is looked for nobody when the
// doors are shut.
void Lane::leave(const session::Leave& how, const std::shared_ptr<Departures>& departures) {
  worker.drain(how);
  gate.close_all_doors(
      [this, departures] { worker.when_empty([departures] { departures->left(); }); });
}

// A full inbox is emptied each turn.
void on_worker(Lane& lane, const std::function<void()>& work) {
  while (!lane.worker.post(work)) std::this_thread::yield();
}

// std::function copies, sockets do not: the handover travels behind a pointer.
adopt::HandToWorker hand_to(Lane& lane) {
  return [&lane](adopt::Handover handover, adopt::WorkerAnswer answer) {
    auto parcel = std::make_shared<adopt::Handover>(std::move(handover));
    on_worker(lane, [&lane, parcel, answer = std::move(answer)] {
      lane.adopt(std::move(*parcel), answer);
    });
  };
}

}  // namespace postern::proxy_app
