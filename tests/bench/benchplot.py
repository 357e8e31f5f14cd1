# SPDX-License-Identifier: LGPL-2.1-or-later
"""Log-log line plots as SVG."""

import math

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 560, 300, 64, 44, 34, 16
COLOURS = ["#2a6fdb", "#d1495b", "#3a9d5d", "#8a5fbf"]


def decades(low, high):
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)


def plot(path, title, x_label, y_label, series):
    """series: {name: [(x, y), …]}, all above zero."""
    points = [p for line in series.values() for p in line]
    xs = decades(min(p[0] for p in points), max(p[0] for p in points))
    ys = decades(min(p[1] for p in points), max(p[1] for p in points))

    def place(x, y):
        return (LEFT + (math.log10(x) - xs[0]) / (xs[-1] - xs[0]) * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - (math.log10(y) - ys[0]) / (ys[-1] - ys[0])
                * (HEIGHT - BOTTOM - TOP))

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="11">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
           f'<text x="{LEFT}" y="18" font-size="13">{title}</text>']
    for d in xs:
        x, y = place(10 ** d, 10 ** ys[0])
        out.append(f'<path d="M{x:.1f} {TOP}V{y:.1f}" stroke="#ddd"/>'
                   f'<text x="{x:.1f}" y="{y + 14:.1f}" text-anchor="middle">{10 ** d:g}</text>')
    for d in ys:
        x, y = place(10 ** xs[0], 10 ** d)
        out.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10 ** d:g}</text>')
    out.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 8}" text-anchor="middle">'
               f'{x_label}</text>')
    out.append(f'<text transform="translate(14 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
               f'{y_label}</text>')
    for i, (name, line) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        placed = [place(x, y) for x, y in sorted(line)]
        path_data = "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        out.append(f'<path d="M{path_data}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in placed]
        out.append(f'<text x="{LEFT + 12}" y="{TOP + 14 + 15 * i}" fill="{colour}">{name}</text>')
    out.append("</svg>")
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")
