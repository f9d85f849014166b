//! What is so about an address, and about a case of "Email address is already in use".

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::holding::{Holding, holding};
use super::replay::replay;
use super::report::{Case, CaseReport, EmailReport, HolderReport, Mail, Reservation, Step};
use crate::db::{self, Db};
use crate::history::{self, Author, Event};
use crate::schema::{accounts, address_conflicts, mails, users as users_table};
use crate::users::{self, Username};

/// Lines of history, mails and cases that are shown.
const NEWEST: i64 = 8;

/// Tells all that is so about an address. That staff looked is written into the history of the person
/// who holds it, or for whom it is kept.
///
/// # Errors
/// Whatever the database says.
pub fn explain_email(db: &Db, typed: &str, now: OffsetDateTime) -> QueryResult<EmailReport> {
    let report = look(db, typed, None, now)?;
    db.write(|tx| leave_trace(tx, &report, None, now))?;
    Ok(report)
}

/// Tells what a reference code stands for, and what is so about its address today. That staff looked is
/// written into the history of the account that asked, and of whoever holds the address.
///
/// # Errors
/// Whatever the database says.
pub fn explain_case(db: &Db, code: &str, now: OffsetDateTime) -> QueryResult<Option<CaseReport>> {
    let code = as_written(code);
    let found = db.read(|connection| cases(connection, None, Some(&code)))?;
    let Some((asked_in, case)) = found.into_iter().next() else {
        return Ok(None);
    };
    let today = look(db, &case.typed, Some(asked_in), now)?;
    db.write(|tx| {
        let event = Event::SupportLookedUp { code: Some(code) };
        history::record(tx, &Author::staff(asked_in), None, &event, now)?;
        leave_trace(tx, &today, Some(asked_in), now)
    })?;
    Ok(Some(CaseReport { case, today }))
}

/// A code as it is stored, from how it is read out or typed: in any case, with or without the dash.
fn as_written(code: &str) -> String {
    let characters: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_uppercase();
    match characters.split_at_checked(4) {
        Some((first, second)) if second.len() == 4 => format!("{first}-{second}"),
        _ => code.trim().to_uppercase(),
    }
}

/// The holder's account hears that staff looked, not who asked: the code is another account's.
fn leave_trace(
    tx: &mut db::Connection,
    report: &EmailReport,
    asked_in: Option<Uuid>,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let reserved = report.reserved.as_ref().map(|reserved| &reserved.by);
    let Some(person) = report.holder.as_ref().or(reserved) else {
        return Ok(());
    };
    tracing::info!(user = %person.user_id, asked_in = asked_in.map(tracing::field::display), "support looked up an address");
    let event = Event::SupportLookedUp { code: None };
    let author = Author::staff(person.account_id);
    history::record(tx, &author, Some(person.user_id), &event, now)
}

fn look(
    db: &Db,
    typed: &str,
    asked_in: Option<Uuid>,
    now: OffsetDateTime,
) -> QueryResult<EmailReport> {
    let mut report = EmailReport {
        typed: typed.to_string(),
        steps: Vec::new(),
        username: None,
        problem: None,
        holder: None,
        reserved: None,
        replay: Vec::new(),
        cases: Vec::new(),
    };
    let parsed = Username::parse_step_by_step(typed, &mut |step, address| {
        report.steps.push(Step {
            step,
            address: address.to_string(),
        });
    });
    let username = match parsed {
        Ok(username) => username,
        Err(problem) => {
            report.problem = Some(problem.to_string());
            return Ok(report);
        }
    };
    report.username = Some(username.as_str().to_string());
    let held = db.read(|connection| holding(connection, &username, now))?;
    db.read(|connection| {
        match &held {
            Some(Holding::By {
                account_id, holder, ..
            }) => {
                report.holder = person(connection, *account_id, holder.id, now)?;
            }
            Some(Holding::KeptFor {
                account_id,
                user_id,
                until,
            }) => {
                report.reserved = person(connection, *account_id, *user_id, now)?
                    .map(|by| Reservation { until: *until, by });
            }
            None => {}
        }
        let found = cases(connection, Some(&username), None)?;
        report.cases = found.into_iter().map(|(_, case)| case).collect();
        Ok::<_, db::Error>(())
    })?;
    report.replay = replay(db, &username, held.as_ref(), asked_in, now)?;
    Ok(report)
}

fn person(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<Option<HolderReport>> {
    let Some(user) = users::find(connection, account_id, user_id)? else {
        return Ok(None);
    };
    let account: String = accounts::table
        .find(account_id)
        .select(accounts::name)
        .first(connection)?;
    let mail = users::password_mail(connection, account_id, &user)?;
    let state = user.state(mail.as_ref(), now);
    let events = history::for_support(connection, account_id, user_id, NEWEST)?;
    let looks = history::support_looks(connection, account_id, user_id)?;
    type Found = (
        String,
        String,
        OffsetDateTime,
        Option<OffsetDateTime>,
        String,
    );
    let found: Vec<Found> = mails::table
        .filter(mails::account_id.eq(account_id))
        .filter(mails::user_id.eq(user_id))
        .order((mails::created_at.desc(), mails::id.desc()))
        .limit(NEWEST)
        .select((
            mails::kind,
            mails::state,
            mails::created_at,
            mails::settled_at,
            mails::explanation,
        ))
        .load(connection)?;
    Ok(Some(HolderReport {
        account,
        account_id,
        user_id,
        name: user.full_name(),
        active: user.active,
        administrator: user.administrator,
        added_at: user.created_at,
        last_sign_in_at: user.last_sign_in_at,
        state,
        support_looks: looks.times,
        last_support_look_at: looks.last_at,
        events,
        mails: found
            .into_iter()
            .map(|(kind, state, created_at, settled_at, explanation)| Mail {
                kind,
                state,
                created_at,
                settled_at,
                explanation,
            })
            .collect(),
    }))
}

/// The newest cases about an address, or the one of a code, each with the account that asked.
fn cases(
    connection: &mut db::Connection,
    username: Option<&Username>,
    code: Option<&str>,
) -> QueryResult<Vec<(Uuid, Case)>> {
    type Found = (
        (String, Uuid, String),
        (String, String, String, OffsetDateTime),
        Option<(String, String)>,
    );
    let mut query = address_conflicts::table
        .inner_join(accounts::table)
        .left_join(
            users_table::table.on(users_table::account_id
                .eq(address_conflicts::account_id)
                .and(users_table::id.nullable().eq(address_conflicts::asked_by))),
        )
        .order(address_conflicts::happened_at.desc())
        .limit(NEWEST)
        .select((
            (
                address_conflicts::code,
                address_conflicts::account_id,
                accounts::name,
            ),
            (
                address_conflicts::typed,
                address_conflicts::username,
                address_conflicts::rule,
                address_conflicts::happened_at,
            ),
            (users_table::first_name, users_table::last_name).nullable(),
        ))
        .into_boxed();
    if let Some(username) = username {
        query = query.filter(address_conflicts::username.eq(username.as_str().to_string()));
    }
    if let Some(code) = code {
        query = query.filter(address_conflicts::code.eq(code.to_string()));
    }
    let found: Vec<Found> = query.load(connection)?;
    Ok(found
        .into_iter()
        .map(
            |((code, account_id, account), (typed, username, rule, happened_at), asked_by)| {
                let case = Case {
                    code,
                    account,
                    asked_by: asked_by.map(|(first, last)| format!("{first} {last}")),
                    typed,
                    username,
                    rule,
                    happened_at,
                };
                (account_id, case)
            },
        )
        .collect())
}
