//! Who writes which mail: from the kind in the outbox to the feature behind it.

use diesel::prelude::*;
use time::OffsetDateTime;

use crate::access::{recovery_mail, second_factor_mail, temporary_password};
use crate::db;
pub use crate::mail::MailSettings;
use crate::mail::outbox::Kind;
use crate::mail::{Composed, Composer, DueMail};
use crate::training;
use crate::users::username_notice;

/// Every feature that writes mail.
#[derive(Debug, Clone)]
pub struct Mailings {
    /// What every mail says about the product.
    pub settings: MailSettings,
}

/// The mails that one feature writes together, in a constant number of statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feature {
    Passwords,
    Recovery,
    UsernameNotices,
    SecondFactors,
    Training,
}

impl Feature {
    const ALL: [Feature; 5] = [
        Feature::Passwords,
        Feature::Recovery,
        Feature::UsernameNotices,
        Feature::SecondFactors,
        Feature::Training,
    ];

    /// The feature that writes mails of that kind.
    fn of(kind: Kind) -> Feature {
        match kind {
            Kind::Welcome | Kind::PasswordReset | Kind::NewPassword => Feature::Passwords,
            Kind::RecoveryLink => Feature::Recovery,
            Kind::UsernameChanged => Feature::UsernameNotices,
            Kind::SecondFactorOn | Kind::SecondFactorOff | Kind::RecoveryCodeUsed => {
                Feature::SecondFactors
            }
            Kind::TrainingRequest | Kind::TrainingConfirmation => Feature::Training,
        }
    }
}

impl Mailings {
    /// All features, writing with these settings.
    pub fn new(settings: MailSettings) -> Mailings {
        Mailings { settings }
    }

    fn compose_together(
        &self,
        tx: &mut db::Connection,
        feature: Feature,
        due: &[DueMail],
        now: OffsetDateTime,
    ) -> QueryResult<Vec<Composed>> {
        let settings = &self.settings;
        // Seeded by the operating system, and again every 64 kB.
        let mut rng = rand::rng();
        match feature {
            Feature::Passwords => temporary_password::compose(tx, settings, due, &mut rng, now),
            Feature::Recovery => recovery_mail::compose(tx, settings, due, &mut rng, now),
            Feature::UsernameNotices => username_notice::compose(tx, settings, due),
            Feature::SecondFactors => second_factor_mail::compose(tx, settings, due),
            Feature::Training => due
                .iter()
                .map(|mail| training::compose(tx, settings, mail))
                .collect(),
        }
    }
}

impl Composer for Mailings {
    fn compose(
        &self,
        tx: &mut db::Connection,
        due: &[DueMail],
        now: OffsetDateTime,
    ) -> QueryResult<Vec<Composed>> {
        let mut answers = vec![Composed::Later; due.len()];
        for feature in Feature::ALL {
            let (places, mails): (Vec<usize>, Vec<DueMail>) = due
                .iter()
                .enumerate()
                .filter(|(_, mail)| Feature::of(mail.kind) == feature)
                .map(|(place, mail)| (place, mail.clone()))
                .unzip();
            if !mails.is_empty() {
                let composed = self.compose_together(tx, feature, &mails, now)?;
                for (place, composed) in places.into_iter().zip(composed) {
                    if let Some(answer) = answers.get_mut(place) {
                        *answer = composed;
                    }
                }
            }
        }
        Ok(answers)
    }
}
