//! The rows of the list from a key, in either direction, as one statement.
//!
//! The program's connections plan a statement once, whatever its values (`plan_cache_mode`), so each
//! is written for one plan: where the planner would have to guess how many rows a search leaves, a
//! materialized part or a limit decides instead. docs/performance.md says what was measured.

use diesel::RunQueryDsl as _;
use diesel::result::QueryResult;
use uuid::Uuid;

use super::listing::{Listing, Row};
use super::listing_order::Order;
use super::search::Condition;
use crate::db::{self, Statement};

/// What a row of the list is made from.
const COLUMNS: &str = "id, username, first_name, last_name, title, department, phone, last_sign_in_at, \
     administrator, active, deactivated_at, name_key, password_mail_id, password_mail_state, password_mail_at, training, created_at";
/// What a search and a chip look at besides.
const LOOKED_AT: &str = "search_text";
/// So many rows are looked at one by one for a page of a common word, before its matches are gathered.
const WALKED: i64 = 3_000;
/// So many for a page of a chip alone, which costs less a row than a word does: one in two hundred of them is enough.
const WALKED_FOR_A_CHIP: i64 = 10_000;

/// How the rows that are looked for are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// In the order of the list, as far as it takes: where everybody is shown, and for an export, which
    /// passes everybody once.
    Walk,
    /// A stretch in the order of the list, and where that holds too few, all of them: for what many
    /// people match.
    WalkThenGather,
    /// All of them by the index, then sorted: for what few people match.
    Gather,
    /// Those with these ids, sorted: who was counted already.
    Known(Vec<Uuid>),
}

/// At most `limit` rows, in reading direction. One statement.
pub(super) fn read(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
    limit: usize,
    way: &Way,
) -> QueryResult<Vec<Row>> {
    statement(account_id, listing, limit, way).load(connection)
}

fn statement(account_id: Uuid, listing: &Listing, limit: usize, way: &Way) -> Statement {
    let mut statement = Statement::default();
    let account = statement.place_for(account_id);
    let side = listing.show.side();
    let base = format!("account_id = {account} and {side}");
    let order = Order::of(&mut statement, listing);
    let condition = Condition::of(&mut statement, &listing.search, listing.needs);
    let plain = condition.on_users();
    let as_far_as = if listing.search.is_empty() {
        WALKED_FOR_A_CHIP
    } else {
        WALKED
    };
    let of_side = format!("users where {base}");
    let end = format!("limit {limit}");
    let walked = |end: &str| {
        let walked = order.read(&format!("{COLUMNS}, {LOOKED_AT}"), &of_side, end);
        format!("select {COLUMNS} from ({walked}) as walked where true{plain} limit {limit}")
    };
    // Only what they are sorted by is kept of all that match; the rest is read for those of the page.
    let keys = order.keys();
    let page_of_found = format!(
        "select person.* from (
             {}
         ) as page
         cross join lateral (
             select {COLUMNS} from users where account_id = {account} and users.id = page.id
         ) as person",
        order.read("id", "found where true", &end)
    );
    let gathered = |rows: &str| {
        format!("with found as materialized (select {keys} from {rows}) {page_of_found}")
    };
    let by_index = format!(
        "{} and {side}",
        condition.found(&account, order.is_by_users())
    );
    let rows = match way {
        Way::Walk if plain.is_empty() => order.read(COLUMNS, &of_side, &end),
        // "offset 0" keeps the planner from looking for the words first.
        Way::Walk => walked("offset 0"),
        Way::Gather => gathered(&by_index),
        Way::Known(ids) => {
            let ids = statement.place_for(ids.as_slice());
            let known = order.read(COLUMNS, "known where true", &end);
            // Materialized, or the planner may look for them along the order.
            format!(
                "with known as materialized (select {COLUMNS} from {of_side} and id = any ({ids})) {known}"
            )
        }
        Way::WalkThenGather => format!(
            "with hits as materialized ({}),
             found as materialized (
                 select {keys} from {by_index} and (select count(*) from hits) < {limit}
             )
             select * from hits where (select count(*) from hits) >= {limit}
             union all
             ({page_of_found})",
            walked(&format!("limit {as_far_as}"))
        ),
    };
    let reading_order = order.reading();
    // The mail's words are looked up one by one, and only where they are shown: joined as a table, the
    // planner may read every mail of the account.
    statement.write(&format!(
        "select r.*, mail.attempts, mail.explanation
         from ({rows}) as r
         left join lateral (
             select attempts, explanation from mails
             where mails.account_id = {account} and mails.id = r.password_mail_id and r.password_mail_state <> 'sent'
             limit 1
         ) as mail on true
         order by {reading_order}"
    ));
    statement
}
