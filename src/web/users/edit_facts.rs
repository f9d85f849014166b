//! What the pop-up tells about a person beside the fields.

use time::OffsetDateTime;

use super::fact::Fact;
use super::place::Place;
use super::{form, state_words};
use crate::access::second_factor;
use crate::users::{self, State, User};
use crate::web::components::{Link, Seats, Tone};
use crate::web::guard::SignedInUser;
use crate::web::when;
use crate::{db, sessions, training};

/// State, last sign-in, training, administrator.
///
/// # Errors
/// Whatever the database says.
pub fn facts(
    connection: &mut db::Connection,
    user: &SignedInUser,
    subject: &User,
    place: &Place,
) -> Result<Vec<Fact>, db::Error> {
    let account_id = user.account_id();
    let mail = users::password_mail(connection, account_id, subject)?;
    let state = subject.state(mail.as_ref(), user.now);
    let mut facts = vec![status_fact(&state, subject, place, user)];
    if let Some(words) = state_words::server_said(&state) {
        facts.push(Fact::quiet("The mail server said", words));
    }
    if !subject.active && !subject.deactivation_reason.is_empty() {
        facts.push(Fact::quiet(
            "Reason given",
            subject.deactivation_reason.clone(),
        ));
    }
    let last = subject.last_sign_in_at.map_or("Never".to_string(), |at| {
        when::recent(at, user.now, &user.zone)
    });
    facts.push(Fact::quiet("Last sign-in", capitalized(&last)));
    let standing = training::standing(connection, account_id, subject.id)?;
    facts.push(training_fact(&standing, subject, place, user));
    facts.push(administrator_fact(subject, place, user));
    let factor = second_factor::standing(connection, account_id, subject.id, user.now)?;
    if subject.administrator || factor.confirmed_at.is_some() {
        let since = factor.confirmed_at;
        facts.push(second_factor_fact(since, subject, place, user));
    }
    facts.push(Fact::quiet(
        "Added",
        when::day(subject.created_at, user.now, &user.zone),
    ));
    Ok(facts)
}

fn status_fact(state: &State, subject: &User, place: &Place, user: &SignedInUser) -> Fact {
    let (text, tone) = state_words::sentence(state, user.now, &user.zone);
    Fact {
        label: "Status",
        text,
        tone,
        links: Vec::new(),
        action: state_words::send_again_label(state).map(|label| {
            Link::new(
                label,
                place.href(format!("/users/{}/password-mail", subject.id)),
            )
        }),
    }
}

fn administrator_fact(subject: &User, place: &Place, user: &SignedInUser) -> Fact {
    let (is, change) = if subject.administrator {
        ("Yes", "Remove as administrator")
    } else {
        ("No", "Make administrator")
    };
    let link = (subject.active && subject.id != user.signed_in.user_id).then(|| {
        Link::new(
            change,
            place.href(format!("/users/{}/administrator", subject.id)),
        )
    });
    Fact {
        label: "Administrator",
        text: is.to_string(),
        tone: Tone::Quiet,
        links: link.into_iter().collect(),
        action: None,
    }
}

/// The second factor, on since that moment.
fn second_factor_fact(
    since: Option<OffsetDateTime>,
    subject: &User,
    place: &Place,
    user: &SignedInUser,
) -> Fact {
    let own = subject.id == user.signed_in.user_id;
    let link = match (own, since) {
        (true, _) => Some(Link::new("Change", "/second-factor")),
        (false, Some(_)) => Some(Link::new(
            "Remove",
            place.href(format!("/users/{}/second-factor-removal", subject.id)),
        )),
        (false, None) => None,
    };
    Fact {
        label: "Second factor",
        text: since.map_or("Off".to_string(), |since| {
            format!("On since {}", when::day(since, user.now, &user.zone))
        }),
        tone: Tone::Quiet,
        links: link.into_iter().collect(),
        action: None,
    }
}

fn training_fact(
    standing: &training::Standing,
    subject: &User,
    place: &Place,
    user: &SignedInUser,
) -> Fact {
    let requests = standing.requested.last().map(|requested| {
        Link::new(
            "Open the request",
            format!("/training-requests/{}", requested.request),
        )
    });
    Fact {
        label: "Training",
        text: training_words(standing, user),
        tone: Tone::Quiet,
        links: [
            requests,
            Some(Link::new(
                if standing.attended.is_empty() {
                    "Record"
                } else {
                    "Record or take back"
                },
                place.href(format!("/users/{}/training", subject.id)),
            )),
        ]
        .into_iter()
        .flatten()
        .collect(),
        action: None,
    }
}

/// Where somebody stands with training, as sentences.
pub fn training_words(standing: &training::Standing, user: &SignedInUser) -> String {
    let day = |at| when::day(at, user.now, &user.zone);
    let mut sentences: Vec<String> = standing
        .attended
        .iter()
        .map(|(training, at)| format!("{} attended, recorded {}.", training.label(), day(*at)))
        .collect();
    sentences.extend(standing.requested.iter().map(|requested| {
        format!(
            "{} requested {} by {}.",
            requested.training.label(),
            day(requested.at),
            requested.by
        )
    }));
    if sentences.is_empty() {
        sentences.push("Never attended.".to_string());
    }
    sentences.join(" ")
}

/// What deactivating will do to the person, a sentence each.
///
/// # Errors
/// Whatever the database says.
pub fn consequences(
    connection: &mut db::Connection,
    user: &SignedInUser,
    subject: &User,
) -> Result<Vec<String>, db::Error> {
    let account_id = user.account_id();
    let sessions = sessions::count(connection, account_id, subject.id)?;
    let mails = users::waiting_mails(connection, account_id, subject.id)?;
    let mut sentences = vec![match sessions {
        0 => format!(
            "Nobody can use this account any more. {} is not signed in at the moment.",
            subject.full_name()
        ),
        _ => format!(
            "{} is signed out at once and cannot sign in any more.",
            subject.full_name()
        ),
    }];
    match mails {
        0 => {}
        1 => sentences.push("1 waiting mail is cancelled.".to_string()),
        many => sentences.push(format!("{many} waiting mails are cancelled.")),
    }
    if subject.administrator {
        sentences.push("They are no longer an administrator.".to_string());
    }
    Ok(sentences)
}

/// What becomes of the seat of somebody who is taken out. Where more are in use than there are, none is
/// free by it, and nobody could be taken back in.
pub fn seat_given_up(seats: Seats, subject: &User) -> String {
    if seats.is_over() {
        format!(
            "No seat is free by it, because {} are in use: {} can be reactivated once one is.",
            seats.words(),
            subject.full_name()
        )
    } else {
        "The seat is free for somebody else.".to_string()
    }
}

/// What the Username field says before it is changed.
pub fn username_hint(subject: &User, domains: &[String]) -> String {
    let consequence = if !subject.active {
        " If you change it and tick Active Account, we notify both addresses by mail."
    } else if subject.password_mail_id.is_some() {
        " If you change it, we notify both addresses, and a new password goes to the new one."
    } else {
        " If you change it, we notify both addresses by mail."
    };
    form::username_hint(domains) + consequence
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}
