//! Who is in the demo account, and what each of them went through.

use std::collections::HashSet;

use time::Duration;
use uuid::Uuid;

use super::people::People;
use super::{ACTIVE_HERE, ADMINISTRATOR, ELSEWHERE, INACTIVE_HERE, INACTIVE_THERE, RESERVED};
use crate::ids;
use crate::users::Profile;

/// How long ago Acme Instruments and Globex became customers.
pub(super) const FOUNDED: Duration = Duration::days(400);
/// Of Acme Instruments, so many are active and so many are not.
pub(super) const ACTIVE: usize = 120;
pub(super) const INACTIVE: usize = 14;
const GLOBEX_ACTIVE: usize = 9;
/// Any number: always the same people.
const SEED: u64 = 1857;

/// What somebody went through; moments are told as how long ago they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// Chose a password, and signed in last then.
    Came(Duration),
    /// Got a password of their own from the vendor's staff, and never signed in.
    PasswordGiven,
    /// A password was mailed when they were added, and not used.
    Mailed,
    /// The mail server refused that mail.
    MailFailed,
    /// Came until then, when their password was reset; the new one was not used.
    Reset(Duration),
    /// Came, and was taken out then, for this reason.
    Left(Duration, &'static str),
    /// Was taken out then, before the mail with the password could leave.
    LeftBeforeTheMail(Duration, &'static str),
}

/// A made-up person.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub id: Uuid,
    pub username: String,
    pub profile: Profile,
    pub administrator: bool,
    pub joined: Duration,
    pub story: Story,
    /// Attended New User Training.
    pub trained: bool,
    /// Is in the open request for New User Training.
    pub training_requested: bool,
    /// Was in the reset of passwords, and came back since.
    pub was_reset: bool,
    /// Last name and username until the username changed.
    pub former: Option<(&'static str, &'static str)>,
    pub welcome_mail: Uuid,
    pub reset_mail: Uuid,
}

impl Person {
    pub(super) fn is_active(&self) -> bool {
        !matches!(self.story, Story::Left(..) | Story::LeftBeforeTheMail(..))
    }

    /// Whether they have a password of their own.
    pub(super) fn has_own_password(&self) -> bool {
        matches!(
            self.story,
            Story::Came(_) | Story::PasswordGiven | Story::Left(..)
        )
    }

    /// The mail with the temporary password that is still to be used.
    pub(super) fn password_mail(&self) -> Option<Uuid> {
        match self.story {
            Story::Mailed | Story::MailFailed => Some(self.welcome_mail),
            Story::Reset(_) => Some(self.reset_mail),
            _ => None,
        }
    }

    /// How long ago they last signed in.
    pub(super) fn last_sign_in(&self) -> Option<Duration> {
        match self.story {
            Story::Came(last) | Story::Reset(last) => Some(last),
            Story::Left(left, _) => Some(left + Duration::hours(30)),
            _ => None,
        }
    }

    /// How long ago they signed in for the first time: within a day of being added.
    pub(super) fn first_sign_in(&self) -> Duration {
        self.joined - Duration::hours(1) - Duration::minutes(self.joined.whole_minutes() % 1_300)
    }

    fn who(mut self, change: impl FnOnce(&mut Person)) -> Person {
        change(&mut self);
        self
    }
}

fn person(username: &str, profile: Profile, joined: Duration, story: Story) -> Person {
    Person {
        id: ids::new(),
        username: username.to_string(),
        profile,
        administrator: false,
        joined,
        story,
        trained: false,
        training_requested: false,
        was_reset: false,
        former: None,
        welcome_mail: ids::new(),
        reset_mail: ids::new(),
    }
}

/// Somebody by name: first name, last name, title, department and extension.
fn named(username: &str, who: [&str; 5], joined: i64, story: Story) -> Person {
    let [first_name, last_name, title, department, extension] = who.map(str::to_string);
    let profile = Profile {
        first_name,
        last_name,
        title,
        department,
        phone: format!("+1 781 555 0100 ext. {extension}"),
    };
    // Not all at the same minute of the day.
    let minutes = i64::try_from(username.len()).unwrap_or_default() * 7;
    person(
        username,
        profile,
        Duration::days(joined) + Duration::minutes(minutes),
        story,
    )
}

