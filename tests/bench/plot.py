"""Writes an SVG picture of how cost grows with the number of sessions, for light and dark pages."""

import math

WIDTH, HEIGHT = 880, 660
PANEL_WIDTH, PANEL_HEIGHT = 295, 210
LEFT, TOP = 70, 84
STEP_X, STEP_Y = 415, 300

# A line is identified by its colour and by the name at its end.
LIGHT = {"sst": "#0550ae", "sofia": "#bc4c00", "libev": "#1a7f37", "libevent": "#8250df",
         "libuv": "#9a6700", "own": "#0550ae", "peer": "#1a7f37"}
DARK = {"sst": "#79c0ff", "sofia": "#ffa657", "libev": "#56d364", "libevent": "#d2a8ff",
        "libuv": "#e3b341", "own": "#79c0ff", "peer": "#56d364"}
NAMES = {"sst": "libsst", "sofia": "Sofia-SIP", "own": "by this side", "peer": "by the peer"}


def style():
    def colours(table):
        return "".join(".%s{stroke:%s}text.%s{fill:%s;stroke:none}" % (key, value, key, value)
                       for key, value in table.items())
    return ("<style>\n.paper{fill:#ffffff;stroke:#d0d7de}\n"
            "text{font-family:system-ui,\"DejaVu Sans\",sans-serif;font-size:12px;fill:#1f2328}\n"
            ".title{font-size:16px;font-weight:600}.panel{font-size:13px;font-weight:600}\n"
            ".small{font-size:11px;fill:#59636e}.grid{stroke:#d0d7de;stroke-width:1}\n"
            ".curve{fill:none;stroke-width:1.5}.bold{stroke-width:3}text.bold{font-weight:700}\n"
            + colours(LIGHT) + "\n@media (prefers-color-scheme:dark){\n"
            ".paper{fill:#0d1117;stroke:#3d444d}text{fill:#e6edf3}.small{fill:#9198a1}\n"
            ".grid{stroke:#3d444d}\n" + colours(DARK) + "\n}\n</style>\n")


def number(value):
    return "%g M" % (value / 1e6) if value >= 1e6 else "{:,}".format(value)


def duration(ns):
    return "%g µs" % (ns / 1000) if ns >= 1000 else "%g ns" % ns


def apart(ends):
    """Spreads the names at the ends of lines: {key: height}"""
    placed = {}
    last = None
    for key, y in sorted(ends.items(), key=lambda item: item[1]):
        last = y if last is None or y - last >= 14 else last + 14
        placed[key] = last
    return placed


def panel(title, curves, x0, y0):
    """curves: {key: {size: ns}}; both axes are logarithmic."""
    sizes = sorted({size for curve in curves.values() for size in curve})
    values = [value for curve in curves.values() for value in curve.values()]
    low = 10 ** math.floor(math.log10(min(values)))
    high = 10 ** math.ceil(math.log10(max(values)))

    def at_x(size):
        return x0 + PANEL_WIDTH * (math.log10(size / sizes[0]) / math.log10(sizes[-1] / sizes[0]))

    def at_y(value):
        return y0 + PANEL_HEIGHT * (1 - math.log10(value / low) / math.log10(high / low))

    out = ['<text class="panel" x="%d" y="%d">%s</text>\n' % (x0, y0 - 12, title)]
    power = low
    while power <= high * 1.01:
        out.append('<path class="grid" d="M%d %.1fh%d"/>\n' % (x0, at_y(power), PANEL_WIDTH))
        out.append('<text class="small" x="%d" y="%.1f" text-anchor="end">%s</text>\n'
                   % (x0 - 6, at_y(power) + 4, duration(power)))
        power *= 10
    for size in sizes:
        out.append('<path class="grid" d="M%.1f %dv4"/>\n' % (at_x(size), y0 + PANEL_HEIGHT))
        out.append('<text class="small" x="%.1f" y="%d" text-anchor="middle">%s</text>\n'
                   % (at_x(size), y0 + PANEL_HEIGHT + 18, number(size)))
    names = apart({key: at_y(curve[max(curve)]) for key, curve in curves.items()})
    for key, curve in curves.items():
        bold = " bold" if key in ("sst", "own") else ""
        points = " ".join("%.1f,%.1f" % (at_x(size), at_y(curve[size])) for size in sorted(curve))
        out.append('<polyline class="curve %s%s" points="%s"/>\n' % (key, bold, points))
        out.append('<text class="%s%s" x="%.1f" y="%.1f">%s</text>\n'
                   % (key, bold, at_x(max(curve)) + 8, names[key] + 4, NAMES.get(key, key)))
    return "".join(out)


def draw(panels):
    """panels: [(title, {key: {size: ns}})], four of them."""
    title = "What grows with the number of sessions"
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" '
           'role="img">\n<title>%s</title>\n' % (WIDTH, HEIGHT, WIDTH, HEIGHT, title), style(),
           '<rect class="paper" x="0.5" y="0.5" width="%d" height="%d" rx="6"/>\n'
           % (WIDTH - 1, HEIGHT - 1),
           '<text class="title" x="24" y="34">%s</text>\n' % title,
           '<text class="small" x="24" y="52">CPU time of one operation, by how many sessions or '
           'timers there are; both axes are logarithmic</text>\n']
    for place, (name, curves) in enumerate(panels):
        out.append(panel(name, curves, LEFT + STEP_X * (place % 2),
                         TOP + 20 + STEP_Y * (place // 2)))
    out.append("</svg>\n")
    return "".join(out)
