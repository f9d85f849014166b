//! The past of the demo account: the mails that were sent and what history says. Nothing waits: no
//! mail leaves for people who do not exist.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::cast::{Person, Story};
use super::load::MailRow;
use super::{ACCEPTANCE, REFUSAL};
use crate::history::{Actor, Author, Change, Event, SignInWith};
use crate::ids;
use crate::mail::outbox::Kind;

/// How long ago the first administrator reset a few passwords.
pub(super) const RESET: Duration = Duration::hours(5 * 24 + 3);
/// How long ago she asked for training.
pub(super) const TRAINING_REQUEST: Duration = Duration::hours(2 * 24 + 5);
/// How long ago somebody's name and username changed.
pub(super) const USERNAME_CHANGE: Duration = Duration::hours(6 * 24 + 2);
/// How long after joining people attended New User Training.
pub(super) const UNTIL_TRAINING: Duration = Duration::days(21);
/// How long after the reset people were back.
const UNTIL_BACK: Duration = Duration::hours(4);
/// How long it takes to choose a password.
const CHOOSING: Duration = Duration::minutes(2);
/// How long the mail server takes.
const DELIVERY: Duration = Duration::seconds(3);
/// Where the vendor's trainers are reached, unless something else is set.
const TRAINERS: &str = "training@vendor.example";

/// What happened once.
#[derive(Debug)]
pub(super) struct Happening {
    pub at: OffsetDateTime,
    pub author: Author,
    pub people: Vec<Uuid>,
    pub event: Event,
}

/// How long ago somebody chose the password that they have.
pub(super) fn chosen(person: &Person) -> Duration {
    if person.was_reset {
        RESET - UNTIL_BACK - CHOOSING
    } else if person.story == Story::PasswordGiven {
        person.joined
    } else {
        person.first_sign_in() - CHOOSING
    }
}

/// An account's past, being told.
pub(super) struct Past<'a> {
    pub account_id: Uuid,
    pub now: OffsetDateTime,
    /// The first administrator and, later, the second one add and take out.
    pub administrators: [Uuid; 2],
    pub reset: Option<Uuid>,
    pub training_request: Option<Uuid>,
    pub cast: &'a [Person],
    pub mails: Vec<MailRow>,
    pub happenings: Vec<Happening>,
}