#[rustfmt::skip]
fn acme_by_name() -> Vec<Person> {
    use Story::*;
    let (hours, days) = (Duration::hours, Duration::days);
    vec![
        named(ADMINISTRATOR, ["Olivia", "Bennett", "Head of IT", "Information Technology", "101"], 400, Came(hours(30)))
            .who(|olivia| { olivia.administrator = true; olivia.trained = true; }),
        named(ACTIVE_HERE, ["Marcus", "Reed", "Systems Administrator", "Information Technology", "102"], 391, Came(hours(75)))
            .who(|marcus| { marcus.administrator = true; marcus.trained = true; }),
        named("ingrid.aberg@acme.example", ["Ingrid", "Åberg", "HR Manager", "Human Resources", "140"], 9, PasswordGiven)
            .who(|ingrid| ingrid.administrator = true),
        named("emma.oconnor@acme.example", ["Emma", "O’Connor", "Controller", "Finance", "212"], 350, Came(hours(20)))
            .who(|emma| { emma.former = Some(("Brown", RESERVED)); emma.trained = true; }),
        named("noemie.lambert@acme-labs.example", ["Noémie", "Lambert", "Research Scientist", "Research and Development", "331"], 2, MailFailed),
        named("arjun.patel@acme.example", ["Arjun", "Patel", "Market Analyst", "Marketing", "255"], 1, Mailed),
        named("kofi.mbeki@acme.example", ["Kofi", "Mbeki", "Buyer", "Purchasing", "263"], 2, Mailed),
        named("hana.sato@acme-labs.example", ["Hana", "Sato", "Physicist", "Research and Development", "335"], 4, Mailed),
        named("agnieszka.nowak@acme.example", ["Agnieszka", "Nowak", "Recruiter", "Human Resources", "143"], 6, Mailed),
        named("liam.walsh@acme.example", ["Liam", "Walsh", "Dispatcher", "Customer Service", "418"], 31, Mailed),
        named("tomas.diaz@acme.example", ["Tomás", "Díaz", "Production Planner", "Production", "507"], 310, Reset(days(64))),
        named("priya.raman@acme.example", ["Priya", "Raman", "Account Executive", "Sales", "221"], 290, Came(hours(50)))
            .who(|priya| { priya.was_reset = true; priya.trained = true; }),
        named("jonas.weber@acme.example", ["Jonas", "Weber", "Sales Engineer", "Sales", "224"], 180, Came(hours(26)))
            .who(|jonas| jonas.was_reset = true),
        named("chidi.okonkwo@acme.example", ["Chidi", "Okonkwo", "Quality Inspector", "Quality", "449"], 34, Came(hours(55)))
            .who(|chidi| chidi.training_requested = true),
        named("lucia.ortega@acme.example", ["Lucía", "Ortega", "Accountant", "Finance", "215"], 27, Came(hours(22)))
            .who(|lucia| lucia.training_requested = true),
        named("minh.tran@acme-labs.example", ["Minh", "Trần", "Optics Specialist", "Research and Development", "338"], 20, Came(hours(100)))
            .who(|minh| minh.training_requested = true),
        named(INACTIVE_HERE, ["Hans", "Gruber", "Shift Leader", "Production", "511"], 380, Left(days(40), "Left the company")),
        named("victor.hale@acme.example", ["Victor", "Hale", "Regional Sales Manager", "Sales", "228"], 365, Left(days(15), "Moved to Globex")),
        named("petra.novak@acme.example", ["Petra", "Nováková", "Electrician", "Facilities", "470"], 30, LeftBeforeTheMail(Duration::minutes(30 * 1_440 + 90), "Added by mistake: works for a supplier")),
    ]
}

const REASONS: [&str; 6] = [
    "Left the company",
    "Contract ended",
    "On parental leave",
    "Retired",
    "",
    "Seat given to another department",
];

