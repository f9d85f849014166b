//! PostgreSQL's own load tool, which sends the program's SQL as fast as it can be answered.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::site::Site;

/// Scripts for one process of pgbench, each sent as often as the others.
pub struct Script {
    files: Vec<PathBuf>,
    /// Names in the scripts with what stands for them.
    values: Vec<(String, String)>,
    /// Distinguishes what processes add beside each other.
    who: usize,
}

impl Script {
    /// Writes the scripts down.
    pub fn new(site: &Site, name: &str, who: usize, texts: &[String]) -> Script {
        let files = texts
            .iter()
            .enumerate()
            .map(|(number, text)| {
                let file = site
                    .options
                    .folder
                    .join(format!("{name}-{who}-{number}.sql"));
                std::fs::write(&file, text).unwrap();
                file
            })
            .collect();
        Script {
            files,
            values: Vec::new(),
            who,
        }
    }

    /// With values for the names in the scripts, which PostgreSQL gets as parameters.
    pub fn with(mut self, values: Vec<(String, String)>) -> Script {
        self.values = values;
        self
    }
}

/// Transactions a second of all `scripts` beside each other, each over `connections`.
pub fn run(site: &Site, scripts: &[Script], connections: u32, seconds: f64) -> f64 {
    // Beyond what any round before has used.
    let first = user_accounts::clock::now().unix_timestamp_nanos() / 100_000;
    let children: Vec<Child> = scripts
        .iter()
        .map(|script| {
            let mut command = Command::new(program());
            command
                .args(["-n", "-M", "prepared"])
                .arg(format!("-c{connections}"))
                .arg(format!("-T{}", seconds.ceil()))
                .args([
                    "-D",
                    &format!("n={first}"),
                    "-D",
                    &format!("who={}", script.who),
                ])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            for (name, value) in &script.values {
                command.arg("-D").arg(format!("{name}={value}"));
            }
            for file in &script.files {
                command.arg("-f").arg(file);
            }
            // As the program's connections are set: another plan would be another limit.
            let options: Vec<String> = user_accounts::db::PLANNING
                .iter()
                .map(|(setting, value)| format!("-c {setting}={value}"))
                .collect();
            command.env("PGOPTIONS", options.join(" "));
            command
                .arg(&site.url)
                .spawn()
                .expect("pgbench is installed")
        })
        .collect();
    children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "pgbench: {told}{complaint}");
            told.lines()
                .find_map(|line| line.strip_prefix("tps = "))
                .and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok())
                .unwrap_or_else(|| panic!("pgbench: {told}{complaint}"))
        })
        .sum()
}

/// On the PATH, or where Debian keeps it.
fn program() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin/pgbench"))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from("pgbench"))
}
