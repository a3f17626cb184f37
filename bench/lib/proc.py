"""What processes cost, from /proc: CPU of a whole tree (each thread's run time, to the nanosecond), memory as
proportional share, and what the kernel holds for them. Text in, numbers out: the parsing is tested without a kernel."""
import os
import pathlib

TICKS = os.sysconf("SC_CLK_TCK")
PROC = pathlib.Path("/proc")


def read(path):
    """Empty when the process or thread has just gone."""
    try:
        return pathlib.Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def parent_and_reaped(stat):
    """Of /proc/PID/stat: the parent's id, and the seconds of its children that have ended and were waited for. The name
    in brackets may hold brackets and blanks itself."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[1]), (int(fields[13]) + int(fields[14])) / TICKS) if len(fields) > 14 else (0, 0.0)


def run_seconds(schedstat):
    """Of /proc/PID/task/TID/schedstat: the time on a CPU."""
    fields = schedstat.split()
    return int(fields[0]) * 1e-9 if fields else 0.0


def kib_of(text, name):
    """Of smaps_rollup or meminfo: the KiB in the line of this name; 0 without one."""
    for line in text.splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def busy_seconds(stat):
    """Of /proc/stat: user, nice, system, interrupts and soft interrupts of all CPUs."""
    fields = [int(field) for field in stat.splitlines()[0].split()[1:]]
    return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / TICKS


def slab_kib(slabinfo):
    """Of /proc/slabinfo: {cache: KiB of its objects in use}."""
    found = {}
    for line in slabinfo.splitlines():
        fields = line.split()
        if len(fields) > 4 and fields[1].isdigit():
            found[fields[0]] = int(fields[1]) * int(fields[3]) / 1024
    return found


def tree(roots):
    """These processes and all that descend from them."""
    children = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            children.setdefault(parent_and_reaped(read(entry / "stat"))[0], []).append(int(entry.name))
    found = list(roots)
    for pid in found:
        found += children.get(pid, [])
    return found


def tasks(pid):
    try:
        return list((PROC / str(pid) / "task").iterdir())
    except OSError:
        return []


def cpu_seconds(roots):
    total = 0.0
    for pid in tree(roots):
        total += parent_and_reaped(read(PROC / str(pid) / "stat"))[1]
        total += sum(run_seconds(read(task / "schedstat")) for task in tasks(pid))
    return total


def pss_kib(roots):
    return sum(kib_of(read(PROC / str(pid) / "smaps_rollup"), "Pss") for pid in tree(roots))


def own_kib(roots):
    """The same without pages of files: programs and libraries are shared with whoever else runs them, and their share
    changes when he comes or goes."""
    return sum(kib_of(text, name) for text in (read(PROC / str(pid) / "smaps_rollup") for pid in tree(roots))
               for name in ("Pss_Anon", "Pss_Shmem"))


def machine_busy():
    return busy_seconds(read(PROC / "stat"))


def slabs():
    return slab_kib(read(PROC / "slabinfo"))