impl Past<'_> {
    /// Tells everybody's past; what happened is sorted by time.
    pub(super) fn tell(&mut self) {
        for (place, person) in self.cast.iter().enumerate() {
            self.join(place, person);
            match person.story {
                Story::Came(last) => self.come(person, Some(last)),
                Story::Reset(last) => self.come(person, Some(last)),
                Story::Left(left, reason) => {
                    self.come(person, person.last_sign_in());
                    self.leave(place, person, left, reason, 0);
                }
                Story::LeftBeforeTheMail(left, reason) => {
                    self.leave(place, person, left, reason, 1);
                }
                Story::MailFailed | Story::Mailed | Story::PasswordGiven => {}
            }
            self.train(person);
            self.reset(person);
            self.rename(person);
        }
        self.act_together();
        self.happenings.sort_by_key(|happening| happening.at);
    }

    /// The one reset and the one request for training.
    fn act_together(&mut self) {
        let those = |is: &dyn Fn(&Person) -> bool| -> Vec<Uuid> {
            let found = self.cast.iter().filter(|person| is(person));
            found.map(|person| person.id).collect()
        };
        let count = |people: &[Uuid]| i64::try_from(people.len()).unwrap_or(i64::MAX);
        let was_reset =
            those(&|person| person.was_reset || matches!(person.story, Story::Reset(_)));
        let to_train = those(&|person| person.training_requested);
        if let Some(password_reset) = self.reset {
            let event = Event::PasswordReset {
                password_reset,
                people: count(&was_reset),
            };
            self.happen_together(RESET, was_reset, event);
        }
        if let Some(training_request) = self.training_request {
            let event = Event::TrainingRequested {
                training_request,
                training: "new_user".to_string(),
                people: count(&to_train),
            };
            self.happen_together(TRAINING_REQUEST, to_train, event);
        }
    }

    fn ago(&self, ago: Duration) -> OffsetDateTime {
        self.now - ago
    }

    fn staff(&self) -> Author {
        Author::staff(self.account_id)
    }

    fn by(&self, user: Uuid) -> Author {
        Author {
            actor: Actor::User(user),
            ..self.staff()
        }
    }

    /// The second administrator sees to every third person.
    fn administrator_for(&self, place: usize) -> Author {
        let [first, second] = self.administrators;
        self.by(if place % 3 == 2 { second } else { first })
    }

    fn happen(&mut self, at: OffsetDateTime, author: Author, person: &Person, event: Event) {
        self.happenings.push(Happening {
            at,
            author,
            people: vec![person.id],
            event,
        });
    }

    /// The same act on several, one line of history.
    fn happen_together(&mut self, ago: Duration, people: Vec<Uuid>, event: Event) {
        if people.is_empty() {
            return;
        }
        self.happenings.push(Happening {
            at: self.ago(ago),
            author: self.by(self.administrators[0]),
            people,
            event,
        });
    }

    fn mail(&mut self, id: Uuid, kind: Kind, user: Option<Uuid>, to: &str, at: OffsetDateTime) {
        self.mails.push(MailRow {
            account_id: self.account_id,
            id,
            kind: kind.as_str(),
            user_id: user,
            recipient: Some(to.to_string()),
            password_reset_id: (kind == Kind::PasswordReset)
                .then_some(self.reset)
                .flatten(),
            training_request_id: [Kind::TrainingRequest, Kind::TrainingConfirmation]
                .contains(&kind)
                .then_some(self.training_request)
                .flatten(),
            created_at: at,
            next_attempt_at: at,
            attempts: 1,
            state: "sent",
            settled_at: at + DELIVERY,
            explanation: ACCEPTANCE.to_string(),
        });
    }

    /// The last mail did not arrive.
    fn unsent(&mut self, state: &'static str, because: &str, at: OffsetDateTime) {
        if let Some(mail) = self.mails.last_mut() {
            mail.state = state;
            mail.settled_at = at;
            mail.explanation = because.to_string();
        }
    }

    fn join(&mut self, place: usize, person: &Person) {
        let at = self.ago(person.joined);
        let by_staff = place == 0 || person.story == Story::PasswordGiven;
        let author = if by_staff {
            self.staff()
        } else {
            self.administrator_for(if person.administrator { 0 } else { place })
        };
        let (last_name, username) = person
            .former
            .unwrap_or((&person.profile.last_name, &person.username));
        let added = Event::UserAdded {
            username: username.to_string(),
            name: format!("{} {last_name}", person.profile.first_name),
        };
        self.happen(at, author.clone(), person, added);
        if person.administrator {
            self.happen(at, author, person, Event::AdministratorMade {});
        }
        if person.story == Story::PasswordGiven {
            return;
        }
        self.mail(
            person.welcome_mail,
            Kind::Welcome,
            Some(person.id),
            username,
            at,
        );
        match person.story {
            Story::MailFailed => {
                self.unsent("failed", REFUSAL, at + DELIVERY);
                let failed = Event::MailSettled {
                    mail: Kind::Welcome.as_str().to_string(),
                    outcome: "failed".to_string(),
                    explanation: REFUSAL.to_string(),
                };
                let program = Author::program(self.account_id);
                self.happen(at + DELIVERY, program, person, failed);
            }
            Story::LeftBeforeTheMail(left, _) => {
                self.unsent("cancelled", "the user was deactivated", self.ago(left));
            }
            _ => {}
        }
    }

    /// Signs in with the mailed password, chooses one, and is back for the last time so long ago.
    fn come(&mut self, person: &Person, last: Option<Duration>) {
        let Some(last) = last else { return };
        self.choose(person, self.ago(person.first_sign_in()));
        self.sign_in(person, self.ago(last), SignInWith::OwnPassword);
    }

    fn choose(&mut self, person: &Person, at: OffsetDateTime) {
        self.sign_in(person, at, SignInWith::TemporaryPassword);
        let chosen = Event::PasswordChosen {
            by_recovery_link: false,
        };
        let author = self.by(person.id);
        self.happen(at + CHOOSING, author, person, chosen);
    }

    fn sign_in(&mut self, person: &Person, at: OffsetDateTime, with: SignInWith) {
        let author = self.by(person.id);
        self.happen(at, author, person, Event::SignedIn { with });
    }

    fn leave(&mut self, place: usize, person: &Person, left: Duration, reason: &str, mails: usize) {
        let deactivated = Event::UserDeactivated {
            reason: reason.to_string(),
            sessions_ended: 0,
            mails_cancelled: mails,
            again_since: None,
        };
        let author = self.administrator_for(place);
        self.happen(self.ago(left), author, person, deactivated);
    }

    fn train(&mut self, person: &Person) {
        let training = || "new_user".to_string();
        if person.trained {
            let attended = Event::TrainingAttended {
                training: training(),
                training_request: None,
                people: 1,
            };
            let at = self.ago(person.joined - UNTIL_TRAINING);
            self.happen(at, self.staff(), person, attended);
        }
    }

    /// The mails of the request for training: to the trainers, and to who asked.
    pub(super) fn mail_training_request(&mut self, asked_by: &str) {
        let at = self.ago(TRAINING_REQUEST);
        self.mail(ids::new(), Kind::TrainingRequest, None, TRAINERS, at);
        let first = self.administrators[0];
        self.mail(
            ids::new(),
            Kind::TrainingConfirmation,
            Some(first),
            asked_by,
            at,
        );
    }

    fn reset(&mut self, person: &Person) {
        let still_to_use = matches!(person.story, Story::Reset(_));
        if self.reset.is_none() {
            return;
        }
        if !still_to_use && !person.was_reset {
            return;
        }
        let at = self.ago(RESET);
        let id = person.reset_mail;
        self.mail(
            id,
            Kind::PasswordReset,
            Some(person.id),
            &person.username,
            at,
        );
        if person.was_reset {
            self.choose(person, at + UNTIL_BACK);
        }
    }

    fn rename(&mut self, person: &Person) {
        let Some((last_name, username)) = person.former else {
            return;
        };
        let change = |field: &str, before: &str, after: &str| Change {
            field: field.to_string(),
            before: before.to_string(),
            after: after.to_string(),
        };
        let edited = Event::UserEdited {
            changes: vec![
                change("Username", username, &person.username),
                change("Last name", last_name, &person.profile.last_name),
            ],
        };
        let at = self.ago(USERNAME_CHANGE);
        let author = self.by(self.administrators[0]);
        self.happen(at, author, person, edited);
        for address in [username, &person.username] {
            self.mail(
                ids::new(),
                Kind::UsernameChanged,
                Some(person.id),
                address,
                at,
            );
        }
    }
}
