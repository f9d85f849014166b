//! Making up a company: its accounts row, its people, and the mails that some of them have not
//! answered.

use std::collections::HashMap;

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::load::{AccountRow, Chunk, DomainRow, MailRow, UserRow};
use super::people::People;
use crate::ids;
use crate::mail::outbox::Kind;
use crate::users::Profile;

/// Of the largest account every tenth is inactive; of the others between so many of a hundred.
const INACTIVE_OF_LARGEST: u64 = 10;
const INACTIVE_OF_OTHERS: (i64, i64) = (3, 19);
/// How many never signed in.
const NEVER: f64 = 0.08;
/// How many mails with passwords came back.
const REFUSED: f64 = 0.03;
/// One administrator for so many people.
const PEOPLE_OF_AN_ADMINISTRATOR: u64 = 2_000;
const MOST_ADMINISTRATORS: u64 = 12;
/// Rows of one COPY: few enough that the totals' trigger keeps them in memory.
const ROWS: usize = 20_000;

const REASONS: [&str; 6] = [
    "Left the company",
    "Contract ended",
    "Parental leave",
    "",
    "Retired",
    "Moved to another division",
];

/// The first administrator's name before the `@`, the same everywhere, so that it is known.
const FIRST_ADMINISTRATOR: &str = "administrator";
/// Makes the company itself; its people come out of the stream of its number.
const COMPANIES: u64 = u64::MAX;

/// A company to be made up.
#[derive(Debug, Clone)]
pub(super) struct Company {
    pub id: Uuid,
    pub name: String,
    pub domain: String,
    pub seats: i32,
    pub founded: OffsetDateTime,
    pub people: u64,
    pub first_administrator: Uuid,
    inactive: u64,
    seed: u64,
    number: u32,
}

/// The domain of the company of that number.
pub(super) fn domain(seed: u64, number: u32) -> String {
    format!("company-{seed}-{number}.example")
}

/// The companies of those sizes, the largest first. The same seed makes the same ones.
pub(super) fn plan(sizes: &[u64], seed: u64, now: OffsetDateTime) -> Vec<Company> {
    let mut source = People::new(seed, COMPANIES);
    (1..)
        .zip(sizes)
        .map(|(number, people)| {
            let inactive = inactive(&mut source, number, *people);
            Company {
                id: ids::new(),
                // Unique, as accounts' names are.
                name: format!("{} {seed}-{number}", source.company()),
                domain: domain(seed, number),
                seats: seats(*people - inactive),
                founded: now - Duration::days(source.number(1_200, 2_400)),
                people: *people,
                first_administrator: ids::new(),
                inactive,
                seed,
                number,
            }
        })
        .collect()
}

fn inactive(source: &mut People, number: u32, people: u64) -> u64 {
    if number == 1 {
        return people / INACTIVE_OF_LARGEST;
    }
    let (from, to) = INACTIVE_OF_OTHERS;
    people * u64::try_from(source.number(from, to)).unwrap_or_default() / 100
}

/// Collects rows, and hands them on when there are enough for one COPY.
pub(super) struct Collector<'a> {
    pub chunk: Chunk,
    pub hand_on: &'a mut dyn FnMut(Chunk) -> bool,
}

impl Collector<'_> {
    /// Hands on what there is; false when nobody wants more.
    pub(super) fn flush(&mut self) -> bool {
        (self.hand_on)(std::mem::take(&mut self.chunk))
    }
}

impl Company {
    /// The first administrator's username.
    pub(super) fn administrator(&self) -> String {
        format!("{FIRST_ADMINISTRATOR}@{}", self.domain)
    }

    /// Makes up the company's rows; false when nobody wants more.
    pub(super) fn make_up(&self, to: &mut Collector<'_>, now: OffsetDateTime) -> bool {
        let mut source = People::new(self.seed, u64::from(self.number));
        to.chunk.accounts.push(AccountRow {
            id: self.id,
            name: self.name.clone(),
            seats: self.seats,
            created_at: self.founded,
        });
        to.chunk.domains.push(DomainRow {
            account_id: self.id,
            domain: self.domain.clone(),
            added_at: self.founded,
        });
        let administrators =
            (1 + self.people / PEOPLE_OF_AN_ADMINISTRATOR).min(MOST_ADMINISTRATORS);
        let mut namesakes = HashMap::new();
        let mut still_inactive = self.inactive;
        for place in 0..self.people {
            // Exactly so many, wherever chance puts them; never the first.
            let left = self.people - place;
            let active = place == 0 || source.fraction() * (left as f64) >= still_inactive as f64;
            still_inactive -= u64::from(!active);
            let (profile, local) = source.next();
            let (id, username) = if place == 0 {
                (self.first_administrator, self.administrator())
            } else {
                let local = distinct(&mut namesakes, local);
                (ids::new(), format!("{local}@{}", self.domain))
            };
            let person = Person {
                id,
                username,
                profile,
                active,
                administrator: active && place < administrators,
                first: place == 0,
            };
            self.add(to, &mut source, person, now);
            if to.chunk.users.len() >= ROWS && !to.flush() {
                return false;
            }
        }
        true
    }

