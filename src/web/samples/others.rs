//! The pages beside the list.

use super::{draw, id, signed_in, signed_out, telling};
use crate::training::Training;
use crate::web::access::pages::{
    ForgotPasswordPage, PASSWORD_SAVED, PasswordPage, PasswordReason, SignInPage,
};
use crate::web::components::{LeftOut, Link, Pager, Progress, Tone};
use crate::web::error_page::ErrorPage;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::help::pages::HelpPage;
use crate::web::history::pages::{HistoryEntry, HistoryPage};
use crate::web::layout::Layout;
use crate::web::mailbox::pages::{MailLine, MailboxPage, OpenedMail};
use crate::web::password_resets::pages::{
    OutcomeCount, PasswordResetPage, PasswordResetUnderWayPage, PersonOutcome,
};
use crate::web::training::pages::{RequestedPerson, TrainingRequestPage};
use crate::web::users::place::Place;
use crate::web::users::scope::Scope;

#[test]
fn sign_in() {
    let html = draw(
        "sign-in",
        &SignInPage::new(signed_out(), "", Errors::none()),
    );
    assert!(html.contains("<h1>Sign in</h1>") && html.contains("Forgot your password?"));
    let mut errors = Errors::none();
    errors.add_general(
        "The username or the password is not right. Check both, or use “Forgot your password?”.",
    );
    draw(
        "sign-in-wrong",
        &SignInPage::new(signed_out(), "grace.lin@acme.example", errors),
    );
}

#[test]
fn help() {
    let html = draw(
        "help",
        &HelpPage {
            layout: signed_in(),
        },
    );
    assert!(html.contains("id=\"in-use\"") && html.contains("clientservices@vendor.example"));
    for words in [
        "New User Training",
        "Advanced Training",
        "Title, Department and Phone",
        "Active Account",
        "Show Inactive",
        "Undo",
        "Import a list",
        "recovery codes",
        "Make administrator",
    ] {
        assert!(html.contains(words), "{words}");
    }
}

#[test]
fn forgot_password() {
    draw(
        "forgot",
        &ForgotPasswordPage::new(signed_out(), "", Errors::none(), false),
    );
    draw(
        "forgot-sent",
        &ForgotPasswordPage::new(signed_out(), "", Errors::none(), true),
    );
}

#[test]
fn choose_your_password() {
    let page = |layout, reason, errors| {
        PasswordPage::new(layout, reason, "grace.lin@acme.example", errors)
    };
    let mut user = signed_in();
    if let Some(person) = &mut user.signed_in {
        person.administrator = false;
    }
    let html = draw(
        "password-temporary",
        &page(user.clone(), PasswordReason::Temporary, Errors::none()),
    );
    assert!(html.contains(">Current password</label>"));
    let mut errors = Errors::none();
    errors.add("current_password", "This is not your current password");
    errors.add(
        "new_password",
        "This is easily guessed: it is a row of keys. Add two or three unrelated words.",
    );
    draw(
        "password-user",
        &page(user, PasswordReason::OwnWish, errors),
    );
    let mut saved = telling(Flash::success(PASSWORD_SAVED));
    if let Some(person) = &mut saved.signed_in {
        person.administrator = false;
    }
    let html = draw(
        "password-user-saved",
        &page(saved, PasswordReason::OwnWish, Errors::none()),
    );
    assert!(html.contains("<h2>Choose your password</h2>"));
    draw(
        "password-administrator",
        &page(signed_in(), PasswordReason::OwnWish, Errors::none()),
    );
    let by_link = PasswordReason::RecoveryLink {
        token: "secret".to_owned(),
    };
    let html = draw(
        "password-link",
        &page(signed_out(), by_link, Errors::none()),
    );
    assert!(!html.contains(">Current password</label>"));
}

fn outcome(number: u128, outcome: &str, tone: Tone) -> PersonOutcome {
    PersonOutcome {
        username: format!("somebody.with.a.long.address{number}@acme.example"),
        name: format!("Somebody {number}"),
        href: format!("/users/{}", id(number)),
        outcome: outcome.to_owned(),
        tone,
    }
}

fn left_out() -> Vec<LeftOut> {
    vec![
        LeftOut {
            name: "Mia Lang".to_owned(),
            username: "mia.lang@acme.example".to_owned(),
            reason: "is inactive".to_owned(),
        },
        LeftOut {
            name: "Jonas Keller".to_owned(),
            username: "jonas.keller@acme.example".to_owned(),
            reason: "was reset at 10:41".to_owned(),
        },
    ]
}

