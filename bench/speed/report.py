"""What was measured, as a table, as JSON, as a picture, and in the README."""
import json
import re

from figures import columns, median, ratio, shown
from picture import draw


def medians(rows):
    found = {}
    for row in rows:
        found.setdefault((row["test"], row["peer"]), []).append(row["value"])
    return {key: median(values) for key, values in found.items()}


class Line:
    """A test with both sides."""

    def __init__(self, test, values):
        self.test = test
        self.nginx, self.ours = values.get((test.name, "nginx")), values.get((test.name, "postern"))
        self.limit = values.get((test.name, test.limit))
        self.verdict = test.bar.verdict(self.ours, self.nginx)

    def cells(self):
        times = ratio(self.ours, self.nginx)
        return [self.test.title, self.test.unit, shown(self.nginx), shown(self.ours),
                f"{shown(self.limit)} ({self.test.limit})", "–" if times is None else f"{times:.2f} ×",
                self.test.bar.words(), self.verdict]

    def picture_row(self):
        held = ratio(self.ours, self.nginx)
        bar = ratio(self.test.bar.most, self.nginx) if self.test.bar.absolute else self.test.bar.most
        label = f"{shown(self.ours)} : {shown(self.nginx)} {self.test.unit}"
        return self.test.title, held, bar, self.verdict == "met", label


HEAD = ["test", "unit", "nginx", "postern", "limit", "ours : nginx", "bar", ""]


def lines_of(tests, rows):
    values = medians(rows)
    return [line for line in (Line(test, values) for test in tests) if line.ours is not None]


def table(lines):
    return columns([HEAD] + [line.cells() for line in lines])


def missed(lines):
    return [line.test.name for line in lines if line.verdict != "met"]


def spread(rows):
    """Each side's runs, so that nobody takes a median for the whole truth."""
    found = {}
    for row in rows:
        found.setdefault((row["test"], row["peer"]), []).append(row)
    cells = [["test", "peer", "min", "median", "max", "runs", "p50 µs", "rate /s"]]
    for (test, peer), of_one in found.items():
        values = [row["value"] for row in of_one]
        cells.append([test, peer, shown(min(values)), shown(median(values)), shown(max(values)), str(len(values)),
                      f"{median([row['p50_us'] for row in of_one]):.0f}", f"{median([row['rate'] for row in of_one]):.0f}"])
    return columns(cells)


def write(folder, about, tests, rows):
    """The three files; returns the picture's path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = lines_of(tests, rows)
    text = "\n".join([*(f"{name}: {value}" for name, value in about.items()), "", table(lines), "", spread(rows), ""])
    (folder / f"{about['date']}.txt").write_text(text)
    (folder / f"{about['date']}.json").write_text(json.dumps({"about": about, "runs": rows}, indent=1) + "\n")
    picture = folder / f"{about['date']}.svg"
    note = f"CPU of the proxy a unit of work (idle: memory), medians; {about['date']}, {about['machine']}"
    picture.write_text(draw("Postern beside nginx: less is better", note,
                            [line.picture_row() for line in lines if line.nginx]))
    return picture


def fill(page, mark, words):
    """What stands between the marks of this name is these words now."""
    between = re.compile(rf"(<!-- {mark}: begin -->\n).*?(<!-- {mark}: end -->)", re.S)
    page.write_text(between.sub(lambda found: found[1] + words + found[2], page.read_text()))


def show_in(readme, picture, about):
    """The README names the latest picture, its date and the machine."""
    where = picture.relative_to(readme.parent)
    fill(readme, "bench", f"![What Postern costs beside nginx]({where})\n\nMeasured {about['date']} by `make bench` on "
         f"{about['machine']}; each figure with its limit and its bar: "
         f"[{where.with_suffix('.txt')}]({where.with_suffix('.txt')}).\n")


def tabulate_in(page, lines, about):
    """The table of docs/performance.md."""
    rows = [HEAD, ["---"] * len(HEAD), *(line.cells() for line in lines)]
    table_of = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    fill(page, "speed", f"{about['date']}, {about['runs']} runs each, medians; {about['machine']}; {about['programs']}:\n\n"
         f"{table_of}\n")
