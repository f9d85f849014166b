//! Pages by key: everybody who is there all the time is on exactly one page, whatever comes and goes
//! between two pages.

use std::collections::HashMap;

use diesel::connection::SimpleConnection as _;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use user_accounts::db::{Db, Purpose};
use user_accounts::users::{self, Direction, Listing, Place, Sort, SortColumn};

use crate::support::people::Company;
use crate::support::postgres::{as_owner, fresh_database_url};

/// People who stay.
const STAYING: usize = 170;

#[test]
fn everybody_who_stays_is_on_exactly_one_page_in_every_order() {
    let company = Company::new(
        Db::new(&as_owner(&fresh_database_url()), Purpose::Maintenance, 2),
        STAYING,
        "Ann",
    );
    company.change(|tx| {
        tx.batch_execute(
            "update users set name_key = (array['ann', 'bea', 'eve'])[1 + abs(hashtext(username)) % 3],
                    last_sign_in_at = case when abs(hashtext(username)) % 4 = 0 then null
                        else timestamptz '2026-01-01' + abs(hashtext(username)) % 5 * interval '1 day' end",
        )
    });
    let orders = prop::sample::select(vec![
        SortColumn::Username,
        SortColumn::Name,
        SortColumn::LastSignIn,
    ]);
    // What happens before each page: people come who sort anywhere, and some of those who came go.
    let changes = prop::collection::vec((0..40_u32, any::<bool>(), any::<u32>()), 12);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(24));
    runner
        .run(&(orders, any::<bool>(), changes), |(column, descending, changes)| {
            let sort = Sort { column, descending };
            let change = |(come, go, seed): &(u32, bool, u32)| {
                company.change(|tx| {
                    tx.batch_execute(&format!(
                        "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, created_at, last_sign_in_at)
                         select '{}', gen_random_uuid(), substr(md5(n::text || {seed}::text), 1, 12) || '@acme.example', 'C', 'D', '',
                                substr(md5(n::text), 1, 1), now(),
                                case when n % 2 = 0 then timestamptz '2026-01-01' + (n % 6) * interval '1 day' end
                         from generate_series(1, {come}) as n on conflict do nothing",
                        company.account
                    ))?;
                    if *go {
                        tx.batch_execute("delete from users where first_name = 'C' and hashtext(username) % 2 = 0")?;
                    }
                    Ok::<_, diesel::result::Error>(())
                });
            };
            let show = |place: Option<Place>| {
                let listing = Listing { sort, place, ..Listing::default() };
                company.db.read(|c| users::page(c, company.account, &listing, &users::Expected::ANY)).unwrap()
            };
            let count = |seen: &mut HashMap<String, usize>, rows: &[users::Row]| {
                for row in rows.iter().filter(|row| row.first_name == "Ann") {
                    *seen.entry(row.username.clone()).or_default() += 1;
                }
            };
            let mut there = HashMap::new();
            let mut page = show(None);
            count(&mut there, &page.rows);
            let endless = || changes.iter().chain(std::iter::repeat(&(0, false, 0)));
            for changed in endless() {
                let Some(key) = page.after.take() else { break };
                change(changed);
                page = show(Some(Place { direction: Direction::After, key }));
                count(&mut there, &page.rows);
            }
            // And from the last page back to the first, which is shown full: it may repeat what was on the second.
            let mut back = HashMap::new();
            count(&mut back, &page.rows);
            for changed in endless() {
                let Some(key) = page.before.take() else { break };
                change(changed);
                page = show(Some(Place { direction: Direction::Before, key }));
                if page.before.is_some() {
                    count(&mut back, &page.rows);
                }
            }
            for row in page.rows.iter().filter(|row| row.first_name == "Ann") {
                back.entry(row.username.clone()).or_insert(1);
            }
            company.change(|tx| tx.batch_execute("delete from users where first_name = 'C'"));
            for seen in [there, back] {
                prop_assert_eq!(seen.len(), STAYING);
                prop_assert!(seen.values().all(|times| *times == 1), "{:?}", seen);
            }
            Ok(())
        })
        .unwrap();
}
