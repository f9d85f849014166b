//! Who goes so that the person of a line takes their place.

use std::collections::HashMap;

use uuid::Uuid;

use super::Line;
use crate::history::Author;
use crate::users::{Held, Username};

/// Somebody who may be replaced.
#[derive(Debug, Clone)]
pub(super) struct Leaver {
    pub(super) id: Uuid,
    pub(super) name: String,
    username: Username,
}

/// The people whom lines replace, each with the line that did so first.
#[derive(Debug, Default)]
pub(super) struct Leavers(HashMap<String, u32>);

/// The usernames that lines name as leaving, as far as they are usernames.
pub(super) fn usernames(lines: &[Line]) -> Vec<Username> {
    lines
        .iter()
        .filter(|line| !line.replaces.is_empty())
        .filter_map(|line| Username::parse(&line.replaces).ok())
        .collect()
}

impl Leavers {
    /// Whom the line replaces. `listed` has the usernames on lines before it: no list keeps somebody on
    /// one line and takes them out on another, in whichever order.
    ///
    /// # Errors
    /// Why nobody can be replaced so, a sentence. What other accounts hold is told by none of them.
    pub(super) fn find(
        &self,
        author: &Author,
        held: &HashMap<String, Held>,
        listed: &HashMap<String, u32>,
        typed: &str,
    ) -> Result<Leaver, String> {
        let username = Username::parse(typed).map_err(|problem| format!("Replaces: {problem}"))?;
        let Some(Held::Here {
            id,
            profile,
            active,
            administrator,
        }) = held.get(username.as_str())
        else {
            return Err(format!(
                "Replaces: nobody in your account has the username {}.",
                username.as_str()
            ));
        };
        let name = profile.full_name();
        if let Some(line) = self.line_replacing(&username) {
            return Err(format!(
                "Replaces: {name} is replaced on line {line} already."
            ));
        }
        if let Some(line) = listed.get(username.as_str()) {
            return Err(format!(
                "Replaces: {name} stands on line {line}. Take out one of the two lines."
            ));
        }
        if !active {
            return Err(format!(
                "Replaces: {name} is inactive already. Leave that column empty to add this person."
            ));
        }
        // No list takes out who hands it in, who may have ceased to be one since, or the last one.
        if *administrator || author.user_id() == Some(*id) {
            return Err(format!(
                "Replaces: {name} is an administrator. Replace them on their own page."
            ));
        }
        Ok(Leaver {
            id: *id,
            name,
            username,
        })
    }

    /// The line on which that person is replaced.
    pub(super) fn line_replacing(&self, username: &Username) -> Option<u32> {
        self.0.get(username.as_str()).copied()
    }

    /// Nobody else takes their place.
    pub(super) fn note(&mut self, leaver: &Leaver, line: u32) {
        self.0.insert(leaver.username.as_str().to_string(), line);
    }
}
