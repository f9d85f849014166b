//! The rows of the list from a key, in either direction, as one statement.
//!
//! The program's connections plan a statement once, whatever its values (`plan_cache_mode`), so each
//! is written for one plan: where the planner would have to guess how many rows a search leaves, a
//! materialized part or a limit decides instead. docs/performance.md says what was measured.

use diesel::RunQueryDsl as _;
use diesel::result::QueryResult;
use uuid::Uuid;

use super::listing::{Listing, Row, Show, SortColumn};
use super::place::{Direction, Key};
use super::search::Condition;
use crate::db::{self, Statement};

/// What a row of the list is made from.
const COLUMNS: &str = "id, username, first_name, last_name, title, department, phone, last_sign_in_at, \
     administrator, active, deactivated_at, name_key, password_mail_id, password_mail_state, password_mail_at, training, created_at";
/// What a search and a chip look at besides.
const LOOKED_AT: &str = "search_text";
/// So many rows are looked at one by one for a page of a common word, before its matches are gathered.
const WALKED: i64 = 3_000;

/// How the rows that are looked for are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In the order of the list, as far as it takes: where everybody is shown, and for an export, which
    /// passes everybody once.
    Walk,
    /// A stretch in the order of the list, and where that holds too few, all of them: for what many
    /// people match.
    WalkThenGather,
    /// All of them by the index, then sorted: for what few people match.
    Gather,
    /// All of them out of the whole account, then sorted: for a small account.
    Scan,
}

/// At most `limit` rows, in reading direction. One statement.
pub(super) fn read(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
    limit: usize,
    way: Way,
) -> QueryResult<Vec<Row>> {
    statement(account_id, listing, limit, way).load(connection)
}

/// A part of the list that one index holds in order.
enum Stretch<'a> {
    /// All of it, from a key on.
    Whole(Option<&'a Key>),
    /// Of a list by last sign-in: who came, from a key on.
    Came(Option<&'a Key>),
    /// Of a list by last sign-in: who never came, from an id on.
    Never(Option<Uuid>),
}

/// The stretches that a page may lie on, in reading direction. In a list by last sign-in "never" is a
/// stretch of its own at the end, whichever way the list is sorted.
fn stretches<'a>(column: SortColumn, key: Option<&'a Key>, backwards: bool) -> Vec<Stretch<'a>> {
    match (column, key) {
        (SortColumn::LastSignIn, None) => vec![Stretch::Came(None), Stretch::Never(None)],
        (SortColumn::LastSignIn, Some(Key::LastSignIn(None, id))) => {
            let mut stretches = vec![Stretch::Never(Some(*id))];
            if backwards {
                stretches.push(Stretch::Came(None));
            }
            stretches
        }
        (SortColumn::LastSignIn, Some(_)) => {
            let mut stretches = vec![Stretch::Came(key)];
            if !backwards {
                stretches.push(Stretch::Never(None));
            }
            stretches
        }
        (_, key) => vec![Stretch::Whole(key)],
    }
}

