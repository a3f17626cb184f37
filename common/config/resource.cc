#include "common/config/resource.h"

namespace postern::config {

std::string_view name_of(ResourceType type) {
  switch (type) {
    case ResourceType::Secret: return "SECRET";
    case ResourceType::Backend: return "BACKEND";
    case ResourceType::Endpoints: return "ENDPOINTS";
    case ResourceType::Table: return "TABLE";
    case ResourceType::Provider: return "PROVIDER";
    case ResourceType::Server: return "SERVER";
    case ResourceType::Listener: return "LISTENER";
    case ResourceType::Class: return "CLASS";
    case ResourceType::TicketKeys: return "TICKET_KEYS";
  }
  return "?";
}

}  // namespace postern::config
