//! Reading an import: how it stands, its lines, what was refused.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::counts::{Counts, counts};
use super::verdict::TAKE_A_SEAT;
use super::{Line, Verdict, seats};
use crate::db;
use crate::schema::{accounts, import_lines, imports, users};

/// Lines on a page.
pub const LINES_PAGE: i64 = 100;

/// An import.
#[derive(Debug, Clone)]
pub struct Details {
    /// Its id.
    pub id: Uuid,
    /// First and last name of who handed the list in.
    pub made_by: String,
    /// When.
    pub made_at: OffsetDateTime,
    /// The file's name; empty where the list was pasted.
    pub name: String,
    /// The username on its first line, as given.
    pub first_username: String,
    /// `checked`, `running` or `done`.
    pub state: String,
    /// Headings that no field is filled from.
    pub ignored_columns: String,
    /// When it was started.
    pub started_at: Option<OffsetDateTime>,
    /// Licences of the account.
    pub seats: i32,
    /// People of the account who are in.
    pub active_users: i32,
    /// The position from which on chosen lines that need a seat have none, as the choice and the seats
    /// stand; nothing where all have one, or once it was started.
    pub no_seat_from: Option<i32>,
    /// How many lines are what.
    pub counts: Counts,
}

/// A line as it stands.
#[derive(Debug, Clone, Queryable)]
pub struct StoredLine {
    /// In the order of the list, from 1.
    pub position: i32,
    /// Where it stands in the file.
    pub line: i32,
    /// The fields as given, in the order of [`Line`].
    pub fields: (String, String, String, String, String, String, String),
    /// A name of [`Verdict`].
    pub verdict: String,
    /// Whether it is to be imported.
    pub chosen: bool,
    /// `added`, `reactivated`, `replaced`, `unchanged`, `refused`; nothing yet.
    pub outcome: Option<String>,
    /// Why.
    pub reason: String,
    /// Who has the address in this account.
    pub user_id: Option<Uuid>,
}

/// Which lines are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All of them.
    All,
    /// Those that become this, as the choice and the seats stand; of the outcome once there is one.
    Of(Verdict),
    /// Chosen, and no seat is left.
    NoSeat,
    /// Importable, and left out.
    LeftOut,
}

/// Whether there is such an import in the account.
///
/// # Errors
/// Whatever the database says.
pub fn exists(connection: &mut db::Connection, account_id: Uuid, id: Uuid) -> QueryResult<bool> {
    let known = imports::table.find((account_id, id));
    diesel::select(diesel::dsl::exists(known)).get_result(connection)
}

/// The import of that id in the account.
///
/// # Errors
/// Whatever the database says.
pub fn details(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
) -> QueryResult<Option<Details>> {
    type Found = (
        OffsetDateTime,
        String,
        String,
        String,
        Option<OffsetDateTime>,
        String,
        String,
        i32,
        i32,
        Option<String>,
    );
    let first_username = of_import(account_id, id)
        .filter(import_lines::position.eq(1))
        .select(import_lines::username)
        .single_value();
    let found: Option<Found> = imports::table
        .inner_join(accounts::table)
        .inner_join(
            users::table.on(users::account_id
                .eq(imports::account_id)
                .and(users::id.eq(imports::made_by))),
        )
        .filter(imports::account_id.eq(account_id))
        .filter(imports::id.eq(id))
        .select((
            imports::made_at,
            imports::name,
            imports::state,
            imports::ignored_columns,
            imports::started_at,
            users::first_name,
            users::last_name,
            accounts::seats,
            accounts::active_users,
            first_username,
        ))
        .first(connection)
        .optional()?;
    let Some(found) = found else {
        return Ok(None);
    };
    let (
        made_at,
        name,
        state,
        ignored_columns,
        started_at,
        first_name,
        last_name,
        seats,
        active_users,
        first_username,
    ) = found;
    let no_seat_from = match state.as_str() {
        "checked" => seats::no_seat_from(connection, account_id, id, seats - active_users)?,
        _ => None,
    };
    Ok(Some(Details {
        id,
        made_by: format!("{first_name} {last_name}"),
        made_at,
        name,
        first_username: first_username.unwrap_or_default(),
        state,
        ignored_columns,
        started_at,
        seats,
        active_users,
        no_seat_from,
        counts: counts(connection, account_id, id, no_seat_from)?,
    }))
}

