"""Where the CPU of a program goes, by part, as perf's samples tell: the kernel, OpenSSL, the C library, the program."""
import re
import signal
import subprocess
import time

PARTS = {"kernel": r"\[kernel|\[k\]|\[vdso\]", "libcrypto": r"libcrypto", "libssl": r"libssl", "libc": r"libc\.so|libstdc|libm\.so|ld-linux",
         "program": r"postern|nginx|ngx_|mail_load"}
ATTACHED = 0.7  # seconds until perf watches them
LINE = re.compile(r"^\s*([\d.]+)%\s+(\S.*?)\s*$")


def by_part(text):
    """Of `perf report --sort dso`: {part: share}; what is none of them is `others`."""
    found = dict.fromkeys([*PARTS, "others"], 0.0)
    for share, name in (match.groups() for match in map(LINE.match, text.splitlines()) if match):
        part = next((part for part, pattern in PARTS.items() if re.search(pattern, name)), "others")
        found[part] += float(share) / 100
    return found


class Profile:
    """Samples of these processes, from now until stop()."""

    def __init__(self, folder, pids):
        self.file = folder / "perf.data"
        self.perf = subprocess.Popen(["perf", "record", "-q", "-F", "1999", "-o", str(self.file), "-p",
                                      ",".join(map(str, pids))], stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(ATTACHED)

    def stop(self):
        self.perf.send_signal(signal.SIGINT)
        self.perf.wait(60)

    def report(self, sort):
        return subprocess.run(["perf", "report", "-i", str(self.file), "--sort", sort, "--stdio"], check=True,
                              capture_output=True, text=True, timeout=120).stdout

    def parts(self):
        return by_part(self.report("dso"))

    def hottest(self, count=12):
        lines = [line for line in self.report("dso,symbol").splitlines() if LINE.match(line)]
        return [re.sub(r"  +", "  ", line.strip(" -"))[:110] for line in lines[:count]]
