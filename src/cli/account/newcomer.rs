//! An administrator who is new: their name, their first password, and where they sign in.

use std::io::{BufRead as _, IsTerminal as _};

use secrecy::SecretString;

use crate::cli::Refusal;
use crate::config::Config;
use crate::passwords::{About, Hasher, OwnPassword};
use crate::users::{FirstPassword, Profile, Username};

/// What stands on standard input, where a password is to be read from there.
pub(super) fn typed_password(from_stdin: bool) -> Result<Option<SecretString>, Refusal> {
    if !from_stdin {
        return Ok(None);
    }
    let typed = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("Password: ")
            .map_err(|error| format!("No password was read: {error}."))?
    } else {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| format!("No password was read: {error}."))?;
        line.trim_end_matches(['\r', '\n']).to_string()
    };
    Ok(Some(typed.into()))
}

/// The first password: a mailed one, or the own one that was typed, judged as on the page and hashed.
pub(super) fn first_password(
    config: &Config,
    typed: Option<&SecretString>,
    username: &Username,
    profile: &Profile,
    company: &str,
) -> Result<FirstPassword, Refusal> {
    let Some(typed) = typed else {
        return Ok(FirstPassword::Mailed);
    };
    let about = About {
        username: username.as_str(),
        first_name: &profile.first_name,
        last_name: &profile.last_name,
        company,
        product: &config.product_name,
    };
    let password = OwnPassword::parse(typed, about).map_err(|problem| problem.to_string())?;
    let hasher =
        Hasher::start(1).map_err(|error| format!("No thread could be started: {error}."))?;
    hasher
        .hash(password.secret())
        .map(FirstPassword::Own)
        .map_err(|busy| busy.to_string())
}

/// The address, or a sentence.
pub(super) fn username(email: &str) -> Result<Username, Refusal> {
    Username::parse(email).map_err(|problem| problem.to_string())
}

/// The names, or a sentence.
pub(super) fn profile(first_name: &str, last_name: &str) -> Result<Profile, Refusal> {
    let typed = Profile {
        first_name: first_name.into(),
        last_name: last_name.into(),
        ..Profile::default()
    };
    Profile::parse(&typed).map_err(|problems| {
        let sentences: Vec<String> = problems
            .iter()
            .map(|(field, problem)| format!("{}: {problem}", field.label()))
            .collect();
        sentences.join(" ")
    })
}

/// Where they sign in, and with which password.
pub(super) fn first_steps(
    config: &Config,
    username: &Username,
    password: &FirstPassword,
) -> String {
    let (who, origin) = (username.as_str(), config.public_url.origin());
    match password {
        FirstPassword::Mailed => {
            format!("{who} gets a mail with a password and signs in at {origin}/sign-in.")
        }
        FirstPassword::Own(_) => {
            format!("{who} signs in with the password you gave, at {origin}/sign-in.")
        }
    }
}
