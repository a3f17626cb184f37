"""A picture of ratios: one bar a test, ours to nginx, with nginx's own line and the bar that it is held to. An SVG by
hand; its colours follow the reader's light or dark."""
from xml.sax.saxutils import escape

LEFT, WIDTH, ROW, TOP = 250, 400, 26, 64
STYLE = """text { font: 13px system-ui, sans-serif; fill: #24292f } .small { font-size: 11px; fill: #57606a }
.met { fill: #1a7f37 } .missed { fill: #cf222e } .nginx { stroke: #57606a; stroke-dasharray: 3 3 }
.bar { stroke: #9a6700; stroke-width: 3 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .small { fill: #9ea7b3 } .met { fill: #3fb950 }
.missed { fill: #f85149 } .nginx { stroke: #9ea7b3 } .bar { stroke: #d29922 } }"""


def line(css, x, top, bottom):
    return f'<line class="{css}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>'


def words(text, x, y, css="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y}" class="{css}" text-anchor="{anchor}">{escape(text)}</text>'


def draw_row(index, name, held, bar, met, label, most):
    """`held` and `bar` are times nginx's figure."""
    y = TOP + index * ROW
    x = LEFT + WIDTH * min(held, most) / most
    return [words(name, LEFT - 10, y + 14, anchor="end"),
            f'<rect class="{"met" if met else "missed"}" x="{LEFT}" y="{y + 3}" width="{x - LEFT:.1f}" height="15" rx="2"/>',
            line("bar", LEFT + WIDTH * min(bar, most) / most, y, y + 21), words(label, max(x, LEFT) + 8, y + 15, "small")]


def draw(title, note, rows):
    """`rows`: (name, ours : nginx, bar : nginx, met, label). Returns the text of the file."""
    most = max([1.1] + [min(row[1], 1.5) for row in rows])
    height = TOP + len(rows) * ROW + 34
    one = LEFT + WIDTH / most
    body = [words(title, 10, 22), words(note, 10, 40, "small"), line("nginx", one, TOP - 6, height - 28),
            words("nginx = 1", one, height - 12, "small", "middle"),
            words("| bar", LEFT, height - 12, "small")]
    for index, row in enumerate(rows):
        body += draw_row(index, *row, most)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {height}" width="800" height="{height}">'
            f'<style>{STYLE}</style>\n' + "\n".join(body) + "\n</svg>\n")
