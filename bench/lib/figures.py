"""Figures held against others: medians of runs, ratios, and whether a bar is met."""
import statistics


def median(values):
    return statistics.median(values) if values else None


def ratio(ours, theirs):
    return None if ours is None or not theirs else ours / theirs


class Bar:
    """At most `most`: times the base's figure, or (absolute) in the figure's own unit."""

    def __init__(self, most, absolute=False):
        self.most, self.absolute = most, absolute

    def verdict(self, ours, theirs):
        held = ours if self.absolute else ratio(ours, theirs)
        if held is None:
            return "not measured"
        return "met" if held <= self.most else "MISSED"

    def words(self):
        return f"≤ {self.most:g}" + ("" if self.absolute else " ×")


def shown(value):
    """Three figures that count."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    digits = 3 - len(str(int(abs(value)))) if abs(value) >= 1 else 3
    return f"{value:.{max(0, digits)}f}"


def columns(rows):
    """A table of text; the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows)
