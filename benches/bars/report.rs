//! The table: printed, kept for comparison, and written into docs/performance.md between two marks.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::machine;
use crate::options::Options;
use crate::plot::Line;

/// Between these two lines of docs/performance.md a table is written anew.
const BARS: [&str; 2] = [
    "<!-- bars: made by bin/bench, not by hand -->",
    "<!-- bars end -->",
];
/// The same for building.
const BUILDS: [&str; 2] = [
    "<!-- builds: made by bin/bench builds, not by hand -->",
    "<!-- builds end -->",
];
/// The head of a table.
const HEAD: &str =
    "| bar | what | here | beside it | ratio | asked | met |\n|---|---|---:|---:|---:|---|---|\n";
/// How far ratios of two runs may lie apart.
const AGREE: f64 = 0.2;

/// What is asked of a row.
#[derive(Debug, Clone, Copy)]
pub enum Bar {
    /// Nothing: it is told for comparison.
    None,
    /// The value.
    AtMost(f64),
    /// The value.
    AtLeast(f64),
    /// The ratio.
    RatioAtLeast(f64),
    /// The ratio.
    RatioAtMost(f64),
}

/// Something measured.
#[derive(Debug, Clone)]
pub struct Row {
    /// `P1`.
    pub bar: &'static str,
    /// In words.
    pub what: String,
    /// The program's figure.
    pub ours: f64,
    /// Of both figures.
    pub unit: &'static str,
    /// What it is compared with.
    pub limit: Option<f64>,
    /// The program's ÷ the other one.
    pub ratio: Option<f64>,
    /// What is asked.
    pub must: Bar,
}

/// A run, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    users: u64,
    ratios: Vec<(String, String, f64)>,
}

/// The rows of a run.
pub struct Report {
    options: Options,
    rows: Vec<Row>,
    growth: Option<(String, String)>,
    load: f64,
    started: std::time::Instant,
}

impl Report {
    /// An empty one.
    pub fn new(options: &Options) -> Report {
        Report {
            options: options.clone(),
            rows: Vec::new(),
            growth: None,
            load: machine::load(),
            started: std::time::Instant::now(),
        }
    }

    /// Adds a row and prints it.
    pub fn add(&mut self, row: Row) {
        println!("  {}", line(&row));
        self.rows.push(row);
    }

    /// Adds the table and the plot of growth.
    pub fn grows(&mut self, sizes: &[u64], lines: &[Line], svg: &str) {
        let heads: Vec<String> = sizes.iter().map(|size| grouped(*size)).collect();
        let mut table = format!(
            "| a second, users | {} |\n|---|{}\n",
            heads.join(" | "),
            "---:|".repeat(sizes.len())
        );
        for each in lines {
            let values: Vec<String> = each.values.iter().map(|value| figure(*value)).collect();
            let _ = writeln!(table, "| {} | {} |", each.name, values.join(" | "));
        }
        println!("{table}");
        self.growth = Some((table, svg.to_string()));
    }

    /// Prints the table and the comparison with the run before; a whole run is written down.
    pub fn finish(self) {
        let table = self.table();
        println!("\n{table}");
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let name = |which: &str| folder.join(format!("bars-{}-{which}.json", self.options.users));
        let kept = Kept {
            users: self.options.users,
            ratios: self
                .rows
                .iter()
                .filter_map(|row| Some((row.bar.to_string(), row.what.clone(), row.ratio?)))
                .collect(),
        };
        let before = fs::read_to_string(name("last"))
            .ok()
            .and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        let compared = before.map(|before| compare(&before, &kept));
        if let Some(compared) = &compared {
            println!("{compared}");
        }
        if self.options.is_complete() {
            let _ = fs::rename(name("last"), name("before"));
            fs::write(name("last"), serde_json::to_string(&kept).unwrap()).unwrap();
        }
        if self.options.is_whole() {
            self.write_down(&table, compared.as_deref());
        } else {
            if let Some((_, svg)) = &self.growth {
                let plot = folder.join("growth.svg");
                fs::write(&plot, svg).unwrap();
                println!("The plot of growth: {}", plot.display());
            }
            println!("Not a whole run: docs/performance.md stays as it is.");
        }
        let missed = self
            .rows
            .iter()
            .filter(|row| met(row) == Some(false))
            .count();
        println!(
            "{missed} bars missed; {:.0} minutes.",
            self.started.elapsed().as_secs_f64() / 60.0
        );
    }

