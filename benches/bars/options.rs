//! What was asked for at the command line.

use std::path::PathBuf;

/// What to measure, on how much, how often.
#[derive(Debug, Clone)]
pub struct Options {
    /// A look, not a claim: little data, short rounds, nothing written into the documentation.
    pub quick: bool,
    /// Users in the database.
    pub users: u64,
    /// How often each thing is measured; medians are told.
    pub rounds: usize,
    /// How long a round of load is.
    pub seconds: f64,
    /// How long the mixed load is.
    pub minutes: f64,
    /// Where the data is kept while it is measured: a disk, not memory.
    pub folder: PathBuf,
    /// The program; another build of it, where two are compared.
    pub program: PathBuf,
    only: Vec<String>,
}

impl Options {
    /// Reads the words behind `--`.
    pub fn read(words: &[String]) -> Options {
        let value = |name: &str| {
            let place = words.iter().position(|word| word == name)?;
            Some(words.get(place + 1).expect("a value follows").clone())
        };
        let number = |name: &str| value(name).map(|text| text.parse::<f64>().expect("a number"));
        let quick = words.iter().any(|word| word == "--quick");
        let otherwise = |full: f64, brief: f64| if quick { brief } else { full };
        Options {
            quick,
            users: number("--users").unwrap_or(otherwise(1_000_000.0, 20_000.0)) as u64,
            rounds: number("--rounds").unwrap_or(otherwise(5.0, 3.0)) as usize,
            seconds: number("--seconds").unwrap_or(otherwise(2.0, 1.0)),
            minutes: number("--minutes").unwrap_or(otherwise(10.0, 1.0)),
            folder: value("--folder").map_or_else(
                || {
                    PathBuf::from(format!(
                        "/var/tmp/user-accounts-bars-{}",
                        std::process::id()
                    ))
                },
                PathBuf::from,
            ),
            program: PathBuf::from(
                value("--program").unwrap_or(env!("CARGO_BIN_EXE_user-accounts").to_string()),
            ),
            only: value("--only")
                .map(|list| list.split(',').map(str::to_string).collect())
                .unwrap_or_default(),
        }
    }

    /// Whether this bar is to be measured.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }

    /// Whether every bar is measured.
    pub fn is_complete(&self) -> bool {
        self.only.is_empty()
    }

    /// Whether everything is measured at full size: only that is written down.
    pub fn is_whole(&self) -> bool {
        !self.quick && self.is_complete()
    }
}
