//! Large accounts, for seeing how fast the program is: a tenth of all users in the first account.

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::account::DemoError;
use super::people::People;
use crate::db::{self, Db};
use crate::ids;
use crate::schema::{account_domains, accounts, users};

/// Rows of one COPY: few enough that the totals' trigger keeps them in memory.
const ROWS: u64 = 20_000;
/// So many of a hundred are active.
const ACTIVE: f64 = 0.9;
/// So many of the active never signed in.
const NEVER: f64 = 0.08;

#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
struct NewRow {
    account_id: Uuid,
    id: Uuid,
    username: String,
    first_name: String,
    last_name: String,
    title: String,
    department: String,
    phone: String,
    search_text: String,
    name_key: String,
    active: bool,
    administrator: bool,
    deactivated_at: Option<OffsetDateTime>,
    deactivation_reason: String,
    last_sign_in_at: Option<OffsetDateTime>,
    version: i32,
    created_at: OffsetDateTime,
}

/// Makes `accounts` accounts with `people` users together, by COPY; the same seed makes the same
/// people. `progress` hears how many there are so far.
///
/// # Errors
/// [`DemoError`]; [`DemoError::Exists`] for a seed that was used before.
pub fn generate(
    db: &Db,
    accounts: u32,
    people: u64,
    seed: u64,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DemoError> {
    let mut source = People::new(seed);
    let mut done = 0;
    for number in 0..u64::from(accounts) {
        let size = size_of(number, u64::from(accounts), people).max(1);
        let domain = format!("company-{seed}-{number}.example");
        let account_id = found(db, seed, number, size, &domain, now)?;
        let mut first = 0;
        while first < size {
            let count = ROWS.min(size - first);
            let rows: Vec<NewRow> = (first..first + count)
                .map(|place| row(&mut source, account_id, place, &domain, now))
                .collect();
            db.write(|tx| {
                diesel::copy_from(users::table)
                    .from_insertable(&rows)
                    .execute(tx)
            })?;
            first += count;
            done += count;
            progress(done);
        }
    }
    db.read(|connection| diesel::sql_query("analyze").execute(connection))?;
    Ok(())
}

/// A tenth in the first account, the rest shared by the others.
fn size_of(number: u64, accounts: u64, people: u64) -> u64 {
    let largest = if accounts == 1 { people } else { people / 10 };
    if number == 0 {
        return largest;
    }
    let (rest, others) = (people - largest, accounts - 1);
    rest / others + u64::from(number <= rest % others)
}

fn found(
    db: &Db,
    seed: u64,
    number: u64,
    size: u64,
    domain: &str,
    now: OffsetDateTime,
) -> Result<Uuid, DemoError> {
    let id = ids::new();
    let seats = i32::try_from(size + 10).unwrap_or(i32::MAX);
    db.write(|tx| {
        diesel::insert_into(accounts::table)
            .values((
                accounts::id.eq(id),
                accounts::name.eq(format!("Company {number} of {seed}")),
                accounts::seats.eq(seats),
                accounts::created_at.eq(now),
            ))
            .execute(tx)?;
        diesel::insert_into(account_domains::table)
            .values((
                account_domains::account_id.eq(id),
                account_domains::domain.eq(domain),
                account_domains::added_at.eq(now),
            ))
            .execute(tx)
    })
    .map_err(|error: db::Error| match db::violated_constraint(&error) {
        Some("accounts_name") => DemoError::Exists,
        _ => error.into(),
    })?;
    Ok(id)
}

fn row(
    source: &mut People,
    account_id: Uuid,
    place: u64,
    domain: &str,
    now: OffsetDateTime,
) -> NewRow {
    let (profile, local) = source.next(Some(place));
    let username = format!("{local}@{domain}");
    // The first one administers, and is in.
    let administrator = place == 0;
    let active = administrator || source.chance(ACTIVE);
    let hours = source.number(1, 24 * 400);
    NewRow {
        account_id,
        id: ids::new(),
        search_text: profile.search_text(&username),
        name_key: profile.name_key(),
        username,
        first_name: profile.first_name,
        last_name: profile.last_name,
        title: profile.title,
        department: profile.department,
        phone: profile.phone,
        active,
        administrator,
        deactivated_at: (!active).then(|| now - Duration::hours(hours)),
        deactivation_reason: String::new(),
        last_sign_in_at: (!source.chance(NEVER))
            .then(|| now - Duration::hours(hours) - Duration::minutes(source.number(0, 60))),
        version: 1,
        created_at: now - Duration::days(500),
    }
}
