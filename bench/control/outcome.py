"""What was measured of a controller, beside its bars: a table for people, a file of it, and a picture."""
import datetime
import statistics

from figures import Bar, columns
from times import draw_times

TIMES = (10.0, 40.0)  # ms: median, 99 of 100
READY, WRITES = 5.0, 1.1  # seconds; statuses a change


def memory_bar(servers):
    """MiB."""
    return 64.0 if servers <= 1000 else 256.0


def quantile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def row(name, times):
    cells = [statistics.median(times), quantile(times, 0.9), quantile(times, 0.99), max(times)]
    return [name, str(len(times))] + [f"{cell:.2f}" for cell in cells]


class Outcome:
    """`said`: lines in the order in which they became known; `bars`: (name, unit, measured, most)."""

    def __init__(self, what):
        self.what, self.said, self.bars, self.times = what, [], [], {}
        self.say(f"{what}, {datetime.date.today()}")

    def say(self, line):
        print(line, flush=True)
        self.said.append(line)

    def hold(self, name, unit, measured, most):
        self.bars.append((name, unit, measured, most))

    def tell_changes(self):
        if not self.times:
            return
        everything = [time for times in self.times.values() for time in times]
        rows = [row(name, times) for name, times in {**self.times, "all": everything}.items()]
        self.say("\n" + columns([["change", "changes", "p50 ms", "p90 ms", "p99 ms", "max ms"], *rows]) + "\n")
        self.hold("p50", "ms", statistics.median(everything), TIMES[0])
        self.hold("p99", "ms", quantile(everything, 0.99), TIMES[1])

    def tell_bars(self):
        rows = [[name, f"{measured:.2f} {unit}", f"≤ {most:g}", Bar(most, absolute=True).verdict(measured, None)]
                for name, unit, measured, most in self.bars]
        self.say("\n" + columns([["figure", "measured", "bar", ""], *rows]))

    def write(self, folder, name):
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{datetime.date.today()}-{name}"
        file.with_suffix(".txt").write_text("\n".join(self.said) + "\n")
        if self.times:
            rows = [(kind, statistics.median(times), quantile(times, 0.99)) for kind, times in self.times.items()]
            file.with_suffix(".svg").write_text(draw_times(
                "From a change to the last proxy that serves it, ms", self.said[0], rows, TIMES))
        print(f"written: {file}.txt" + (", .svg" if self.times else ""))
