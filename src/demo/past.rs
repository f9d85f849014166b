//! What the made-up people went through: mails, history, training, a changed name.

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::account::RESERVED;
use super::cast::{Person, Story};
use crate::history::{self, Actor, Author, Event, SignInWith};
use crate::schema::{
    mails, reserved_usernames, training_attendances, training_request_people, training_requests,
};
use crate::users::RESERVATION;
use crate::{db, ids};

/// The mails with passwords, as the mail server answered them.
pub(super) fn mailed(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    mail_ids: &[(Uuid, Uuid)],
    now: OffsetDateTime,
) -> QueryResult<()> {
    for (user_id, mail_id) in mail_ids {
        let Some(person) = cast.iter().find(|person| person.id == *user_id) else {
            continue;
        };
        let (state, days, words) = match person.story {
            Story::MailFailed => (
                "failed",
                1,
                "550 5.1.1 The email account that you tried to reach does not exist",
            ),
            Story::Mailed(days) => ("sent", days, "250 2.0.0 Ok: queued"),
            _ => continue,
        };
        let at = now - Duration::days(days);
        diesel::insert_into(mails::table)
            .values((
                mails::account_id.eq(account_id),
                mails::id.eq(mail_id),
                mails::kind.eq("welcome"),
                mails::user_id.eq(user_id),
                mails::recipient.eq(&person.username),
                mails::created_at.eq(at),
                mails::next_attempt_at.eq(at),
                (
                    mails::attempts.eq(1_i16),
                    mails::state.eq(state),
                    mails::settled_at.eq(at + Duration::seconds(2)),
                    mails::explanation.eq(words),
                ),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// What history says of each.
pub(super) fn told(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let staff = Author::staff(account_id);
    let Some(administrator) = cast.first().map(|person| person.id) else {
        return Ok(());
    };
    let by_administrator = Author {
        actor: Actor::User(administrator),
        ..staff.clone()
    };
    for person in cast {
        let joined = match person.story {
            Story::Mailed(days) => now - Duration::days(days),
            Story::MailFailed => now - Duration::days(1),
            _ => now - Duration::days(380),
        };
        let added = Event::UserAdded {
            username: person.username.clone(),
            name: person.profile.full_name(),
        };
        let author = if person.administrator {
            &staff
        } else {
            &by_administrator
        };
        history::insert(tx, author, &[Some(person.id)], &added, joined)?;
        match person.story {
            Story::Came(hours) => {
                let author = Author {
                    actor: Actor::User(person.id),
                    ..staff.clone()
                };
                let event = Event::SignedIn {
                    with: SignInWith::OwnPassword,
                };
                history::insert(
                    tx,
                    &author,
                    &[Some(person.id)],
                    &event,
                    now - Duration::hours(hours),
                )?;
            }
            Story::Left(days, reason) => {
                let event = Event::UserDeactivated {
                    reason: reason.to_string(),
                    sessions_ended: 0,
                    mails_cancelled: 0,
                };
                history::insert(
                    tx,
                    &by_administrator,
                    &[Some(person.id)],
                    &event,
                    now - Duration::days(days),
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Most attended New User Training; one request is on its way.
pub(super) fn training(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let Some(administrator) = cast.first().map(|person| person.id) else {
        return Ok(());
    };
    let came: Vec<&Person> = cast
        .iter()
        .filter(|person| matches!(person.story, Story::Came(_)))
        .collect();
    let attended: Vec<_> = came
        .iter()
        .skip(12)
        .map(|person| {
            (
                training_attendances::account_id.eq(account_id),
                training_attendances::user_id.eq(person.id),
                training_attendances::kind.eq("new_user"),
                training_attendances::recorded_at.eq(now - Duration::days(200)),
            )
        })
        .collect();
    diesel::insert_into(training_attendances::table)
        .values(attended)
        .execute(tx)?;
    let request = ids::new();
    let at = now - Duration::days(3);
    diesel::insert_into(training_requests::table)
        .values((
            training_requests::account_id.eq(account_id),
            training_requests::id.eq(request),
            training_requests::kind.eq("new_user"),
            training_requests::scope.eq("selected"),
            training_requests::note.eq("Mornings suit us best."),
            training_requests::requested_by.eq(administrator),
            training_requests::requested_at.eq(at),
        ))
        .execute(tx)?;
    let people: Vec<_> = came
        .iter()
        .skip(3)
        .take(4)
        .map(|person| {
            (
                training_request_people::account_id.eq(account_id),
                training_request_people::training_request_id.eq(request),
                training_request_people::user_id.eq(person.id),
                training_request_people::kind.eq("new_user"),
            )
        })
        .collect();
    diesel::insert_into(training_request_people::table)
        .values(people)
        .execute(tx)?;
    diesel::insert_into(mails::table)
        .values((
            mails::account_id.eq(account_id),
            mails::id.eq(ids::new()),
            mails::kind.eq("training_request"),
            mails::recipient.eq("training@vendor.example"),
            mails::training_request_id.eq(request),
            mails::created_at.eq(at),
            mails::next_attempt_at.eq(at),
            (
                mails::attempts.eq(1_i16),
                mails::state.eq("sent"),
                mails::settled_at.eq(at + Duration::seconds(11)),
            ),
        ))
        .execute(tx)
        .map(|_| ())
}

/// Emma Brown became Emma O’Connor; her old address is kept for her.
pub(super) fn reserve(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let Some(emma) = cast
        .iter()
        .find(|person| person.profile.first_name == "Emma")
    else {
        return Ok(());
    };
    diesel::insert_into(reserved_usernames::table)
        .values((
            reserved_usernames::username.eq(RESERVED),
            reserved_usernames::account_id.eq(account_id),
            reserved_usernames::user_id.eq(emma.id),
            reserved_usernames::reserved_until.eq(now + RESERVATION - Duration::days(5)),
        ))
        .execute(tx)
        .map(|_| ())
}