/// The lines of a page (from 0) in the order of the list, and the first of the next page.
///
/// # Errors
/// Whatever the database says.
pub fn lines(
    connection: &mut db::Connection,
    account_id: Uuid,
    import: &Details,
    shown: Shown,
    page: i64,
) -> QueryResult<Vec<StoredLine>> {
    let query = of_import(account_id, import.id).into_boxed();
    let undecided = import_lines::outcome.is_null();
    let no_seat_from = import.no_seat_from.unwrap_or(i32::MAX);
    let query = match shown {
        Shown::All => query,
        Shown::Of(verdict) => {
            let end = if verdict.takes_a_seat() {
                no_seat_from
            } else {
                i32::MAX
            };
            query.filter(
                import_lines::outcome
                    .eq(verdict.outcome())
                    .assume_not_null()
                    .or(undecided
                        .and(import_lines::verdict.eq(verdict.as_str()))
                        .and(import_lines::chosen.eq(verdict.is_importable()))
                        .and(import_lines::position.lt(end))),
            )
        }
        Shown::NoSeat => query
            .filter(undecided)
            .filter(import_lines::chosen)
            .filter(import_lines::verdict.eq_any(TAKE_A_SEAT))
            .filter(import_lines::position.ge(no_seat_from)),
        Shown::LeftOut => query
            .filter(import_lines::chosen.eq(false))
            .filter(import_lines::verdict.eq_any(Verdict::IMPORTABLE.map(Verdict::as_str))),
    };
    query
        .order(import_lines::position)
        .limit(LINES_PAGE + 1)
        .offset(page.max(0).saturating_mul(LINES_PAGE))
        .select(COLUMNS)
        .load(connection)
}

/// Refused lines after that position, at most `limit`.
///
/// # Errors
/// Whatever the database says.
pub fn refused(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    after: i32,
    limit: i64,
) -> QueryResult<Vec<StoredLine>> {
    of_import(account_id, id)
        .filter(import_lines::position.gt(after))
        .filter(
            import_lines::verdict
                .eq("refused")
                .or(import_lines::outcome.eq("refused").assume_not_null()),
        )
        .order(import_lines::position)
        .limit(limit)
        .select(COLUMNS)
        .load(connection)
}

/// Positions and contents of the next lines to import.
pub(super) fn to_do(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    limit: i64,
) -> QueryResult<Vec<(i32, Line)>> {
    let found: Vec<StoredLine> = of_import(account_id, id)
        .filter(import_lines::chosen)
        .filter(import_lines::outcome.is_null())
        .order(import_lines::position)
        .limit(limit)
        .select(COLUMNS)
        .load(tx)?;
    Ok(found
        .into_iter()
        .map(|stored| (stored.position, stored.into_line()))
        .collect())
}

impl StoredLine {
    /// Whether the line is chosen and no seat is left for it; `no_seat_from` as in [`Details`].
    pub fn has_no_seat(&self, no_seat_from: Option<i32>) -> bool {
        let needs_one = Verdict::from_name(&self.verdict).is_some_and(Verdict::takes_a_seat);
        self.chosen && needs_one && no_seat_from.is_some_and(|from| self.position >= from)
    }

    fn into_line(self) -> Line {
        let (username, first_name, last_name, title, department, phone, replaces) = self.fields;
        Line {
            number: self.line.unsigned_abs(),
            username,
            first_name,
            last_name,
            title,
            department,
            phone,
            replaces,
        }
    }
}

#[diesel::dsl::auto_type]
fn of_import(account_id: Uuid, id: Uuid) -> _ {
    import_lines::table
        .filter(import_lines::account_id.eq(account_id))
        .filter(import_lines::import_id.eq(id))
}

type Fields = (
    import_lines::username,
    import_lines::first_name,
    import_lines::last_name,
    import_lines::title,
    import_lines::department,
    import_lines::phone,
    import_lines::replaces,
);
type Columns = (
    import_lines::position,
    import_lines::line,
    Fields,
    import_lines::verdict,
    import_lines::chosen,
    import_lines::outcome,
    import_lines::reason,
    import_lines::user_id,
);
const COLUMNS: Columns = (
    import_lines::position,
    import_lines::line,
    (
        import_lines::username,
        import_lines::first_name,
        import_lines::last_name,
        import_lines::title,
        import_lines::department,
        import_lines::phone,
        import_lines::replaces,
    ),
    import_lines::verdict,
    import_lines::chosen,
    import_lines::outcome,
    import_lines::reason,
    import_lines::user_id,
);
