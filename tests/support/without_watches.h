// The kernel as it is when nobody may watch another descriptor: fs.epoll.max_user_watches is used
// up. In a thread of its own, which alone meets it.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <thread>

namespace postern::test {

// For the rest of this thread's life.
inline void use_up_watches() {
  std::array<sock_filter, 4> steps{{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_epoll_ctl},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSPC},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  }};
  const sock_fprog program{static_cast<unsigned short>(steps.size()), steps.data()};
  const bool done = ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
                    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  if (!done) throw std::runtime_error("no seccomp filter");
}

template <class Work>
void without_watches(Work work) {
  std::thread([&work] {
    use_up_watches();
    work();
  }).join();
}

}  // namespace postern::test
