//! Everything that can happen, in one list.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// One field of an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's name as the page shows it.
    pub field: String,
    /// What it said before.
    pub before: String,
    /// What it says since.
    pub after: String,
}

/// The kind of password that somebody signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInWith {
    /// One that they chose.
    OwnPassword,
    /// One that was mailed.
    TemporaryPassword,
}

/// Everything that can happen. The name of a variant is stored; renaming one takes a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The account was created by the vendor.
    AccountCreated {
        /// Its name.
        name: String,
        /// Its licences.
        seats: i32,
        /// Its first domains.
        domains: Vec<String>,
    },
    /// The vendor changed the number of licences.
    SeatsSet {
        /// Licences before.
        before: i32,
        /// Licences since.
        after: i32,
    },
    /// The vendor added an email domain.
    DomainAdded {
        /// The domain.
        domain: String,
    },
    /// The vendor removed an email domain.
    DomainRemoved {
        /// The domain.
        domain: String,
    },
    /// The account's time zone was changed.
    TimeZoneChanged {
        /// The zone before.
        before: String,
        /// The zone since.
        after: String,
    },
    /// A user was added.
    UserAdded {
        /// The username of that moment.
        username: String,
        /// First and last name of that moment.
        name: String,
    },
    /// A user's details were edited.
    UserEdited {
        /// Each field that changed.
        changes: Vec<Change>,
    },
    /// A user was deactivated.
    UserDeactivated {
        /// What the administrator gave as the reason; may be empty.
        reason: String,
        /// Sessions that ended by it.
        sessions_ended: usize,
        /// Mails not sent any more.
        mails_cancelled: usize,
        /// Where a reactivation was taken back: since when they are out, as before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again_since: Option<OffsetDateTime>,
    },
    /// A user was reactivated.
    UserReactivated {
        /// Whether a new password was mailed.
        new_password: bool,
    },
    /// The user took the place of another one, or was replaced by one.
    UserReplaced {
        /// Who left.
        old_user: Uuid,
        /// Who came.
        new_user: Uuid,
    },
    /// A list of people was handed in to be imported.
    ImportStarted {
        /// The import.
        import: Uuid,
        /// How many of its lines were chosen.
        people: i64,
    },
    /// An import finished.
    ImportFinished {
        /// The import.
        import: Uuid,
        /// People added.
        added: i64,
        /// People reactivated.
        reactivated: i64,
        /// People added in the place of somebody.
        replaced: i64,
        /// Lines refused, at the check and at that moment.
        refused: i64,
    },
    /// A user became an administrator.
    AdministratorMade {},
    /// A user is an administrator no more.
    AdministratorUnmade {},
    /// An administrator reset the user's password.
    PasswordReset {
        /// The reset it was part of.
        password_reset: Uuid,
        /// How many people were reset in it.
        people: i64,
    },
    /// Mails with a password were asked to be sent again.
    PasswordMailedAgain {
        /// The reset that they are of, where there was one.
        password_reset: Option<Uuid>,
        /// To how many people. Lines from before several were told of together do not say.
        #[serde(default)]
        people: i64,
    },
    /// The user chose a password.
    PasswordChosen {
        /// Whether a link from "Forgot your password?" was used for it.
        by_recovery_link: bool,
    },
    /// The user set up a second factor.
    SecondFactorOn {},
    /// The second factor was taken away, by the user, by another administrator or by staff.
    SecondFactorOff {},
    /// The user made new recovery codes; the old ones ended.
    RecoveryCodesRenewed {},
    /// The user signed in with a recovery code in place of the second factor.
    RecoveryCodeUsed {
        /// How many are left.
        left: i64,
    },
    /// The account demands a second factor of its administrators, or no more.
    SecondFactorDemanded {
        /// Whether it does since.
        required: bool,
    },
    /// The user signed in.
    SignedIn {
        /// With which kind of password.
        with: SignInWith,
    },
    /// The user signed out.
    SignedOut {},
    /// A link was asked for under "Forgot your password?".
    RecoveryRequested {},
    /// Training was asked for.
    TrainingRequested {
        /// The request.
        training_request: Uuid,
        /// Which training: `new_user` or `advanced`.
        training: String,
        /// For how many people.
        people: i64,
    },
    /// A request for training was taken back before it was sent.
    TrainingRequestUndone {
        /// The request.
        training_request: Uuid,
        /// Which training: `new_user` or `advanced`.
        training: String,
        /// For how many people.
        people: i64,
    },
    /// The mail of a request had failed and was asked to be sent again.
    TrainingMailedAgain {
        /// The request.
        training_request: Uuid,
        /// Which training: `new_user` or `advanced`.
        training: String,
    },
    /// The user attended a training.
    TrainingAttended {
        /// Which training: `new_user` or `advanced`.
        training: String,
        /// The request whose people were recorded together, or vouched for.
        #[serde(default)]
        training_request: Option<Uuid>,
        /// How many people were recorded. Lines from before several were told of together do not say.
        #[serde(default)]
        people: i64,
    },
    /// That the user attended a training was recorded wrongly, and is taken back.
    TrainingNotAttended {
        /// Which training: `new_user` or `advanced`.
        training: String,
        /// The request with which it had been recorded, for several together.
        training_request: Option<Uuid>,
        /// For how many people.
        people: i64,
    },
    /// The user did not come to a training that was requested for them.
    TrainingMissed {
        /// Which training: `new_user` or `advanced`.
        training: String,
    },
    /// That they did not come was recorded wrongly, and is taken back.
    TrainingMissedTakenBack {
        /// Which training: `new_user` or `advanced`.
        training: String,
    },
    /// Support staff looked at the user, or at a case that the account was given a code for.
    SupportLookedUp {
        /// The reference code, where they had one.
        code: Option<String>,
    },
    /// Support staff replaced the user's data by a mark.
    UserErased {},
    /// The mail server took, refused or was spared a mail.
    MailSettled {
        /// What was in it.
        mail: String,
        /// `sent`, `failed` or `cancelled`.
        outcome: String,
        /// The server's words, or why it was cancelled.
        explanation: String,
    },
}

/// What several people are in together, so that one line tells of them all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Together {
    /// A reset: its mails of that moment say who.
    pub password_reset: Option<Uuid>,
    /// A request for training: it says who, or who was recorded for it says who attended.
    pub training_request: Option<Uuid>,
}

impl Event {
    /// What several people are in together, where it happened to them in one act.
    pub(super) fn of_several(&self) -> Together {
        match self {
            Event::PasswordReset { password_reset, .. } => Together {
                password_reset: Some(*password_reset),
                ..Together::default()
            },
            Event::PasswordMailedAgain { password_reset, .. } => Together {
                password_reset: *password_reset,
                ..Together::default()
            },
            Event::TrainingRequested {
                training_request, ..
            }
            | Event::TrainingRequestUndone {
                training_request, ..
            } => Together {
                training_request: Some(*training_request),
                ..Together::default()
            },
            Event::TrainingAttended {
                training_request, ..
            }
            | Event::TrainingNotAttended {
                training_request, ..
            } => Together {
                training_request: *training_request,
                ..Together::default()
            },
            _ => Together::default(),
        }
    }
}