/// The people of Acme Instruments, the first administrator first.
pub(super) fn acme() -> Vec<Person> {
    let mut cast = acme_by_name();
    let mut source = Source::new(1, &cast);
    let named_active = cast.iter().filter(|person| person.is_active()).count();
    let named_inactive = cast.len() - named_active;
    for place in named_active..ACTIVE {
        let (username, profile) = source.next("acme.example", Some("acme-labs.example"));
        let joined = source.ago(40, 395);
        let came = Story::Came(source.last_sign_in(joined));
        let trained = place % 3 > 0 && joined > Duration::days(90);
        cast.push(person(&username, profile, joined, came).who(|person| person.trained = trained));
    }
    for place in named_inactive..INACTIVE {
        let (username, profile) = source.next("acme.example", None);
        let reason = REASONS
            .get(place % REASONS.len())
            .copied()
            .unwrap_or_default();
        let left = source.ago(8, 300);
        let joined = source.ago(left.whole_days() + 20, 396);
        cast.push(person(
            &username,
            profile,
            joined,
            Story::Left(left, reason),
        ));
    }
    cast
}

/// The people of Globex, which shares a domain with Acme Instruments.
#[rustfmt::skip]
pub(super) fn globex() -> Vec<Person> {
    let mut cast = vec![
        named(ELSEWHERE, ["Grace", "Kim", "Director of Operations", "Executive Office", "901"], 399, Story::Came(Duration::hours(12)))
            .who(|grace| { grace.administrator = true; grace.trained = true; }),
        named(INACTIVE_THERE, ["Paul", "Sanders", "Test Engineer", "Engineering", "917"], 340, Story::Left(Duration::days(90), "Contract ended")),
        named("mei.chen@globex.example", ["Mei", "Chen", "Buyer", "Purchasing", "925"], 3, Story::Mailed),
    ];
    let mut source = Source::new(2, &cast);
    for _ in 2..GLOBEX_ACTIVE {
        let (username, profile) = source.next("globex.example", None);
        let joined = source.ago(40, 395);
        let came = Story::Came(source.last_sign_in(joined));
        cast.push(person(&username, profile, joined, came));
    }
    cast
}

/// A source of people whose addresses are still free.
struct Source {
    people: People,
    taken: HashSet<String>,
}

impl Source {
    fn new(stream: u64, cast: &[Person]) -> Source {
        let taken = cast.iter().map(|person| person.username.clone());
        Source {
            people: People::new(SEED, stream),
            taken: taken.chain([RESERVED.to_string()]).collect(),
        }
    }

    /// Somebody at `domain`; from the laboratories, at theirs.
    fn next(&mut self, domain: &str, laboratories: Option<&str>) -> (String, Profile) {
        loop {
            let (profile, local) = self.people.next();
            let domain = match laboratories {
                Some(domain) if profile.department == "Research and Development" => domain,
                _ => domain,
            };
            let username = format!("{local}@{domain}");
            if self.taken.insert(username.clone()) {
                return (username, profile);
            }
        }
    }

    /// Between so many and so many days ago.
    fn ago(&mut self, from: i64, to: i64) -> Duration {
        Duration::minutes(self.people.number(from * 1_440, to * 1_440))
    }

    /// Most came lately, some months ago; all of them days after they joined.
    fn last_sign_in(&mut self, joined: Duration) -> Duration {
        let longest = (joined - Duration::days(7)).min(Duration::days(160));
        let minutes = longest.whole_minutes() as f64 * self.people.fraction().powi(2);
        Duration::minutes(minutes as i64 + 40)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::Username;

    #[test]
    fn the_cast_is_the_same_every_time_and_could_have_been_typed_in() {
        let told = |cast: Vec<Person>| -> Vec<_> {
            cast.into_iter()
                .map(|person| (person.username, person.profile, person.story, person.joined))
                .collect()
        };
        assert_eq!(told(acme()), told(acme()));
        for person in acme().into_iter().chain(globex()) {
            assert_eq!(Profile::parse(&person.profile), Ok(person.profile.clone()));
            let username = Username::parse(&person.username).unwrap();
            assert_eq!(username.as_str(), person.username);
        }
    }

    #[test]
    fn everybody_joined_before_they_came_and_left_after() {
        for person in acme().into_iter().chain(globex()) {
            assert!(person.joined < FOUNDED + Duration::days(1), "{person:?}");
            if let Some(last) = person.last_sign_in() {
                assert!(last + Duration::days(2) < person.joined, "{person:?}");
            }
        }
    }
}
