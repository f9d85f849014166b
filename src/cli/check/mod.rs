//! `check`: what is wrong, and what to do about it.

mod database;
mod folder;
mod https;
mod mail;
mod port;

use super::Refusal;
use super::output::say;
use crate::config::Config;

/// What was looked at, and what was found: a sentence either way.
type Finding = (&'static str, Result<String, String>);

/// Looks everything over; says a line each.
///
/// # Errors
/// How many things are wrong.
pub fn run(config: &Config) -> Result<(), Refusal> {
    let mut findings = https::findings(config);
    findings.extend(port::findings(config));
    findings.extend(folder::findings(config));
    findings.extend(database::findings(config));
    findings.extend(mail::findings(config));
    let mut wrong = 0;
    for (what, finding) in &findings {
        match finding {
            Ok(words) => say(format!("ok     {what}: {words}")),
            Err(words) => {
                wrong += 1;
                say(format!("WRONG  {what}: {words}"));
            }
        }
    }
    for note in config.notes() {
        say(format!("note   Configuration: {note}"));
    }
    match wrong {
        0 => Ok(()),
        1 => Err("One thing is wrong.".to_string()),
        many => Err(format!("{many} things are wrong.")),
    }
}
