//! What others did to the same person while somebody edited them, with who it was.

use uuid::Uuid;

use super::conflicts::{EditConflict, TheirValue};
use super::dialogs::ProfileValues;
use super::form;
use crate::db;
use crate::history::{self, Entry};
use crate::users::{self, Edited, User};
use crate::web::app::App;
use crate::web::form::Errors;
use crate::web::guard::SignedInUser;
use crate::web::when;

/// The newest line of a user's history that changed this field.
fn last_change<'a>(history: &'a [Entry], field: &str) -> Option<&'a Entry> {
    history.iter().find(|entry| entry.changed(field))
}

/// Who did that, for the beginning of a sentence; `reader` may have done it in another window.
fn who(entry: Option<&Entry>, reader: Uuid) -> String {
    match entry.and_then(|entry| Some((entry.actor_id?, entry.actor_person.as_ref()?))) {
        Some((id, _)) if id == reader => "You".to_string(),
        Some((_, person)) => person.full_name(),
        None => "Somebody else".to_string(),
    }
}

/// The same for its end: nobody else did it while one has two windows open.
fn meanwhile(by: &str) -> &'static str {
    if by == "You" {
        "in another window"
    } else {
        "meanwhile"
    }
}

/// What others did meanwhile and what was kept, a sentence for each of them. `history` is the user's
/// own, newest first.
pub fn sentences(edited: &Edited, history: &[Entry], reader: Uuid) -> Vec<String> {
    let mut fields_by: Vec<(String, Vec<String>)> = Vec::new();
    for field in &edited.merged {
        let by = who(last_change(history, field), reader);
        let field = field.to_lowercase();
        match fields_by.iter_mut().find(|(name, _)| *name == by) {
            Some((_, fields)) => fields.push(field),
            None => fields_by.push((by, vec![field])),
        }
    }
    let mut sentences: Vec<String> = fields_by
        .into_iter()
        .map(|(by, fields)| {
            format!(
                "{by} changed {} {}; that was kept.",
                fields.join(", "),
                meanwhile(&by)
            )
        })
        .collect();
    if let Some(active) = edited.activated_meanwhile {
        let (kind, verb) = if active {
            ("user_reactivated", "reactivated")
        } else {
            ("user_deactivated", "deactivated")
        };
        let by = who(history.iter().find(|entry| entry.kind == kind), reader);
        sentences.push(format!(
            "{by} {verb} {} meanwhile.",
            edited.user.full_name()
        ));
    }
    sentences
}

/// A stale edit of the same fields comes back with what was typed, and with what was saved meanwhile
/// beside it. What it did not touch follows what is stored, and that is said too. `values` are what was
/// typed and what the pop-up had shown.
///
/// # Errors
/// Whatever the database says.
pub fn side_by_side(
    app: &App,
    user: &SignedInUser,
    values: (&mut ProfileValues, &ProfileValues),
    collisions: &[users::Collision],
    stored: &User,
    errors: &mut Errors,
) -> Result<EditConflict, db::Error> {
    let newest = history::PAGE as i64;
    let history = app.db.read(|connection| {
        history::of_user(connection, user.account_id(), stored.id, None, newest)
    })?;
    let mut people: Vec<String> = Vec::new();
    for collision in collisions {
        let by = who(
            last_change(&history, collision.field),
            user.signed_in.user_id,
        );
        errors.add(
            form::name_of_label(collision.field),
            format!(
                "{by} changed the {} {}: compare both.",
                collision.field.to_lowercase(),
                meanwhile(&by)
            ),
        );
        if !people.contains(&by) {
            people.push(by);
        }
    }
    let at = collisions
        .iter()
        .filter_map(|collision| last_change(&history, collision.field))
        .map(|change| change.happened_at)
        .max();
    let (typed, seen) = values;
    let mut also = Vec::new();
    let fields = typed.clone();
    for (((name, now), (_, typed_before)), (_, seen)) in form::stored_values(stored)
        .pairs()
        .into_iter()
        .zip(fields.pairs())
        .zip(seen.pairs())
    {
        if typed_before != seen {
            continue;
        }
        typed.set(name, now);
        if now != seen {
            also.push(form::label_of_name(name));
        }
    }
    Ok(EditConflict {
        by: people.join(" and "),
        at: at.map_or(String::new(), |at| when::recent(at, user.now, &user.zone)),
        theirs: collisions
            .iter()
            .map(|collision| TheirValue {
                field: form::name_of_label(collision.field),
                value: collision.theirs.clone(),
            })
            .collect(),
        also: also.join(", "),
    })
}
