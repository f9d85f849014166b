//! What becomes of somebody for whom training is asked. Said once: a request is made by it, and the pop-up
//! before it counts by it.

use super::{OmissionReason, Training};

/// What to do about people for whom Advanced Training is asked though they never attended any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForNeverAttended {
    /// Ask for New User Training for them.
    NewUserTraining,
    /// The administrator knows that they did attend; that is recorded.
    Vouch,
    /// Leave them out.
    LeaveOut,
}

/// What decides about a person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// Whether they are in.
    pub(super) active: bool,
    /// Whether they attended New User Training.
    pub(super) attended_new_user: bool,
    /// Whether they stand in an open request for it.
    pub(super) open_new_user: bool,
    /// Whether they stand in an open request for Advanced Training.
    pub(super) open_advanced: bool,
}

/// What becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They are part of the request for that training.
    Asked(Training),
    /// They are part of the request for Advanced Training, and it is recorded that they attended the first one.
    VouchedFor,
    /// They never attended any, and it is still to be said what to do about that.
    Undecided,
    /// They are no part of it.
    LeftOut(OmissionReason),
}

impl Facts {
    /// Where `training` is asked for, with what is said about those who never attended any.
    pub(super) fn verdict(
        self,
        training: Training,
        for_never_attended: Option<ForNeverAttended>,
    ) -> Verdict {
        let training = match for_never_attended {
            Some(ForNeverAttended::NewUserTraining) if !self.attended_new_user => Training::NewUser,
            _ => training,
        };
        if !self.active {
            return Verdict::LeftOut(OmissionReason::Inactive);
        }
        match training {
            Training::NewUser if self.attended_new_user => {
                Verdict::LeftOut(OmissionReason::AlreadyAttended)
            }
            Training::NewUser if self.open_new_user => {
                Verdict::LeftOut(OmissionReason::AlreadyRequested)
            }
            Training::Advanced if self.open_advanced => {
                Verdict::LeftOut(OmissionReason::AlreadyRequested)
            }
            Training::Advanced if !self.attended_new_user => match for_never_attended {
                Some(ForNeverAttended::LeaveOut) => Verdict::LeftOut(OmissionReason::NeverAttended),
                Some(ForNeverAttended::Vouch) => Verdict::VouchedFor,
                Some(ForNeverAttended::NewUserTraining) | None => Verdict::Undecided,
            },
            asked => Verdict::Asked(asked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ForNeverAttended::{LeaveOut, NewUserTraining, Vouch};
    use super::OmissionReason::{AlreadyAttended, AlreadyRequested, Inactive, NeverAttended};
    use super::Training::{Advanced, NewUser};
    use super::Verdict::{Asked, LeftOut, Undecided, VouchedFor};
    use super::*;

    #[test]
    fn each_person_has_one_verdict_and_being_inactive_comes_first() {
        let facts = |active, attended_new_user, open_new_user, open_advanced| Facts {
            active,
            attended_new_user,
            open_new_user,
            open_advanced,
        };
        let new = facts(true, false, false, false);
        let asked = facts(true, false, true, false);
        let trained = facts(true, true, false, false);
        let asked_again = facts(true, true, false, true);
        let gone = facts(false, true, true, true);
        for (who, training, choice, verdict) in [
            (new, NewUser, None, Asked(NewUser)),
            (asked, NewUser, None, LeftOut(AlreadyRequested)),
            (trained, NewUser, None, LeftOut(AlreadyAttended)),
            (gone, NewUser, None, LeftOut(Inactive)),
            (gone, Advanced, Some(Vouch), LeftOut(Inactive)),
            (trained, Advanced, None, Asked(Advanced)),
            (trained, Advanced, Some(NewUserTraining), Asked(Advanced)),
            (asked_again, Advanced, None, LeftOut(AlreadyRequested)),
            (new, Advanced, None, Undecided),
            (new, Advanced, Some(Vouch), VouchedFor),
            (new, Advanced, Some(LeaveOut), LeftOut(NeverAttended)),
            (new, Advanced, Some(NewUserTraining), Asked(NewUser)),
            // For whom New User Training is asked already.
            (asked, Advanced, None, Undecided),
            (
                asked,
                Advanced,
                Some(NewUserTraining),
                LeftOut(AlreadyRequested),
            ),
        ] {
            let is = who.verdict(training, choice);
            assert_eq!(is, verdict, "{who:?} {training:?} {choice:?}");
        }
    }
}
