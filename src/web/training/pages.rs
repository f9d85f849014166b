//! Training: the pop-up and the page that shows where a request stands.

use askama::Template;
use askama_web::WebTemplate;
use uuid::Uuid;

use crate::training::{ForNeverAttended, Training};
use crate::web::components::{LeftOut, Link, Pager, Person, Tone};
use crate::web::form::{Errors, Field};
use crate::web::layout::Layout;
use crate::web::password_resets::pages::PersonOutcome;
use crate::web::users::pages::UserList;
use crate::web::users::place::Place;
use crate::web::users::scope::ScopeChoice;

/// What to do about people who never attended New User Training, as the radios `never_attended` say it.
const FOR_NEVER_ATTENDED: [(&str, ForNeverAttended); 3] = [
    ("new_user", ForNeverAttended::NewUserTraining),
    ("vouch", ForNeverAttended::Vouch),
    ("leave_out", ForNeverAttended::LeaveOut),
];

/// The choice of that word.
pub(super) fn for_never_attended(word: &str) -> Option<ForNeverAttended> {
    FOR_NEVER_ATTENDED
        .into_iter()
        .find(|(known, _)| *known == word)
        .map(|(_, choice)| choice)
}

/// `/training-requests/new`: the pop-up over the list.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "training/new.html")]
pub struct NewTrainingRequestPage {
    /// The frame.
    pub layout: Layout,
    /// The list behind it.
    pub list: UserList,
    /// The pop-up.
    pub dialog: TrainingDialog,
}

/// The pop-up `Provide Training`.
#[derive(Debug, Clone)]
pub struct TrainingDialog {
    /// The id that the request will have: sent twice, the form asks once.
    pub id: Uuid,
    /// For whom.
    pub who: ScopeChoice,
    /// Which training is chosen; at first none.
    pub kind: Option<Training>,
    /// `Note for the trainer`, named `note`.
    pub note: Field,
    /// Who of those ticked is inactive and so left out.
    pub left_out: Vec<LeftOut>,
    /// What a request would do, for each training and for each way to say for whom.
    pub forecast: Vec<ForecastLine>,
    /// Asked for Advanced Training, and these never attended: the choice is offered. May be the
    /// first few.
    pub never_attended: Vec<Person>,
    /// How many they are in all.
    pub never_attended_count: u64,
    /// What is chosen for them.
    pub never_attended_choice: Option<ForNeverAttended>,
    /// What is wrong.
    pub errors: Errors,
}

/// What a request would do. The style sheet shows what is said about the training and the people that are
/// chosen; without it everything stands there.
#[derive(Debug, Clone)]
pub struct ForecastLine {
    /// Which training.
    pub training: Training,
    /// For whom: `selected`, `matching` or `all_active`.
    pub scope: &'static str,
    /// Who is asked for, and how many are left out for which reason.
    pub sentence: String,
}

impl TrainingDialog {
    /// The field `Note for the trainer`.
    pub fn note_field(value: &str, errors: &Errors) -> Field {
        Field::paragraph("note", "Note for the trainer")
            .optional()
            .maxlength(2000)
            .hint("What you would like covered, and days or times that suit you.")
            .value(value)
            .errors(errors)
    }

    fn is_kind(&self, word: &str) -> bool {
        self.kind.is_some_and(|kind| kind.as_str() == word)
    }

    fn is_choice(&self, word: &str) -> bool {
        self.never_attended_choice.is_some()
            && self.never_attended_choice == for_never_attended(word)
    }

    fn more_never_attended(&self) -> u64 {
        let named = u64::try_from(self.never_attended.len()).unwrap_or(u64::MAX);
        self.never_attended_count.saturating_sub(named)
    }
}

