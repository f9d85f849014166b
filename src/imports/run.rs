//! Running an import: started by one press, carried on batch by batch by whichever program is there.
//! A batch and its outcomes are one transaction, so that a program may be killed at any moment.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Nullable, Text, Uuid as SqlUuid};
use ipnet::IpNet;
use thiserror::Error;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::carry_out::carry_out;
use super::check::shortened;
use super::choice::lock;
use super::look_ups::Asked;
use super::verdict::{Decided, Verdict, decide};
use super::{Line, Promised, counts, read, seats};
use crate::db::{self, Db};
use crate::history::{self, Actor, Author, Event};
use crate::schema::imports;
use crate::users::AddError;
use crate::{accounts, clock};

/// Lines in one transaction: it holds the account's lock, for which other administrators wait.
const BATCH: i64 = 1_000;
/// Lines in one transaction where so many are too much: a statement has four seconds, and an import goes
/// on, if slowly, while the database is busy with something else.
const FEW: i64 = 50;
/// How often running imports are looked for.
const POLL: Duration = Duration::from_millis(500);
/// How long to leave the database alone after it failed.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Why an import was not started.
#[derive(Debug, Error)]
pub enum StartError {
    /// There is none of that id in the account.
    #[error("There is no such import.")]
    NotFound,
    /// Nothing is left to import.
    #[error("Nobody is chosen. Include at least one line.")]
    NobodyChosen,
    /// Nobody who is chosen has a seat, or takes somebody's.
    #[error(
        "No seat is free for anybody on this list. Deactivate a user first, or ask Customer Success for more seats."
    )]
    NoSeat,
    /// Other people would be imported than the page showed.
    #[error(
        "The choice was changed meanwhile, in another window, or seats were taken or freed. Look at it again."
    )]
    ChoiceChanged,
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Starts an import, where it would do what its page said. Pressed twice, it starts once. Chosen lines for which
/// no seat is left are refused here.
///
/// # Errors
/// [`StartError`].
pub fn start(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    promised: Promised,
    now: OffsetDateTime,
) -> Result<(), StartError> {
    let account_id = author.account_id;
    let run_by = author.user_id().ok_or(StartError::NotFound)?;
    let (state, _) = lock(tx, account_id, id)?.ok_or(StartError::NotFound)?;
    if state != "checked" {
        return Ok(());
    }
    // After the import's own lock, as a batch takes them.
    let free = accounts::lock_for(tx, author)?.free_seats();
    let no_seat_from = seats::no_seat_from(tx, account_id, id, free)?;
    let counts = counts::counts(tx, account_id, id, no_seat_from)?;
    if counts.chosen() == 0 {
        return Err(StartError::NobodyChosen);
    }
    if !promised.fits(&counts) {
        return Err(StartError::ChoiceChanged);
    }
    if counts.to_import() == 0 {
        return Err(StartError::NoSeat);
    }
    if let Some(position) = no_seat_from {
        seats::refuse_from(tx, account_id, id, position)?;
    }
    diesel::update(imports::table.find((account_id, id)))
        .set((
            imports::state.eq("running"),
            imports::run_by.eq(run_by),
            imports::run_source.eq(author.source.map(IpNet::from)),
            imports::run_request_id.eq(author.request_id.as_deref()),
            imports::started_at.eq(now),
        ))
        .execute(tx)?;
    let event = Event::ImportStarted {
        import: id,
        people: counts.to_import(),
    };
    history::record(tx, author, None, &event, now)?;
    Ok(())
}

