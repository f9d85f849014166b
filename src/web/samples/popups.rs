//! The pop-ups in their states.

use super::people::list;
use super::{draw, id, person, signed_in};
use crate::web::components::{Link, Seats, Tone};
use crate::web::form::Errors;
use crate::web::users::conflicts::{
    ADDRESS_IN_USE, AddressConflict, AddressConflictCase, EditConflict, TheirValue,
};
use crate::web::users::dialogs::{
    Activation, AddDialog, AdministratorDialog, CouldBeFreed, DifferentPersonDialog, EditDialog,
    ProfileFields, ProfileValues, ReplaceDialog, UsersDialog,
};
use crate::web::users::fact::Fact;
use crate::web::users::pages::UsersPage;

const HINT: &str = "An address at acme.example or acme-labs.example.";

fn over_the_list(name: &str, dialog: UsersDialog) -> String {
    let page = UsersPage {
        layout: signed_in(),
        list: list(20),
        dialog: Some(dialog),
    };
    let html = draw(name, &page);
    assert!(
        html.contains("<div class=\"page\" inert aria-hidden=\"true\">"),
        "{name}: the list behind is inert"
    );
    html
}

fn grace() -> ProfileValues {
    ProfileValues {
        username: "grace.lin@acme.example".to_owned(),
        first_name: "Grace".to_owned(),
        last_name: "Lin".to_owned(),
        title: "Account Executive".to_owned(),
        department: "Sales".to_owned(),
        phone: "+41 44 555 16 24".to_owned(),
    }
}

fn add(
    values: &ProfileValues,
    errors: Errors,
    seats: Seats,
    case: Option<AddressConflictCase>,
) -> AddDialog {
    AddDialog {
        fields: ProfileFields::new(values, &errors, HINT, case.is_some()),
        errors,
        new_id: id(900),
        seats,
        could_be_freed: Vec::new(),
        conflict: case.map(conflict),
    }
}

fn conflict(case: AddressConflictCase) -> AddressConflict {
    AddressConflict {
        case,
        support_phone: "+1 555 010 7575".to_owned(),
        support_email: "clientservices@vendor.example".to_owned(),
    }
}

const FEW: Seats = Seats {
    used: 118,
    total: 120,
};

#[test]
fn add_a_user() {
    let dialog = add(&ProfileValues::default(), Errors::none(), FEW, None);
    let html = over_the_list("add", UsersDialog::Add(Box::new(dialog)));
    for label in [
        "Username",
        "First name",
        "Last name",
        "Title",
        "Department",
        "Phone",
    ] {
        assert!(html.contains(&format!("\">{label}</label>")), "{label}");
    }
    assert!(html.contains(">Add User</button>"));
}

#[test]
fn add_a_user_with_everything_wrong() {
    let mut errors = Errors::none();
    errors.add(
        "username",
        "Enter an address at acme.example or acme-labs.example, such as name@acme.example",
    );
    errors.add("first_name", "Enter the first name");
    errors.add("last_name", "Enter the last name");
    errors.add(
        "phone",
        "Enter a telephone number, such as +1 555 010 7575, or leave it empty",
    );
    let values = ProfileValues {
        username: "grace@gmail".to_owned(),
        phone: "call me".to_owned(),
        ..ProfileValues::default()
    };
    let html = over_the_list(
        "add-errors",
        UsersDialog::Add(Box::new(add(&values, errors, FEW, None))),
    );
    assert!(html.contains("<title>Error: "));
    assert!(html.contains("value=\"grace@gmail\""));
}

