"""A picture of times: of each kind the median as a bar, a line from it to the 99th of 100, and the two bars that they
are held to. An SVG by hand, in the colours of picture.py."""
from picture import LEFT, ROW, STYLE, TOP, WIDTH, line, words


def draw_times(title, note, rows, bars):
    """`rows`: (name, p50, p99) in ms; `bars`: the same two. Returns the text of the file."""
    most = max([1.1 * bars[1]] + [row[2] for row in rows])
    height = TOP + len(rows) * ROW + 34
    at = [LEFT + WIDTH * bar / most for bar in bars]
    body = [words(title, 10, 22), words(note, 10, 40, "small")]
    for x, bar, name in zip(at, bars, ("p50", "p99")):
        body += [line("nginx", x, TOP - 6, height - 28),
                 words(f"{name} ≤ {bar:g} ms", x, height - 12, "small", "middle")]
    for index, (name, p50, p99) in enumerate(rows):
        y = TOP + index * ROW
        middle, end = LEFT + WIDTH * p50 / most, LEFT + WIDTH * p99 / most
        css = "met" if p50 <= bars[0] and p99 <= bars[1] else "missed"
        body += [words(name, LEFT - 10, y + 14, anchor="end"),
                 f'<rect class="{css}" x="{LEFT}" y="{y + 3}" width="{middle - LEFT:.1f}" height="15" rx="2"/>',
                 f'<rect class="{css}" x="{middle:.1f}" y="{y + 9}" width="{end - middle:.1f}" height="3"/>',
                 words(f"{p50:.1f}, {p99:.1f}", end + 8, y + 15, "small")]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {height}" width="800" height="{height}">'
            f'<style>{STYLE}</style>\n' + "\n".join(body) + "\n</svg>\n")
