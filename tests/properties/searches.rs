//! Searches: whatever way people are found, the pages hold exactly who matches, in order.

use user_accounts::db::{Db, Purpose};
use user_accounts::users::{
    self, Direction, Expected, Listing, Matches, Needs, Place, Show, Sort, SortColumn,
};

use crate::support::people::Company;
use crate::support::postgres::{as_owner, fresh_database_url};

/// Words, each given to one person in so many: from those that the index finds to those that are met
/// on the way.
const WORDS: [(&str, usize); 6] = [
    ("solitary", 5_000),
    ("seldom", 400),
    ("middling", 33),
    ("frequent", 15),
    ("plentiful", 5),
    ("everyone", 1),
];

/// People with those words; every seventh is out, and `departed` are only there.
fn company(people: usize) -> Company {
    let company = Company::new(
        Db::new(&as_owner(&fresh_database_url()), Purpose::Serving, 2),
        people,
        "Ann",
    );
    let number = "substring(username from 'person([0-9]+)@')::int";
    let words: Vec<String> = WORDS
        .iter()
        .map(|(word, one_in)| {
            format!("case when {number} % {one_in} = 0 then '{word} ' else '' end")
        })
        .collect();
    company.sql(&format!(
        "update users set search_text = {} || case when {number} in (7, 14) then 'departed' else '' end,
                name_key = substr(md5(username), 1, 2),
                active = {number} % 7 <> 0,
                deactivated_at = case when {number} % 7 = 0 then now() end,
                training = case when {number} % 2 = 0 then 'attended' else 'never' end,
                last_sign_in_at = case when {number} % 3 = 0 then null
                    else timestamptz '2026-01-01' + {number} % 50 * interval '1 day' end
         where account_id = $1",
        words.join(" || ")
    ));
    company
}

/// Whom the list should hold: usernames in order, by the plainest statement.
fn expected(company: &Company, listing: &Listing) -> Vec<String> {
    let order = match listing.sort.column {
        SortColumn::Username => "username DIR",
        SortColumn::Name => "name_key DIR, id DIR",
        SortColumn::LastSignIn => "last_sign_in_at DIR nulls last, id DIR",
    };
    let direction = if listing.sort.descending {
        "desc"
    } else {
        "asc"
    };
    let side = if listing.show == Show::Active {
        ""
    } else {
        "not"
    };
    let needs = if listing.needs.is_some() {
        "training = 'never'"
    } else {
        "true"
    };
    company
        .texts(&format!(
            "select username as text from users
             where account_id = $1 and {side} active and search_text like '%{}%' and {needs} order by {}",
            listing.search,
            order.replace("DIR", direction)
        ))
}

/// The page at a place, as the program reads it.
fn read(company: &Company, listing: &Listing) -> (Matches, users::Page) {
    company
        .db
        .read(|connection| {
            let matches = users::matches(connection, company.account, listing)?;
            let page = users::page(
                connection,
                company.account,
                listing,
                &Expected::from(matches.clone()),
            )?;
            Ok::<_, diesel::result::Error>((matches, page))
        })
        .unwrap()
}

fn names(page: &users::Page) -> Vec<String> {
    page.rows.iter().map(|row| row.username.clone()).collect()
}

/// Reads every page there and, from the last one, every page back.
fn check(company: &Company, listing: &Listing, expected: &[String]) {
    let counted = i64::try_from(expected.len())
        .unwrap()
        .min(users::COUNTED_MATCHES + 1);
    let at = |direction, key| Listing {
        place: Some(Place { direction, key }),
        ..listing.clone()
    };
    let (matches, mut page) = read(company, listing);
    assert_eq!(matches.here, counted, "{listing:?}");
    let first = page.clone();
    let mut there = names(&page);
    while let Some(key) = page.after.take() {
        let (matches, next) = read(company, &at(Direction::After, key));
        assert_eq!(matches.here, counted, "the same on every page: {listing:?}");
        there.extend(names(&next));
        page = next;
    }
    assert_eq!(there, expected, "{listing:?}");
    // Before a row of the first page there is less than a page.
    if let Some(row) = first.rows.get(30) {
        let (_, stub) = read(
            company,
            &at(Direction::Before, row.key(listing.sort.column)),
        );
        assert_eq!(names(&stub), names(&first), "{listing:?}");
    }
    let mut end = expected.len() - page.rows.len();
    while let Some(key) = page.before.take() {
        let (_, previous) = read(company, &at(Direction::Before, key));
        let begin = end.saturating_sub(users::PAGE);
        let whole = if begin == 0 {
            users::PAGE.min(expected.len())
        } else {
            end
        };
        assert_eq!(names(&previous), expected[begin..whole], "{listing:?}");
        end = begin;
        page = previous;
    }
}

/// Every word, order and side.
fn check_all(people: usize) {
    let company = company(people);
    for (word, _) in WORDS {
        for column in [
            SortColumn::Username,
            SortColumn::Name,
            SortColumn::LastSignIn,
        ] {
            for (descending, show, needs) in [
                (false, Show::Active, None),
                (true, Show::Inactive, None),
                (true, Show::Active, Some(Needs::NeverTrained)),
            ] {
                let listing = Listing {
                    show,
                    needs,
                    search: word.to_string(),
                    sort: Sort { column, descending },
                    place: None,
                };
                // Reading very many fifty at a time shows nothing that fewer do not.
                let all = expected(&company, &listing);
                if all.len() > 3_000 {
                    let (matches, page) = read(&company, &listing);
                    assert_eq!(matches.here, users::COUNTED_MATCHES + 1, "{listing:?}");
                    assert_eq!(names(&page), all[..users::PAGE], "{listing:?}");
                } else {
                    check(&company, &listing, &all);
                }
            }
        }
    }
    let elsewhere = Listing {
        search: "departed".to_string(),
        ..Listing::default()
    };
    let (matches, page) = read(&company, &elsewhere);
    assert_eq!((matches.here, matches.other_side), (0, 2));
    assert_eq!(page.rows.len(), 0);
}

#[test]
fn in_a_small_account_the_pages_hold_who_matches() {
    check_all(600);
}

#[test]
fn in_an_account_of_thousands_the_pages_hold_who_matches() {
    check_all(6_000);
}

#[test]
fn in_an_account_of_tens_of_thousands_the_pages_hold_who_matches() {
    check_all(24_000);
}
