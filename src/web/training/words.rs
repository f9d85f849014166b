//! What is said of who is asked for and who is left out: before a request, after it, and where nobody is left.

use std::collections::BTreeMap;

use crate::training::{Forecast, LeftOut, OmissionReason, Requested, Training};
use crate::web::components::{grouped, people};
use crate::web::flash::Flash;
use crate::web::users::scope::Scope;

/// How many of those left out the message names; more of them are counted by reason, with a link to them.
const NAMED: usize = 10;

/// How many are left out, by why.
type Counts = BTreeMap<OmissionReason, u64>;

/// Why one person is left out, behind their name.
pub(super) fn omission_words(reason: OmissionReason) -> &'static str {
    match reason {
        OmissionReason::Inactive => "is inactive",
        OmissionReason::AlreadyRequested => "already requested",
        OmissionReason::AlreadyAttended => "attended already",
        OmissionReason::NeverAttended => "never attended New User Training",
    }
}

/// The same as a sentence goes on behind a number.
fn predicate(reason: OmissionReason, count: u64) -> &'static str {
    match (reason, count) {
        (OmissionReason::Inactive, 1) => "is inactive",
        (OmissionReason::Inactive, _) => "are inactive",
        (OmissionReason::AlreadyRequested, 1) => "is asked for already",
        (OmissionReason::AlreadyRequested, _) => "are asked for already",
        (OmissionReason::AlreadyAttended, _) => "attended already",
        (OmissionReason::NeverAttended, _) => "never attended New User Training",
    }
}

fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// `20 attended already, 8 are inactive`.
pub(super) fn reasons(counts: &Counts) -> String {
    let reasons: Vec<String> = counts
        .iter()
        .map(|(reason, count)| format!("{} {}", grouped(*count), predicate(*reason, *count)))
        .collect();
    reasons.join(", ")
}

/// How many are left out, and what is said behind that number: `28`, `are left out: 20 attended already, 8 are
/// inactive`, or where there is one reason, `attended already and are left out`. Nothing where nobody is.
fn left_out(counts: &Counts) -> Option<(u64, String)> {
    let mut each = counts.iter();
    match (each.next(), each.next()) {
        (None, _) => None,
        (Some((reason, count)), None) => {
            let why = predicate(*reason, *count);
            Some((*count, format!("{why} and {} left out", are(*count))))
        }
        _ => {
            let count = counts.values().sum();
            Some((count, format!("are left out: {}", reasons(counts))))
        }
    }
}

/// What a request would do: `12 of the 40 selected will be asked for; 28 are left out: 20 attended already,
/// 8 are inactive.` Nothing where nobody is meant.
pub(super) fn forecast_sentence(forecast: &Forecast, scope: Scope) -> Option<String> {
    let parts = [
        Some((forecast.asked, "will be asked for".to_string())),
        Some((
            forecast.undecided,
            "never attended New User Training, and you are asked what to do".to_string(),
        )),
        left_out(&forecast.left_out),
    ];
    let all = forecast.meant();
    let (the_one, of_all) = match scope {
        Scope::Selected => ("The one selected", "selected"),
        Scope::Matching => ("The one that matches", "that match"),
        Scope::AllActive => ("The one active user", "active users"),
    };
    let mut sentence = String::new();
    for (count, words) in parts.into_iter().flatten().filter(|(count, _)| *count > 0) {
        let who = match (sentence.is_empty(), count == all) {
            (true, true) if all == 1 => the_one.to_string(),
            (true, true) => format!("All {} {of_all}", grouped(all)),
            (true, false) => format!("{} of the {} {of_all}", grouped(count), grouped(all)),
            (false, _) => format!("; {}", grouped(count)),
        };
        sentence.push_str(&format!("{who} {words}"));
    }
    (!sentence.is_empty()).then(|| format!("{sentence}."))
}