/// Carries running imports on until `stopping` says so; a batch that has begun is finished.
pub async fn carry_on(db: Db, mut stopping: watch::Receiver<bool>) {
    loop {
        let shared = db.clone();
        // A panic ends in the log and not the loop.
        let worked = spawn_blocking(move || {
            catch_unwind(AssertUnwindSafe(|| run_next(&shared, clock::now())))
        })
        .await;
        let pause = match worked {
            Ok(Ok(Ok(true))) => Duration::ZERO,
            Ok(Ok(Ok(false))) => POLL,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "an import cannot be carried on");
                AFTER_ERROR
            }
            Ok(Err(_)) | Err(_) => {
                tracing::error!("carrying an import on ended abnormally");
                AFTER_ERROR
            }
        };
        tokio::select! {
            // An error: the program that would have said so is gone.
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Does the next batch of whichever import is running and in nobody's hands; false where there is
/// none. Where the batch fails as a whole, its first line is tried alone; where it takes too long, its
/// first few.
///
/// # Errors
/// Whatever the database says.
pub fn run_next(db: &Db, now: OffsetDateTime) -> Result<bool, db::Error> {
    let mut reached = None;
    let whole = db.write(|tx| batch(tx, None, BATCH, now, &mut reached));
    let (Err(error), Some(place)) = (&whole, reached) else {
        return whole.map_err(database_error);
    };
    let limit = match error {
        AddError::Database(error) if db::is_unavailable(error) => FEW,
        // Somebody else was given an address at the same moment, most likely: decided again.
        _ => 1,
    };
    let part = db.write(|tx| batch(tx, Some(place), limit, now, &mut reached));
    match (part, reached) {
        (Err(AddError::Database(error)), _) if db::is_unavailable(&error) => Err(error),
        (Err(error), Some(place)) if limit == 1 => {
            tracing::error!(%error, "a line of an import was given up");
            db.write(|tx| give_up(tx, place))
        }
        (part, _) => part.map_err(database_error),
    }
}

/// The rest are refusals, which [`run_next`] has dealt with.
fn database_error(error: AddError) -> db::Error {
    match error {
        AddError::Database(error) => error,
        refusal => db::Error::QueryBuilderError(refusal.to_string().into()),
    }
}

/// The first line of a batch. What failed is gone on with there and nowhere else: another import, or
/// another line because another program was quicker, is not at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    account_id: Uuid,
    import_id: Uuid,
    position: i32,
}

#[derive(Queryable)]
struct Running {
    account_id: Uuid,
    id: Uuid,
    run_by: Option<Uuid>,
    run_source: Option<IpNet>,
    run_request_id: Option<String>,
}

impl Running {
    fn author(&self) -> Author {
        Author {
            account_id: self.account_id,
            actor: self.run_by.map_or(Actor::Program, Actor::User),
            source: self.run_source.map(|network| network.addr()),
            request_id: self.run_request_id.clone(),
            import: Some(self.id),
        }
    }
}

/// The import that runs longest and is in nobody's hands, or the one of that place, locked.
fn claim(tx: &mut db::Connection, place: Option<Place>) -> QueryResult<Option<Running>> {
    let (account_id, id) = place.map_or_else(Default::default, |place| {
        (place.account_id, place.import_id)
    });
    imports::table
        .filter(imports::state.eq("running"))
        .filter(
            diesel::dsl::sql::<Bool>("")
                .bind::<Bool, _>(place.is_none())
                .or(imports::account_id.eq(account_id).and(imports::id.eq(id))),
        )
        .order(imports::started_at)
        .select((
            imports::account_id,
            imports::id,
            imports::run_by,
            imports::run_source,
            imports::run_request_id,
        ))
        .for_update()
        .skip_locked()
        .first(tx)
        .optional()
}

