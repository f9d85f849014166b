//! The account's own pages.

use time::macros::datetime;

use super::{draw, signed_in};
use crate::web::access::second_factor_pages::RecoveryCodesPage;
use crate::web::accounts::pages::{AccountPage, DemandPage};
use crate::web::accounts::time_zones::regions;
use crate::web::components::{Person, Seats};
use crate::web::form::Errors;

#[test]
fn account() {
    let person = |name: &str, username: &str| Person {
        name: name.to_owned(),
        username: username.to_owned(),
        href: "/users/1".to_owned(),
    };
    let html = draw(
        "account",
        &AccountPage {
            layout: signed_in(),
            name: "Acme Instruments".to_owned(),
            domains: vec!["acme.example".to_owned(), "acme-labs.example".to_owned()],
            seats: Seats {
                used: 118,
                total: 120,
            },
            administrators: vec![
                person("Dana Fox", "dana.fox@acme.example"),
                person("Noor El-Amin", "noor@acme.example"),
            ],
            second_factor_required: false,
            second_factors: "1 of 2 administrators has one.".to_owned(),
            time_zone: "Europe/Zurich".to_owned(),
            time_zone_words: "Europe/Zurich".to_owned(),
            regions: regions("Europe/Zurich", datetime!(2026-05-03 08:42 UTC)),
            local_time: "10:42 on 3 May 2026".to_owned(),
            errors: Errors::none(),
        },
    );
    assert!(html.contains("<option value=\"Europe/Zurich\" selected>Zurich (UTC+02:00)</option>"));
}

#[test]
fn asking_for_a_second_factor() {
    let page = DemandPage {
        layout: signed_in(),
        required: false,
        has_own: true,
        without: vec![Person {
            name: "Noor El-Amin".to_owned(),
            username: "noor@acme.example".to_owned(),
            href: "/users/1".to_owned(),
        }],
        administrators: 2,
    };
    let html = draw("second-factor-demand", &page);
    assert!(html.contains("1 of 2 administrators has none yet"));
    let stop = DemandPage {
        required: true,
        ..page.clone()
    };
    draw("second-factor-demand-no-more", &stop);
    let first = DemandPage {
        has_own: false,
        ..page
    };
    draw("second-factor-demand-own-first", &first);
}

#[test]
fn recovery_codes() {
    let code = |number: u32| format!("ABCD-EFGH-JKMN-PQRS-TUVW-X{number:03}");
    let page = RecoveryCodesPage {
        layout: signed_in(),
        codes: (0..10).map(code).collect(),
    };
    let html = draw("recovery-codes", &page);
    assert!(html.contains("Download as text") && html.contains("I have saved them"));
}
