//! The very SQL that the program sends, out of PostgreSQL's own log, so that it cannot drift from it.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use diesel::pg::PgConnection;

use crate::site::{Site, run};

/// How often an act is captured.
const TRIES: usize = 8;

/// A statement with its parameters, in the order in which it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, with `$1` where a parameter stands.
    pub text: String,
    /// The parameters as PostgreSQL writes them; nothing for null.
    pub parameters: Vec<Option<String>>,
}

/// Listens to what one site's program sends.
pub struct Capture {
    log: PathBuf,
    connection: PgConnection,
}

impl Capture {
    /// Has the site's program log every statement for the time of `work`; nothing is measured then.
    pub fn during<T>(site: &mut Site, work: impl FnOnce(&Site, &mut Capture) -> T) -> T {
        let mut connection = site.connection();
        let role = |setting: &str| format!("alter role current_user {setting}");
        run(&mut connection, &role("set log_statement = 'all'"));
        run(
            &mut connection,
            &role("set log_error_verbosity = 'default'"),
        );
        // PostgreSQL writes the parameters only where they are wanted whole.
        run(&mut connection, &role("set log_parameter_max_length = -1"));
        site.restart();
        let log = [
            &site.settings.data_dir,
            &PathBuf::from("/var/lib/user-accounts"),
        ]
        .into_iter()
        .map(|folder| folder.join("postgres.log"))
        .find(|path| path.exists())
        .expect("the private PostgreSQL keeps a log");
        // This connection was there before: what it sends is not in the log.
        let mut capture = Capture { log, connection };
        let done = work(site, &mut capture);
        for setting in [
            "log_statement",
            "log_error_verbosity",
            "log_parameter_max_length",
        ] {
            run(&mut capture.connection, &role(&format!("reset {setting}")));
        }
        site.restart();
        done
    }

    /// The statements that the program sends for `act`. Its worker looks after mails beside it: what it
    /// sends in between is left out by taking the shortest of several.
    pub fn of(&mut self, mut act: impl FnMut(usize)) -> Vec<Statement> {
        (0..TRIES)
            .map(|number| self.once(|| act(number)))
            .filter(|sent| is_whole(sent))
            .min_by_key(Vec::len)
            .expect("one of them was not disturbed")
    }

    fn once(&mut self, act: impl FnOnce()) -> Vec<Statement> {
        let from = fs::metadata(&self.log).unwrap().len();
        act();
        let mut file = fs::File::open(&self.log).unwrap();
        file.seek(SeekFrom::Start(from)).unwrap();
        let mut text = Vec::new();
        file.read_to_end(&mut text).unwrap();
        statements(&String::from_utf8_lossy(&text))
            .into_iter()
            .filter(|statement| !is_the_workers(&statement.text))
            .collect()
    }
}

/// Whether each transaction that begins also ends.
fn is_whole(sent: &[Statement]) -> bool {
    let count = |word: &str| {
        sent.iter()
            .filter(|statement| statement.text.trim().eq_ignore_ascii_case(word))
            .count()
    };
    !sent.is_empty() && count("begin") == count("commit")
}

/// What the worker beside the pages asks twice a second: due mails, running imports.
fn is_the_workers(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("skip locked")
        || text.contains("from imports where state = 'running'")
        || (text.contains("\"imports\"") && text.contains("\"state\" = "))
}

/// Whether it only asks whether the connection lives.
pub fn is_ping(statement: &Statement) -> bool {
    statement.text.trim().eq_ignore_ascii_case("select 1")
}

/// Reads the log: `… LOG:  execute <name>: text`, and `… DETAIL:  parameters: $1 = '…', $2 = NULL` behind it.
fn statements(log: &str) -> Vec<Statement> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match line.strip_prefix('\t') {
            Some(more) => {
                if let Some(entry) = entries.last_mut() {
                    entry.push('\n');
                    entry.push_str(more);
                }
            }
            None => entries.push(line.to_string()),
        }
    }
    let mut found: Vec<Statement> = Vec::new();
    for entry in entries {
        if let Some((_, rest)) = entry.split_once("] LOG:  ") {
            let text = match rest.split_once(": ") {
                Some(("statement", text)) => text,
                Some((kind, text)) if kind.starts_with("execute ") => text,
                _ => continue,
            };
            found.push(Statement {
                text: text.to_string(),
                parameters: Vec::new(),
            });
        } else if let Some((_, rest)) = entry.split_once("] DETAIL:  ")
            && let Some((_, list)) = rest.split_once("arameters: ")
            && let Some(last) = found.last_mut()
        {
            last.parameters = parameters(list);
        }
    }
    found
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn parameters(list: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let mut rest = list;
    while let Some((_, value)) = rest.split_once(" = ") {
        let Some(quoted) = value.strip_prefix('\'') else {
            found.push(None);
            rest = value;
            continue;
        };
        let mut text = String::new();
        let mut end = quoted.len();
        let mut characters = quoted.char_indices().peekable();
        while let Some((place, character)) = characters.next() {
            if character != '\'' {
                text.push(character);
            } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
                text.push('\'');
            } else {
                end = place + 1;
                break;
            }
        }
        found.push(Some(text));
        rest = quoted.get(end..).unwrap_or_default();
    }
    found
}
