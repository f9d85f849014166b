//! A plot as SVG: both axes logarithmic, readable on light and on dark.

use std::fmt::Write as _;

use crate::report::grouped;

/// Something measured at each size.
pub struct Line {
    /// What.
    pub name: String,
    /// A second, at each size.
    pub values: Vec<f64>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
/// Left, top, right, bottom: the names of lines stand on the right.
const EDGES: [f64; 4] = [72.0, 48.0, 160.0, 56.0];
/// Told apart by people who do not see every colour (Okabe and Ito), and by their ends' names.
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/// Draws the lines over the sizes.
pub fn draw(sizes: &[u64], lines: &[Line]) -> String {
    let all = || lines.iter().flat_map(|line| line.values.iter().copied());
    let lowest = all().fold(f64::INFINITY, f64::min).log10().floor();
    let highest = all().fold(0.0, f64::max).log10().ceil();
    let (first, last) = (sizes[0] as f64, sizes[sizes.len() - 1] as f64);
    let [left, top, right, bottom] = EDGES;
    let across = |size: f64| {
        let share = (size.log10() - first.log10()) / (last.log10() - first.log10()).max(1e-9);
        left + share * (WIDTH - left - right)
    };
    let up = |value: f64| {
        let share = (value.log10() - lowest) / (highest - lowest).max(1e-9);
        HEIGHT - bottom - share * (HEIGHT - top - bottom)
    };
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">
<title id="title">Acts a second by the number of users in the database</title>
<style>
.ground {{ fill: #ffffff }} .words {{ fill: #1f2328 }} .rule {{ stroke: #d1d9e0; stroke-width: 1 }}
.line {{ fill: none; stroke-width: 2.5; stroke-linejoin: round }}
@media (prefers-color-scheme: dark) {{ .ground {{ fill: #0d1117 }} .words {{ fill: #e6edf3 }} .rule {{ stroke: #30363d }} }}
</style>
<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="6"/>
<text class="words" x="{left}" y="26" font-weight="600">Acts a second, by users in the database</text>
"##
    );
    let mut decade = lowest;
    while decade <= highest {
        let (value, y) = (10_f64.powf(decade), up(10_f64.powf(decade)));
        let words = if value < 1.0 {
            value.to_string()
        } else {
            grouped(value as u64)
        };
        let _ = writeln!(
            svg,
            r#"<line class="rule" x1="{left}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}"/><text class="words" x="{:.1}" y="{:.1}" text-anchor="end">{words}</text>"#,
            WIDTH - right,
            left - 10.0,
            y + 4.5
        );
        decade += 1.0;
    }
    for size in sizes {
        let _ = writeln!(
            svg,
            r#"<text class="words" x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            across(*size as f64),
            HEIGHT - bottom + 24.0,
            grouped(*size)
        );
    }
    let names = spread(
        lines
            .iter()
            .map(|line| up(line.values[sizes.len() - 1]))
            .collect(),
    );
    for ((line, colour), name_at) in lines.iter().zip(COLOURS).zip(names) {
        let points: Vec<String> = sizes
            .iter()
            .zip(&line.values)
            .map(|(size, value)| format!("{:.1},{:.1}", across(*size as f64), up(*value)))
            .collect();
        let _ = writeln!(
            svg,
            r#"<polyline class="line" stroke="{colour}" points="{}"/>"#,
            points.join(" ")
        );
        for point in &points {
            let (x, y) = point.split_once(',').unwrap_or_default();
            let _ = writeln!(svg, r#"<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>"#);
        }
        let x = WIDTH - right + 12.0;
        let _ = writeln!(
            svg,
            r#"<circle cx="{:.1}" cy="{name_at:.1}" r="4" fill="{colour}"/><text class="words" x="{:.1}" y="{:.1}">{}</text>"#,
            x + 4.0,
            x + 14.0,
            name_at + 4.5,
            line.name
        );
    }
    svg + "</svg>\n"
}

/// Heights of names, moved apart where they would lie on each other.
fn spread(wanted: Vec<f64>) -> Vec<f64> {
    const APART: f64 = 18.0;
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|one, other| wanted[*one].total_cmp(&wanted[*other]));
    let mut placed = wanted.clone();
    for pair in order.windows(2) {
        placed[pair[1]] = placed[pair[1]].max(placed[pair[0]] + APART);
    }
    placed
}