#[test]
fn email_address_is_already_in_use() {
    let cases = [
        (
            "active",
            AddressConflictCase::ActiveHere {
                id: id(1),
                user: Link::new("Grace Lin", "/users/1"),
            },
        ),
        (
            "inactive",
            AddressConflictCase::InactiveHere {
                name: "Grace Lin".to_owned(),
                show_inactive_href: "/users?show=inactive".to_owned(),
                reactivate_href: "/users/1?show=inactive".to_owned(),
            },
        ),
        (
            "former",
            AddressConflictCase::FormerHere {
                user: Link::new("Grace Lin", "/users/1"),
                username: "grace.lin@acme.example".to_owned(),
                changed_on: "3 May".to_owned(),
                free_at: "2 June 2026, 10:42".to_owned(),
                code: "K7QM-4XRT".to_owned(),
            },
        ),
        (
            "elsewhere",
            AddressConflictCase::Elsewhere {
                code: "K7QM-4XRT".to_owned(),
            },
        ),
        (
            "budget",
            AddressConflictCase::BudgetSpent {
                code: "K7QM-4XRT".to_owned(),
                again_at: "10:42".to_owned(),
            },
        ),
    ];
    for (name, case) in cases {
        let mut errors = Errors::none();
        errors.add("username", ADDRESS_IN_USE);
        let dialog = add(&grace(), errors, FEW, Some(case));
        let html = over_the_list(
            &format!("add-conflict-{name}"),
            UsersDialog::Add(Box::new(dialog)),
        );
        assert_eq!(
            html.matches(">Email address is already in use<").count(),
            2,
            "{name}"
        );
        assert!(
            html.contains("aria-describedby=\"username-error address-conflict username-hint\"")
        );
    }
}

const FULL: Seats = Seats {
    used: 120,
    total: 120,
};

fn could_be_freed() -> Vec<CouldBeFreed> {
    vec![
        CouldBeFreed {
            id: id(1),
            name: "Mia Lang".to_owned(),
            username: "mia.lang@acme.example".to_owned(),
            why: "Never signed in, added 3 March".to_owned(),
            chosen: false,
        },
        CouldBeFreed {
            id: id(2),
            name: "Jonas Keller".to_owned(),
            username: "jonas.keller@acme.example".to_owned(),
            why: "Last signed in 11 months ago".to_owned(),
            chosen: true,
        },
    ]
}

#[test]
fn add_a_user_where_no_seat_is_free() {
    let dialog = add(&ProfileValues::default(), Errors::none(), FULL, None);
    over_the_list("add-full", UsersDialog::Add(Box::new(dialog.clone())));
    let html = over_the_list(
        "add-full-choice",
        UsersDialog::Add(Box::new(AddDialog {
            could_be_freed: could_be_freed(),
            ..dialog
        })),
    );
    assert!(html.contains("No seat is free."));
}

fn edit(activation: Activation) -> EditDialog {
    EditDialog {
        id: id(6),
        name: "Grace Lin".to_owned(),
        lead: None,
        fields: ProfileFields::new(&grace(), &Errors::none(), HINT, false),
        originals: grace(),
        original_active: true,
        errors: Errors::none(),
        conflict: None,
        edit_conflict: None,
        activation,
        facts: vec![
            Fact {
                label: "State",
                text: "Mail failed".to_owned(),
                tone: Tone::Problem,
                links: Vec::new(),
                action: Some(Link::new("Send again", "/users/1/password-mail")),
            },
            Fact::quiet("Last sign-in", "28 April 2026, 16:20"),
            Fact {
                label: "Password mail",
                text: "Refused on 3 May, 10:42: “550 5.1.1 No such mailbox here”".to_owned(),
                tone: Tone::Problem,
                links: Vec::new(),
                action: None,
            },
            Fact::quiet("Training", "New User Training requested 2 May by Dana Fox"),
            Fact {
                label: "Administrator",
                text: "No".to_owned(),
                tone: Tone::Quiet,
                links: vec![Link::new("Change", "/users/1/administrator")],
                action: None,
            },
        ],
    }
}

fn active(ticked: bool) -> Activation {
    Activation::Active {
        ticked,
        consequences: vec![
            "Grace Lin is signed out at once and can no longer sign in.".to_owned(),
            "1 seat becomes free.".to_owned(),
            "1 mail that waits is cancelled.".to_owned(),
        ],
        reason: Box::new(Activation::reason_field()),
    }
}

