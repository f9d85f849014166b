//! Who of an import has a seat: the first ones chosen, in the order of the list, as long as seats are free.
//! That is no verdict on a line, but follows the choice and the seats of the moment.

use diesel::prelude::*;
use uuid::Uuid;

use super::verdict::{NO_SEAT, TAKE_A_SEAT, Verdict};
use crate::db;
use crate::schema::import_lines;

/// The position from which on chosen lines that need a seat have none; nothing where all have one. `free`
/// is negative in an account that is over its seats.
///
/// # Errors
/// Whatever the database says.
pub(super) fn no_seat_from(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    free: i32,
) -> QueryResult<Option<i32>> {
    that_need_one(account_id, id)
        .order(import_lines::position)
        .offset(free.max(0).into())
        .limit(1)
        .select(import_lines::position)
        .first(connection)
        .optional()
}

/// Refuses the chosen lines from that position on that need a seat: the run takes up what the page said,
/// also where a seat becomes free meanwhile.
///
/// # Errors
/// Whatever the database says.
pub(super) fn refuse_from(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    position: i32,
) -> QueryResult<()> {
    diesel::update(that_need_one(account_id, id).filter(import_lines::position.ge(position)))
        .set((
            import_lines::outcome.eq(Verdict::Refused.outcome()),
            import_lines::reason.eq(NO_SEAT),
        ))
        .execute(tx)
        .map(|_| ())
}

#[diesel::dsl::auto_type]
fn that_need_one(account_id: Uuid, id: Uuid) -> _ {
    let needing: [&'static str; 2] = TAKE_A_SEAT;
    import_lines::table
        .filter(import_lines::account_id.eq(account_id))
        .filter(import_lines::import_id.eq(id))
        .filter(import_lines::chosen)
        .filter(import_lines::outcome.is_null())
        .filter(import_lines::verdict.eq_any(needing))
}