#[test]
fn a_password_reset_under_way_and_done() {
    let page = |layout, done, failed| PasswordResetPage {
        layout,
        id: id(77),
        place: Place::default(),
        scope: Scope::Selected,
        requested_by: "Dana Fox".to_owned(),
        requested_at: "3 May 2026, 10:42".to_owned(),
        progress: Progress {
            done,
            total: 500,
            time_left: Some("about 2 minutes left".to_owned()),
        },
        counts: vec![
            OutcomeCount {
                count: done - failed,
                label: "sent".to_owned(),
                tone: Tone::Quiet,
            },
            OutcomeCount {
                count: 500 - done,
                label: "waiting".to_owned(),
                tone: Tone::Quiet,
            },
            OutcomeCount {
                count: failed,
                label: "failed".to_owned(),
                tone: Tone::Problem,
            },
        ],
        people: vec![
            outcome(
                1,
                "Failed: the server said “550 5.1.1 No such mailbox here”",
                Tone::Problem,
            ),
            outcome(2, "Sent 10:43", Tone::Quiet),
            outcome(3, "Waiting, next try 10:50", Tone::Attention),
        ],
        pager: Pager {
            previous: None,
            next: Some("?after=x".to_owned()),
        },
        left_out: left_out(),
        failed,
    };
    let waiting = Layout {
        refresh_seconds: Some(5),
        ..signed_in()
    };
    let html = draw("reset-page", &page(waiting, 312, 4));
    assert!(html.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"));
    assert!(html.contains(">Retry failed</button>"));
    let html = draw("reset-page-done", &page(signed_in(), 500, 0));
    assert!(html.contains("All 500 done") && !html.contains("Retry failed"));
    let under_way = PasswordResetUnderWayPage {
        place: Place::default(),
        layout: signed_in(),
    };
    draw("reset-page-under-way", &under_way);
}

#[test]
fn a_training_request() {
    let page = TrainingRequestPage {
        place: Place::default(),
        layout: Layout {
            refresh_seconds: Some(9),
            ..telling(Flash::success(
                "New User Training is requested for 3 users.",
            ))
        },
        has_just_come: true,
        look_again_seconds: Some(2),
        id: id(78),
        kind: Training::NewUser,
        requested_by: "Dana Fox".to_owned(),
        requested_at: "3 May 2026, 10:42".to_owned(),
        note: "Mornings suit us.\nPlease cover saved searches.".to_owned(),
        status: "Will be mailed to the training team in 8 seconds".to_owned(),
        tone: Tone::Quiet,
        can_undo: true,
        can_retry: false,
        open_count: 3,
        together_with: None,
        people_count: 3,
        people: (1..=3)
            .map(|n| RequestedPerson {
                id: id(n),
                line: outcome(n, "Requested", Tone::Quiet),
                can_be_recorded: true,
                ticked: true,
            })
            .collect(),
        errors: Errors::none(),
        attendance_href: "/training-requests/78/attendance".to_owned(),
        pager: Pager::default(),
        left_out: left_out(),
        left_out_count: 2,
        left_out_reasons: String::new(),
    };
    assert!(draw("training-page", &page).contains(">Undo</button>"));
    let too_late = Flash::problem(
        "The request for New User Training has been sent already and cannot be taken back here. Contact Customer Success to cancel it.",
    );
    let html = draw(
        "training-page-too-late",
        &TrainingRequestPage {
            layout: telling(too_late),
            has_just_come: false,
            look_again_seconds: None,
            status: "Mailed to the training team today 10:43.".to_owned(),
            can_undo: false,
            ..page
        },
    );
    assert!(!html.contains(">Undo</button>"));
}

#[test]
fn history() {
    let entry = |at: &str, sentence: &str, details: &[&str], who: &str| HistoryEntry {
        at: at.to_owned(),
        sentence: sentence.to_owned(),
        details: details.iter().map(|line| (*line).to_owned()).collect(),
        who: who.to_owned(),
        from: "203.0.113.7".to_owned(),
        part_of: sentence
            .contains("password was reset")
            .then(|| ("/password-resets/7".to_owned(), "The reset")),
    };
    draw(
        "history",
        &HistoryPage {
            layout: signed_in(),
            name: "Grace Lin".to_owned(),
            username: "grace.lin@acme.example".to_owned(),
            user_href: "/users/1".to_owned(),
            activity_href: "/activity?user=1".to_owned(),
            zone: "Europe/Zurich".to_owned(),
            entries: vec![
                entry(
                    "3 May 2026, 10:42",
                    "Details were edited",
                    &[
                        "Title: Buyer → Head of Purchasing",
                        "Phone: added +41 44 555 16 24",
                    ],
                    "Dana Fox",
                ),
                entry(
                    "2 May 2026, 09:00",
                    "Signed in with a mailed password",
                    &[],
                    "Grace Lin",
                ),
                entry(
                    "1 May 2026, 17:31",
                    "Added as grace.lin@acme.example",
                    &[],
                    "Noor El-Amin",
                ),
            ],
            pager: Pager {
                previous: None,
                next: Some("?after=x".to_owned()),
            },
        },
    );
}

#[test]
fn mailbox() {
    let line = |subject: &str, open| MailLine {
        to: "grace.lin@acme.example".to_owned(),
        subject: subject.to_owned(),
        at: "3 May, 10:42".to_owned(),
        href: "/dev/mailbox?mail=1".to_owned(),
        open,
    };
    let page = MailboxPage {
        layout: signed_out(),
        mails: vec![line("Your password for Example Search", true), line("Training request: New User Training for 3 users", false)],
        pager: Pager::default(),
        opened: Some(OpenedMail {
            from: "Example Search <no-reply@vendor.example>".to_owned(),
            to: "grace.lin@acme.example".to_owned(),
            subject: "Your password for Example Search".to_owned(),
            at: "3 May 2026, 10:42".to_owned(),
            text: "Hello Grace\n\nHere is your password:\n\n    h7Kpw-9tRmd-Q3xzv-bN4ce\n\nSign in at http://127.0.0.1:8080/sign-in\n".to_owned(),
            attachments: vec!["roster.csv".to_owned()],
        }),
    };
    draw("mailbox", &page);
    draw(
        "mailbox-empty",
        &MailboxPage {
            mails: Vec::new(),
            opened: None,
            ..page
        },
    );
}

#[test]
fn errors() {
    draw(
        "error-404",
        &ErrorPage {
            layout: signed_in(),
            status: 404,
            heading: "There is no such page".to_owned(),
            what_happened: "What this address led to may have been deleted, the address may be mistyped, or it belongs to another account."
                .to_owned(),
            what_to_do: "Go back and load that page again, or go on from here.".to_owned(),
            links: vec![Link::new("User Accounts", "/users")],
            request_id: Some("01980000-0000-7000-8000-000000000001".to_owned()),
        },
    );
}
