//! The pop-ups for many.

use super::people::list;
use super::{draw, id, person, signed_in};
use crate::training::Training;
use crate::web::components::{LeftOut, Link, Pager, Person, Tone};
use crate::web::form::Errors;
use crate::web::password_resets::pages::{
    NewPasswordResetPage, PasswordResetDialog, PersonOutcome,
};
use crate::web::training::list::{RequestLine, TrainingRequestsPage};
use crate::web::training::pages::{
    ForecastLine, LeftOutPage, NewTrainingRequestPage, TrainingDialog,
};
use crate::web::users::place::Place;
use crate::web::users::scope::{Scope, ScopeChoice};

fn left_out() -> Vec<LeftOut> {
    vec![LeftOut {
        name: "Mia Lang".to_owned(),
        username: "mia.lang@acme.example".to_owned(),
        reason: "is inactive".to_owned(),
    }]
}

#[test]
fn reset_password() {
    let dialog = |selected: u128, scope, errors| NewPasswordResetPage {
        layout: signed_in(),
        list: list(20),
        dialog: PasswordResetDialog {
            who: ScopeChoice {
                selected: (0..selected).map(id).collect(),
                selected_includes_you: false,
                selected_count: selected as u64,
                selected_names: "Grace Lin, Omar Haddad, Ines Roth and 9 more".to_owned(),
                matching_count: (selected == 0).then_some(37),
                all_active_count: 1_118,
                scope,
            },
            left_out: if selected > 0 { left_out() } else { Vec::new() },
            opened: "2026-05-03T10:42:00Z".to_owned(),
            errors,
        },
    };
    let html = draw("reset", &dialog(3, Some(Scope::Selected), Errors::none()));
    assert!(html.contains("Selected users (3)") && html.contains("All Active Users (1,118)"));
    let mut errors = Errors::none();
    errors.add("scope", "Choose for whom. Nobody is selected in the list.");
    draw("reset-nobody", &dialog(0, None, errors));
}

#[test]
fn provide_training() {
    let forecast = |training, sentence: &str| ForecastLine {
        training,
        scope: "selected",
        sentence: sentence.to_owned(),
    };
    let dialog = |kind, never_attended: Vec<Person>, mut errors: Errors| {
        if !never_attended.is_empty() {
            errors.add(
                "never_attended",
                "Choose what to do about 7 users who never attended",
            );
        }
        NewTrainingRequestPage {
            layout: signed_in(),
            list: list(20),
            dialog: TrainingDialog {
                id: uuid::Uuid::nil(),
                who: ScopeChoice {
                    selected: vec![id(1), id(2)],
                    selected_includes_you: true,
                    selected_count: 12,
                    selected_names: "Grace Lin, Omar Haddad, Ines Roth and 9 more".to_owned(),
                    matching_count: None,
                    all_active_count: 118,
                    scope: Some(Scope::Selected),
                },
                kind,
                note: TrainingDialog::note_field("", &errors),
                left_out: Vec::new(),
                forecast: vec![
                    forecast(Training::NewUser, "All 12 selected will be asked for."),
                    forecast(
                        Training::Advanced,
                        "5 of the 12 selected will be asked for; 7 never attended New User Training, and you are asked what to do.",
                    ),
                ],
                never_attended_count: if never_attended.is_empty() { 0 } else { 7 },
                never_attended,
                never_attended_choice: None,
                errors,
            },
        }
    };
    let html = draw("training", &dialog(None, Vec::new(), Errors::none()));
    assert!(
        html.contains(">Note for the trainer</label>")
            && html.contains(">Request Training</button>")
    );
    assert!(html.contains("<p class=\"for-advanced for-selected\">"));
    draw(
        "training-never-attended",
        &dialog(
            Some(Training::Advanced),
            vec![person(), person()],
            Errors::none(),
        ),
    );
}

#[test]
fn training_requests() {
    let line = |people: &str, standing: &str, tone| RequestLine {
        href: "/training-requests/1".to_owned(),
        training: Training::Advanced.label(),
        people: people.to_owned(),
        requested: "3 May, by Dana Fox".to_owned(),
        standing: standing.to_owned(),
        tone,
    };
    let page = TrainingRequestsPage {
        layout: signed_in(),
        place: Place::default(),
        requests: vec![
            line("1 user", "Mail refused", Tone::Problem),
            line("12,400 users", "11,200 of 12,400 attended", Tone::Quiet),
        ],
        pager: Pager {
            previous: None,
            next: Some("/training-requests?older_than=1".to_owned()),
        },
    };
    let html = draw("training-requests", &page);
    assert!(html.contains("<h1>Training requests</h1>") && html.contains(">Older</a>"));
    let empty = TrainingRequestsPage {
        requests: Vec::new(),
        pager: Pager::default(),
        ..page
    };
    assert!(draw("training-requests-empty", &empty).contains("click Provide Training"));
}

#[test]
fn who_was_left_out_of_a_request() {
    let page = LeftOutPage {
        layout: signed_in(),
        request: Link::new("New User Training", "/training-requests/1"),
        count: 1_028,
        reasons: "1,020 attended already, 8 are inactive".to_owned(),
        people: (1..=3)
            .map(|n| PersonOutcome {
                username: format!("somebody{n}@acme.example"),
                name: format!("Somebody {n}"),
                href: format!("/users/{}", id(n)),
                outcome: "attended already".to_owned(),
                tone: Tone::Quiet,
            })
            .collect(),
        pager: Pager {
            previous: None,
            next: Some("/training-requests/1/left-out?page=1".to_owned()),
        },
    };
    let html = draw("training-left-out", &page);
    assert!(html.contains("1,028 users when it was made: 1,020 attended already"));
    let nobody = LeftOutPage {
        count: 0,
        people: Vec::new(),
        pager: Pager::default(),
        ..page
    };
    assert!(draw("training-nobody-left-out", &nobody).contains("Nobody was left out"));
}