/// The message after a request.
pub(super) fn requested(requested: &Requested) -> Flash {
    let asked: Vec<String> = requested
        .requests
        .iter()
        .map(|(_, training, count)| format!("{} for {}", training.label(), people(*count as u64)))
        .collect();
    let mut text = format!("Requested: {}.", asked.join("; "));
    let is_long = requested.left_out.len() > NAMED;
    if is_long {
        if let Some((count, words)) = left_out(&counted(&requested.left_out)) {
            text.push_str(&format!(" {} {words}.", grouped(count)));
        }
    } else if !requested.left_out.is_empty() {
        let named: Vec<String> = requested
            .left_out
            .iter()
            .map(|person| format!("{} ({})", person.name, omission_words(person.reason)))
            .collect();
        text.push_str(&format!(" Left out: {}.", named.join(", ")));
    }
    let mut flash = Flash::success(text);
    if let Some((first, ..)) = requested.requests.first().filter(|_| is_long) {
        flash = flash.link(
            "Who was left out",
            format!("/training-requests/{first}/left-out"),
        );
    }
    for (id, training, _) in requested.requests.iter().skip(1) {
        flash = flash.link(training.label(), format!("/training-requests/{id}"));
    }
    flash
}

fn counted(left_out: &[LeftOut]) -> Counts {
    let mut counts = Counts::new();
    for person in left_out {
        *counts.entry(person.reason).or_default() += 1;
    }
    counts
}

/// Why a request is for nobody, and what to do.
pub(super) fn nobody_left(kind: Option<Training>, left_out: &[LeftOut]) -> String {
    let name = kind.map_or("This training", Training::label);
    let all = |reason| left_out.iter().all(|person| person.reason == reason);
    if left_out.is_empty() {
        "Nobody matches any more: the list changed meanwhile. Click Cancel and look at it again."
            .to_string()
    } else if all(OmissionReason::AlreadyRequested) {
        if let [person] = left_out {
            return format!(
                "{name} is requested for {} already. Click the username to see where the request stands.",
                person.name
            );
        }
        format!(
            "{name} is requested for everybody here already. Click a username to see where the request stands."
        )
    } else if all(OmissionReason::AlreadyAttended) {
        "Everybody here attended New User Training already. Request Advanced Training instead."
            .to_string()
    } else if all(OmissionReason::Inactive) {
        "Everybody selected is inactive. Reactivate them first, or select others.".to_string()
    } else if all(OmissionReason::NeverAttended) {
        "Nobody here attended New User Training, so nobody is left. Request that first, or select others."
            .to_string()
    } else {
        format!(
            "Nobody is left to request {name} for: {}. Select others.",
            reasons(&counted(left_out))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::OmissionReason::{AlreadyAttended, AlreadyRequested, Inactive, NeverAttended};
    use super::*;

    fn sentence(
        scope: Scope,
        asked: u64,
        undecided: u64,
        left_out: &[(OmissionReason, u64)],
    ) -> String {
        let forecast = Forecast {
            training: Training::Advanced,
            asked,
            undecided,
            left_out: left_out.iter().copied().collect(),
        };
        forecast_sentence(&forecast, scope).unwrap_or_default()
    }

    #[test]
    fn a_forecast_counts_everybody_once() {
        use Scope::{AllActive, Matching, Selected};
        assert_eq!(
            sentence(Selected, 12, 0, &[(Inactive, 8), (AlreadyAttended, 20)]),
            "12 of the 40 selected will be asked for; 28 are left out: 20 attended already, 8 are inactive."
        );
        assert_eq!(
            sentence(AllActive, 1_100, 0, &[(AlreadyRequested, 18)]),
            "1,100 of the 1,118 active users will be asked for; 18 are asked for already and are left out."
        );
        assert_eq!(
            sentence(Matching, 3, 2, &[(Inactive, 1)]),
            "3 of the 6 that match will be asked for; 2 never attended New User Training, and you are asked what to do; 1 is inactive and is left out."
        );
        assert_eq!(
            sentence(
                Selected,
                0,
                0,
                &[(AlreadyAttended, 2), (AlreadyRequested, 1)]
            ),
            "All 3 selected are left out: 2 attended already, 1 is asked for already."
        );
        assert_eq!(
            sentence(Selected, 1, 0, &[]),
            "The one selected will be asked for."
        );
        assert_eq!(
            sentence(AllActive, 0, 0, &[(NeverAttended, 1)]),
            "The one active user never attended New User Training and is left out."
        );
        assert_eq!(sentence(Selected, 0, 0, &[]), "", "nobody is selected");
    }
}