fn statement(account_id: Uuid, listing: &Listing, limit: usize, way: Way) -> Statement {
    let column = listing.sort.column;
    let place = listing.place.as_ref();
    let backwards = place.is_some_and(|place| place.direction == Direction::Before);
    // Reading a descending list backwards is reading upwards.
    let downwards = listing.sort.descending != backwards;
    let mut statement = Statement::default();
    let account = statement.place_for(account_id);
    let side = match listing.show {
        Show::Active => "active",
        Show::Inactive => "not active",
    };
    let base = format!("account_id = {account} and {side}");
    let order = order(column, downwards);
    let froms: Vec<String> = stretches(column, place.map(|place| &place.key), backwards)
        .iter()
        .map(|stretch| from(&mut statement, stretch, downwards))
        .collect();
    // Stretch after stretch, each in the order of its index, the next only where the one before ends too soon.
    let in_order = |columns: &str, rows: &str, end: &str| {
        let parts: Vec<String> = froms
            .iter()
            .map(|from| format!("select {columns} from {rows}{from} order by {order} {end}"))
            .collect();
        match parts.as_slice() {
            [only] => only.clone(),
            several => {
                let several = several.join(") union all (");
                format!("select {columns} from (({several})) as stretches {end}")
            }
        }
    };
    let condition = Condition::of(&mut statement, &listing.search, listing.needs);
    let plain = condition.on_users();
    let of_side = format!("users where {base}");
    let end = format!("limit {limit}");
    let walked = |end: &str| {
        let walked = in_order(&format!("{COLUMNS}, {LOOKED_AT}"), &of_side, end);
        format!("select {COLUMNS} from ({walked}) as walked where true{plain} limit {limit}")
    };
    // Only what they are sorted by is kept of all that match; the rest is read for those of the page.
    let keys = match column {
        SortColumn::Username => "id, username",
        SortColumn::Name => "id, name_key",
        SortColumn::LastSignIn => "id, last_sign_in_at",
    };
    let page_of_found = format!(
        "select person.* from (
             {}
         ) as page
         cross join lateral (
             select {COLUMNS} from users where account_id = {account} and users.id = page.id
         ) as person",
        in_order("id", "found where true", &end)
    );
    let gathered = |rows: &str| {
        format!("with found as materialized (select {keys} from {rows}) {page_of_found}")
    };
    let by_index = format!(
        "{} and {side}",
        condition.found(&account, column == SortColumn::LastSignIn)
    );
    let rows = match way {
        Way::Walk if plain.is_empty() => in_order(COLUMNS, &of_side, &end),
        // "offset 0" keeps the planner from looking for the words first.
        Way::Walk => walked("offset 0"),
        Way::Gather => gathered(&by_index),
        Way::Scan => gathered(&format!("users where {base}{plain}")),
        Way::WalkThenGather => format!(
            "with hits as materialized ({}),
             found as materialized (
                 select {keys} from {by_index} and (select count(*) from hits) < {limit}
             )
             select * from hits where (select count(*) from hits) >= {limit}
             union all
             ({page_of_found})",
            walked(&format!("limit {WALKED}"))
        ),
    };
    // "Never" is last in the list, so where it is read backwards, first.
    let reading_order = match (column, backwards) {
        (SortColumn::LastSignIn, false) => order.replacen(',', " nulls last,", 1),
        (SortColumn::LastSignIn, true) => order.replacen(',', " nulls first,", 1),
        _ => order.clone(),
    };
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

/// The condition that the stretch begins with, told so that an index can start there.
fn from(statement: &mut Statement, stretch: &Stretch<'_>, downwards: bool) -> String {
    let beyond = if downwards { "<" } else { ">" };
    match stretch {
        Stretch::Whole(None) => String::new(),
        Stretch::Came(None) => " and last_sign_in_at is not null".to_string(),
        Stretch::Never(None) => " and last_sign_in_at is null".to_string(),
        Stretch::Never(Some(id)) => {
            let id = statement.place_for(*id);
            format!(" and last_sign_in_at is null and id {beyond} {id}")
        }
        Stretch::Whole(Some(key)) | Stretch::Came(Some(key)) => match key {
            Key::Username(username) => {
                let username = statement.place_for(username.as_str());
                format!(" and username {beyond} {username}")
            }
            Key::Name(name, id) => {
                let (name, id) = (statement.place_for(name.as_str()), statement.place_for(*id));
                format!(" and (name_key, id) {beyond} ({name}, {id})")
            }
            // Nothing compares with "never": those rows are no part of this stretch.
            Key::LastSignIn(Some(at), id) => {
                let (at, id) = (statement.place_for(*at), statement.place_for(*id));
                format!(" and (last_sign_in_at, id) {beyond} ({at}, {id})")
            }
            Key::LastSignIn(None, _) => " and last_sign_in_at is null".to_string(),
        },
    }
}

/// The order within a stretch, in the words of the index that holds it.
fn order(column: SortColumn, downwards: bool) -> String {
    let direction = if downwards { "desc" } else { "asc" };
    match column {
        SortColumn::Username => format!("username {direction}"),
        SortColumn::Name => format!("name_key {direction}, id {direction}"),
        SortColumn::LastSignIn => format!("last_sign_in_at {direction}, id {direction}"),
    }
}
