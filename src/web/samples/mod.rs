//! Every page in every state with made-up data, drawn into `target/look` to be looked at and checked
//! in a browser. As a test it shows that every template renders.

mod account;
mod bulk;
mod contrast;
mod lists;
mod others;
mod people;
mod popups;

use std::fs;
use std::path::PathBuf;

use askama::Template;
use uuid::Uuid;

use super::assets;
use super::components::Person;
use super::flash::Flash;
use super::layout::{Layout, SignedIn};

/// Where the pages go: `python3 -m http.server --directory target/look` shows them.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/look")
}

fn draw(name: &str, page: &impl Template) -> String {
    let html = page.render().unwrap();
    fs::create_dir_all(folder()).unwrap();
    fs::write(folder().join(format!("{name}.html")), &html).unwrap();
    assert!(html.contains("</html>"), "{name} is whole");
    assert!(!html.contains(" style="), "{name} has no inline style");
    assert!(!html.contains(" onclick="), "{name} has no inline handler");
    let straight = words(&html).find(|words| words.contains('\''));
    assert_eq!(straight, None, "{name} has a straight apostrophe");
    html
}

/// What stands between the tags.
fn words(html: &str) -> impl Iterator<Item = String> {
    html.split('<')
        .filter_map(|piece| piece.split_once('>'))
        .map(|(_, words)| words.replace("&#39;", "'"))
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + number)
}

fn signed_out() -> Layout {
    Layout {
        product_name: "Example Search".to_owned(),
        support_email: "clientservices@vendor.example".to_owned(),
        support_phone: "+1 555 010 7575".to_owned(),
        ..Layout::default()
    }
}

fn signed_in() -> Layout {
    Layout {
        signed_in: Some(SignedIn {
            account_name: "Acme Instruments".to_owned(),
            name: "Dana Fox".to_owned(),
            username: "dana.fox@acme.example".to_owned(),
            administrator: true,
        }),
        ..signed_out()
    }
}

fn telling(flash: Flash) -> Layout {
    Layout {
        flash: Some(flash),
        ..signed_in()
    }
}

fn person() -> Person {
    Person {
        name: "Grace Lin".to_owned(),
        username: "grace.lin@acme.example".to_owned(),
        href: format!("/users/{}", id(6)),
    }
}

#[test]
fn the_assets_are_drawn_too() {
    for (path, text) in assets::everything() {
        let file = folder().join(path.trim_start_matches('/'));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}