    fn add(
        &self,
        to: &mut Collector<'_>,
        source: &mut People,
        person: Person,
        now: OffsetDateTime,
    ) {
        let ago = |source: &mut People, days: f64| {
            now - Duration::seconds((source.fraction().powi(3) * days * 86_400.0) as i64 + 60)
        };
        let deactivated_at = (!person.active).then(|| ago(source, 700.0));
        let never = !person.first && source.chance(NEVER);
        // Most came lately, some long ago; nobody after they were taken out.
        let last_sign_in_at =
            (!never).then(|| deactivated_at.unwrap_or(now) - (now - ago(source, 400.0)));
        let waits_for_them = never && person.active;
        let created_at = match last_sign_in_at.or(deactivated_at) {
            Some(last) => last - Duration::minutes(source.number(60, 60 * 24 * 700)),
            None => now - Duration::minutes(source.number(5, 60 * 24 * 60)),
        };
        let reason = (!person.active)
            .then(|| REASONS.get(usize::try_from(source.number(0, 6)).unwrap_or_default()))
            .flatten()
            .copied()
            .unwrap_or_default();
        let password_mail = waits_for_them.then(|| {
            let mail = welcome(
                self.id,
                person.id,
                &person.username,
                source.chance(REFUSED),
                created_at,
            );
            let standing = (mail.id, mail.state, mail.settled_at);
            to.chunk.mails.push(mail);
            standing
        });
        to.chunk.users.push(UserRow {
            account_id: self.id,
            id: person.id,
            search_text: person.profile.search_text(&person.username),
            name_key: person.profile.name_key(),
            username: person.username,
            first_name: person.profile.first_name,
            last_name: person.profile.last_name,
            title: person.profile.title,
            department: person.profile.department,
            phone: person.profile.phone,
            active: person.active,
            administrator: person.administrator,
            deactivated_at,
            deactivation_reason: reason.to_string(),
            last_sign_in_at,
            password_reset_at: None,
            password_mail_id: password_mail.map(|(id, _, _)| id),
            password_mail_state: password_mail.map(|(_, state, _)| state),
            password_mail_at: password_mail.map(|(_, _, at)| at),
            created_at,
        });
    }
}

struct Person {
    id: Uuid,
    username: String,
    profile: Profile,
    active: bool,
    administrator: bool,
    first: bool,
}

/// A mail with a first password that nobody has used yet.
fn welcome(
    account_id: Uuid,
    user_id: Uuid,
    username: &str,
    refused: bool,
    at: OffsetDateTime,
) -> MailRow {
    let (state, explanation) = if refused {
        ("failed", super::REFUSAL.to_string())
    } else {
        ("sent", super::ACCEPTANCE.to_string())
    };
    MailRow {
        account_id,
        id: ids::new(),
        kind: Kind::Welcome.as_str(),
        user_id: Some(user_id),
        recipient: Some(username.to_string()),
        password_reset_id: None,
        training_request_id: None,
        created_at: at,
        next_attempt_at: at,
        attempts: 1,
        state,
        settled_at: at + Duration::seconds(2),
        explanation,
    }
}

/// Licences as they are sold: a round number with some left.
fn seats(active: u64) -> i32 {
    let step = match active {
        0..50 => 5,
        50..1_000 => 25,
        _ => 500,
    };
    let wanted = active + active / 25 + 3;
    i32::try_from(wanted.div_ceil(step) * step).unwrap_or(i32::MAX)
}

/// `ann.lee`, then `ann.lee2`, `ann.lee3`.
fn distinct(namesakes: &mut HashMap<String, u32>, local: String) -> String {
    let times = namesakes.entry(local.clone()).or_default();
    *times += 1;
    if *times == 1 {
        local
    } else {
        format!("{local}{times}")
    }
}