/// `/training-requests/{id}`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "training/page.html")]
pub struct TrainingRequestPage {
    /// The frame; `refresh_seconds` is set while the mail is held or waits.
    pub layout: Layout,
    /// Whether this answers the click that asked for it, with `Undo` on offer: where it stands takes the
    /// focus then, and `Undo` is the next stop.
    pub has_just_come: bool,
    /// How often a script looks again while the mail is held or waits.
    pub look_again_seconds: Option<u32>,
    /// Which.
    pub id: Uuid,
    /// Where in the list it was asked for: there the way back leads.
    pub place: Place,
    /// Which training.
    pub kind: Training,
    /// Who asked.
    pub requested_by: String,
    /// When, as words.
    pub requested_at: String,
    /// What was written to the trainer; may be empty.
    pub note: String,
    /// Where it stands: `Will be mailed in 8 seconds`, `Mailed to the training team on 3 May 10:42`.
    pub status: String,
    /// How much that asks for.
    pub tone: Tone,
    /// Whether `Undo` is still offered.
    pub can_undo: bool,
    /// Whether the mail to the trainers can be sent again.
    pub can_retry: bool,
    /// How many of its people are not recorded as having attended, once it is sent.
    pub open_count: u64,
    /// The other request of the same click, for those for whom the other training is right.
    pub together_with: Option<Link>,
    /// How many people it is for.
    pub people_count: u64,
    /// The people of this page; the outcome is their training state.
    pub people: Vec<RequestedPerson>,
    /// What is wrong with what was to be recorded.
    pub errors: Errors,
    /// Where it is recorded who attended.
    pub attendance_href: String,
    /// The pages before and after.
    pub pager: Pager,
    /// Who was left out, and why: the first of them.
    pub left_out: Vec<LeftOut>,
    /// How many they are in all.
    pub left_out_count: u64,
    /// How many of them for which reason: `20 attended already, 8 are inactive`.
    pub left_out_reasons: String,
}

/// `/training-requests/{id}/left-out`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "training/left_out.html")]
pub struct LeftOutPage {
    /// The frame.
    pub layout: Layout,
    /// The request: the training, and its page.
    pub request: Link,
    /// How many were left out.
    pub count: u64,
    /// How many of them for which reason: `20 attended already, 8 are inactive`.
    pub reasons: String,
    /// Those of this page; the outcome is why.
    pub people: Vec<PersonOutcome>,
    /// The pages before and after.
    pub pager: Pager,
}

/// One person of a request.
#[derive(Debug, Clone)]
pub struct RequestedPerson {
    /// Their id.
    pub id: Uuid,
    /// Who they are and where they stand.
    pub line: PersonOutcome,
    /// Whether it can be recorded that they attended: they have a box.
    pub can_be_recorded: bool,
    /// Whether the box is ticked: all are until something is recorded, since most of those asked for come.
    pub ticked: bool,
}

impl TrainingRequestPage {
    /// How many on this page can be recorded.
    fn recordable(&self) -> u64 {
        let those = self.people.iter().filter(|person| person.can_be_recorded);
        those.count() as u64
    }
}

/// `/users/{id}/training`: the pop-up over the list.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "training/attendance.html")]
pub struct AttendancePage {
    /// The frame.
    pub layout: Layout,
    /// The list behind it.
    pub list: UserList,
    /// The pop-up.
    pub dialog: AttendanceDialog,
}

/// Recording that somebody attended a training.
#[derive(Debug, Clone)]
pub struct AttendanceDialog {
    /// Whose.
    pub id: Uuid,
    /// First and last name.
    pub name: String,
    /// Their address.
    pub username: String,
    /// Where they stand now.
    pub standing: String,
    /// What can be recorded still.
    pub choices: Vec<Training>,
    /// What is recorded, and can be taken back.
    pub attended: Vec<Training>,
    /// What is wrong.
    pub errors: Errors,
}

impl AttendanceDialog {
    fn action_path(&self) -> String {
        format!("/users/{}/training", self.id)
    }

    fn withdrawal_path(&self) -> String {
        format!("/users/{}/training/withdrawal", self.id)
    }
}