#[test]
fn edit_user() {
    let html = over_the_list("edit", UsersDialog::Edit(Box::new(edit(active(true)))));
    assert!(html.contains("name=\"active_account_on_form\" value=\"yes\""));
    assert!(html.contains("<span>Active Account</span>"));
    assert!(html.contains("name=\"original_first_name\" value=\"Grace\""));
    over_the_list(
        "edit-deactivating",
        UsersDialog::Edit(Box::new(edit(active(false)))),
    );
    let inactive = |seats, could_be_freed| Activation::Inactive {
        ticked: true,
        send_new_password: true,
        has_own_password: true,
        seats,
        could_be_freed,
    };
    let dialog = edit(inactive(FEW, Vec::new()));
    let html = over_the_list("edit-inactive", UsersDialog::Edit(Box::new(dialog)));
    assert!(html.contains("Send a new password"));
    let dialog = edit(inactive(FULL, could_be_freed()));
    let html = over_the_list("edit-no-seat", UsersDialog::Edit(Box::new(dialog)));
    assert!(html.contains("Whom to deactivate"));
}

#[test]
fn nobody_deactivates_themself() {
    let because = "You cannot deactivate yourself. Another administrator can.".to_owned();
    let html = over_the_list(
        "edit-self",
        UsersDialog::Edit(Box::new(edit(Activation::MustStayActive { because }))),
    );
    assert!(!html.contains("active_account_on_form"));
}

#[test]
fn two_people_edited_the_same_fields() {
    let mut errors = Errors::none();
    errors.add(
        "title",
        "Title was changed meanwhile: choose which one to keep",
    );
    errors.add(
        "phone",
        "Phone was changed meanwhile: choose which one to keep",
    );
    let dialog = EditDialog {
        fields: ProfileFields::new(&grace(), &errors, HINT, false),
        errors,
        edit_conflict: Some(EditConflict {
            by: "Noor El-Amin".to_owned(),
            at: "at 10:42".to_owned(),
            theirs: vec![
                TheirValue {
                    field: "title",
                    value: "Senior Account Executive".to_owned(),
                },
                TheirValue {
                    field: "phone",
                    value: String::new(),
                },
            ],
            also: "Department".to_owned(),
        }),
        ..edit(active(true))
    };
    over_the_list("edit-conflict", UsersDialog::Edit(Box::new(dialog)));
}

#[test]
fn another_person_in_the_same_row() {
    let html = over_the_list(
        "different-person",
        UsersDialog::DifferentPerson(Box::new(DifferentPersonDialog {
            new_id: uuid::Uuid::nil(),
            id: id(6),
            before: person(),
            after_name: "Liam O’Brien".to_owned(),
            after_username: "liam.obrien@acme.example".to_owned(),
            typed: vec![("first_name".to_owned(), "Liam".to_owned())],
        })),
    );
    assert!(html.contains(">It is the same person</button>"));
    over_the_list(
        "replace",
        UsersDialog::Replace(Box::new(ReplaceDialog {
            new_id: uuid::Uuid::nil(),
            id: id(6),
            leaving: person(),
            fields: ProfileFields::new(&ProfileValues::default(), &Errors::none(), HINT, false),
            errors: Errors::none(),
            conflict: None,
            address_kept: false,
            consequences: vec![
                "Grace Lin is signed out at once and deactivated; the history stays.".to_owned(),
                "The new user takes the seat and gets a password by mail.".to_owned(),
            ],
        })),
    );
}

#[test]
fn administrators_are_made_and_unmade() {
    let dialog = |administrator, refusal: Option<&str>| {
        UsersDialog::Administrator(Box::new(AdministratorDialog {
            id: id(6),
            name: "Grace Lin".to_owned(),
            username: "grace.lin@acme.example".to_owned(),
            administrator,
            refusal: refusal.map(str::to_owned),
        }))
    };
    over_the_list("administrator-make", dialog(false, None));
    over_the_list("administrator-unmake", dialog(true, None));
    over_the_list(
        "administrator-refused",
        dialog(
            true,
            Some("Grace Lin is the last administrator. Make somebody else an administrator first."),
        ),
    );
}