/// At most `limit` lines of the import of that place, or of any; false where there is none. Says in
/// `reached` where it begins.
fn batch(
    tx: &mut db::Connection,
    place: Option<Place>,
    limit: i64,
    now: OffsetDateTime,
    reached: &mut Option<Place>,
) -> Result<bool, AddError> {
    *reached = None;
    let Some(import) = claim(tx, place)? else {
        // Where it was one in particular, somebody else goes on with it; others may be waiting.
        return Ok(place.is_some());
    };
    let author = import.author();
    let to_do = read::to_do(tx, import.account_id, import.id, limit)?;
    let Some((position, _)) = to_do.first() else {
        let author = Author {
            import: None,
            ..author
        };
        finish(tx, &author, import.id, now)?;
        return Ok(true);
    };
    *reached = Some(Place {
        account_id: import.account_id,
        import_id: import.id,
        position: *position,
    });
    let (positions, lines): (Vec<i32>, Vec<Line>) = to_do.into_iter().unzip();
    let account = accounts::lock(tx, import.account_id)?;
    let domains = accounts::domains(tx, import.account_id)?;
    let (mut decided, mut look_ups) = decide(
        tx,
        &author,
        &account,
        &domains,
        &lines,
        Asked::ToImport,
        now,
    )?;
    carry_out(tx, &author, &mut decided, now)?;
    for (index, why) in look_ups.tell(tx)? {
        if let Some(line) = decided.get_mut(index) {
            line.reason = why;
        }
    }
    write_outcomes(tx, &import, &positions, &decided)?;
    look_ups.record(tx)?;
    Ok(true)
}

fn write_outcomes(
    tx: &mut db::Connection,
    import: &Running,
    positions: &[i32],
    decided: &[Decided],
) -> QueryResult<()> {
    let outcomes: Vec<&str> = decided.iter().map(|line| line.verdict.outcome()).collect();
    let reasons: Vec<String> = decided
        .iter()
        .map(|line| match line.verdict {
            // Said by the outcome itself.
            Verdict::Add | Verdict::Reactivate => String::new(),
            Verdict::Replace | Verdict::Unchanged | Verdict::Refused => shortened(&line.reason),
        })
        .collect();
    let user_ids: Vec<Option<Uuid>> = decided.iter().map(|line| line.user_id).collect();
    diesel::sql_query(
        "update import_lines set outcome = became.outcome, reason = became.reason, user_id = became.user_id
         from unnest($3, $4, $5, $6) as became (position, outcome, reason, user_id)
         where account_id = $1 and import_id = $2 and import_lines.position = became.position",
    )
    .bind::<SqlUuid, _>(import.account_id)
    .bind::<SqlUuid, _>(import.id)
    .bind::<Array<Int4>, _>(positions)
    .bind::<Array<Text>, _>(outcomes)
    .bind::<Array<Text>, _>(reasons)
    .bind::<Array<Nullable<SqlUuid>>, _>(user_ids)
    .execute(tx)
    .map(|_| ())
}

/// Nothing is left to do.
fn finish(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let counts = counts::counts(tx, author.account_id, id, None)?;
    let number = |lines: i64| i32::try_from(lines).unwrap_or(i32::MAX);
    diesel::update(imports::table.find((author.account_id, id)))
        .set((
            imports::state.eq("done"),
            imports::finished_at.eq(now),
            imports::imported.eq(number(counts.added + counts.reactivated + counts.replaced)),
            imports::refused.eq(number(counts.all_refused())),
        ))
        .execute(tx)?;
    let event = Event::ImportFinished {
        import: id,
        added: counts.added,
        reactivated: counts.reactivated,
        replaced: counts.replaced,
        refused: counts.all_refused(),
    };
    history::record(tx, author, None, &event, now)
}

/// The line at that place is past helping: said so, and the others go on. Where another program has it
/// in hand, or had, it is that one's to decide.
fn give_up(tx: &mut db::Connection, place: Place) -> Result<bool, db::Error> {
    let Some(import) = claim(tx, Some(place))? else {
        return Ok(true);
    };
    let next = read::to_do(tx, import.account_id, import.id, 1)?;
    if let Some((position, _)) = next.first()
        && *position == place.position
    {
        let refused = Decided::refused(
            "This line could not be imported: something went wrong on our side. Try it again, or tell Customer Success.",
        );
        write_outcomes(tx, &import, &[*position], &[refused])?;
    }
    Ok(true)
}