    fn table(&self) -> String {
        let mut text = format!(
            "Measured on {} on {}: {} users, medians of {} rounds in turns. Other load of the machine when it began: {:.1}.\n\n{HEAD}",
            user_accounts::clock::now().date(),
            machine::words(),
            grouped(self.options.users),
            self.options.rounds,
            self.load,
        );
        for row in &self.rows {
            text.push_str(&line(row));
            text.push('\n');
        }
        text
    }

    /// The table of builds, which stands beside the other.
    pub fn write_builds(&self) {
        let mut text = format!(
            "Measured on {} on {}.\n\n{HEAD}",
            user_accounts::clock::now().date(),
            machine::words()
        );
        for row in &self.rows {
            text.push_str(&line(row));
            text.push('\n');
        }
        println!("\n{text}");
        put_between(BUILDS, &text);
    }

    fn write_down(&self, table: &str, compared: Option<&str>) {
        let mut made = table.to_string();
        if let Some((growth, svg)) = &self.growth {
            fs::write(docs().join("growth.svg"), svg).unwrap();
            let _ = write!(
                made,
                "\n### Growth\n\n![Acts a second by users in the database](growth.svg)\n\n{growth}"
            );
        }
        if let Some(compared) = compared {
            let _ = write!(made, "\n{compared}");
        }
        put_between(BARS, &made);
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Puts a text between two marks of docs/performance.md; at its end, where they are missing.
fn put_between([begin, end]: [&str; 2], made: &str) {
    let file = docs().join("performance.md");
    let text = fs::read_to_string(&file).unwrap();
    let made = format!("{begin}\n\n{}\n\n{end}", made.trim());
    let fresh = match (text.find(begin), text.find(end)) {
        (Some(from), Some(to)) => format!("{}{made}{}", &text[..from], &text[to + end.len()..]),
        _ => format!("{}\n\n{made}\n", text.trim_end()),
    };
    fs::write(file, fresh).unwrap();
}

/// How far the ratios of two runs lie apart.
fn compare(before: &Kept, now: &Kept) -> String {
    let mut text = format!(
        "Against the run before, with {} users:\n\n| bar | what | before | now | apart |\n|---|---|---:|---:|---:|\n",
        grouped(before.users)
    );
    let mut apart = 0;
    for (bar, what, ratio) in &now.ratios {
        let Some((_, _, old)) = before
            .ratios
            .iter()
            .find(|(other, words, _)| other == bar && words == what)
        else {
            continue;
        };
        let difference = ratio / old - 1.0;
        apart += usize::from(difference.abs() > AGREE);
        let _ = writeln!(
            text,
            "| {bar} | {what} | {old:.2} | {ratio:.2} | {:+.0} % |",
            difference * 100.0
        );
    }
    let _ = writeln!(
        text,
        "\n{apart} ratios lie more than {:.0} % apart.",
        AGREE * 100.0
    );
    text
}

fn met(row: &Row) -> Option<bool> {
    match row.must {
        Bar::None => None,
        Bar::AtMost(most) => Some(row.ours <= most),
        Bar::AtLeast(least) => Some(row.ours >= least),
        Bar::RatioAtLeast(least) => Some(row.ratio? >= least),
        Bar::RatioAtMost(most) => Some(row.ratio? <= most),
    }
}

fn line(row: &Row) -> String {
    let with_unit = |value: f64| match row.unit {
        "" => figure(value),
        "/s" => format!("{}/s", figure(value)),
        unit => format!("{} {unit}", figure(value)),
    };
    let asked = match row.must {
        Bar::None => String::new(),
        Bar::AtMost(value) => format!("≤ {value}"),
        Bar::AtLeast(value) => format!("≥ {value}"),
        Bar::RatioAtLeast(value) => format!("ratio ≥ {value}"),
        Bar::RatioAtMost(value) => format!("ratio ≤ {value}"),
    };
    format!(
        "| {} | {} | {} | {} | {} | {asked} | {} |",
        row.bar,
        row.what,
        with_unit(row.ours),
        row.limit.map_or(String::new(), with_unit),
        row.ratio
            .map_or(String::new(), |ratio| format!("{ratio:.2}")),
        match met(row) {
            None => "",
            Some(true) => "yes",
            Some(false) => "**no**",
        }
    )
}

/// Three digits are all that a measurement tells.
fn figure(value: f64) -> String {
    if value >= 100.0 {
        grouped(value.round() as u64)
    } else if value >= 10.0 || value == value.round() {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

/// `1,000,000`.
pub fn grouped(number: u64) -> String {
    user_accounts::web::components::grouped(number)
}
