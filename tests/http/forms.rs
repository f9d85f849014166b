//! Every field of every form that a page draws, and every parameter of every page, given what no field
//! takes: a field that is added to a page is tried here by itself.

use std::collections::BTreeSet;

use actix_web::http::Method;
use user_accounts::web::routes::table;

use crate::client::Client;
use crate::site::Site;

/// As they stand in a form: NUL, no UTF-8, a bell, marks that turn the order of what is shown.
const BAD: [&str; 5] = ["a%00b", "a%FFb", "a%07b", "a%E2%80%AEb", "a%E2%81%A6b"];
/// What every page may be asked with.
const PARAMETERS: [&str; 18] = [
    "q",
    "show",
    "sort",
    "after",
    "before",
    "needs",
    "user",
    "page",
    "older_than",
    "person",
    "kind",
    "from",
    "to",
    "link",
    "mail",
    "signed-out",
    "id",
    "anything",
];

/// One form of a page.
struct Form {
    method: String,
    action: String,
    /// Name, value as it would be sent, whether a person types into it.
    fields: Vec<(String, String, bool)>,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

fn forms(page: &str, path: &str) -> Vec<Form> {
    page.split("<form")
        .skip(1)
        .map(|rest| {
            let rest = rest.split("</form>").next().unwrap();
            let tag = rest.split('>').next().unwrap();
            let fields = rest
                .split('<')
                .filter(|tag| {
                    ["input ", "textarea ", "select "]
                        .iter()
                        .any(|name| tag.starts_with(name))
                })
                .filter_map(|tag| {
                    let name = attribute(tag, "name")?;
                    let kind = attribute(tag, "type").unwrap_or("text");
                    let is_chosen = !["checkbox", "radio", "submit"].contains(&kind)
                        || tag.contains(" checked");
                    let typed = !tag.starts_with("select")
                        && ["text", "password", "search", "email", "tel"].contains(&kind);
                    is_chosen.then(|| {
                        (
                            name.to_string(),
                            attribute(tag, "value").unwrap_or_default().to_string(),
                            typed,
                        )
                    })
                })
                .collect();
            Form {
                method: attribute(tag, "method").unwrap_or("get").to_string(),
                action: attribute(tag, "action")
                    .unwrap_or(path)
                    .replace("&#38;", "&"),
                fields,
            }
        })
        .collect()
}

/// The form with this one field as bad as that.
fn filled(form: &Form, bad_field: &str, bad: &str) -> String {
    let pair = |(name, value, _): &(String, String, bool)| {
        let value = if name == bad_field {
            bad.to_string()
        } else {
            url::form_urlencoded::byte_serialize(value.replace("&#38;", "&").as_bytes()).collect()
        };
        format!("{name}={value}")
    };
    form.fields
        .iter()
        // A reason is read where somebody is deactivated.
        .filter(|(name, ..)| bad_field != "reason" || name != "active_account")
        .map(pair)
        .collect::<Vec<_>>()
        .join("&")
}

/// Nothing of it is in any row.
fn nothing_bad_is_stored(site: &Site) {
    let tables = site.value(
        "select string_agg(table_name, ',') from information_schema.tables where table_schema = 'public'",
    );
    for table in tables.split(',') {
        let bad = site.count(&format!(
            "{table} as t where t::text ~ E'[\\\\u202a-\\\\u202e\\\\u2066-\\\\u2069\\\\ufffd\\\\x07]' or length(t::text) > 20000"
        ));
        assert_eq!(bad, 0, "{table}");
    }
}

fn pages(site: &Site) -> Vec<(String, Client)> {
    let acme = site.company("Acme", "acme.example", 90);
    let ann = site.person(acme, "ann@acme.example", false);
    let gone = site.person(acme, "gone@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'gone%'");
    let boss = site.signed_in("boss@acme.example");
    let mut pages = Vec::new();
    for entry in table() {
        if entry.method == Method::GET && !entry.path.contains("{file}") {
            for id in [ann, gone] {
                let path = entry.path.replace("{id}", &id.to_string());
                pages.push((path, boss.again()));
            }
        }
    }
    for path in ["/sign-in", "/forgot-password"] {
        pages.push((path.to_string(), site.client()));
    }
    pages
}

#[test]
fn no_field_of_any_form_takes_what_no_field_takes() {
    let site = Site::start();
    let mut seen = BTreeSet::new();
    let long = "x".repeat(250_000);
    for (path, client) in pages(&site) {
        let page = client.get(&path);
        for form in forms(&page.body, &path) {
            if form.action == "/sign-out" {
                continue;
            }
            for (field, _, typed) in &form.fields {
                let route = form.action.split('?').next().unwrap().to_string();
                if !seen.insert((form.method.clone(), route, field.clone())) {
                    continue;
                }
                for bad in BAD.into_iter().chain([long.as_str()]) {
                    site.sql("delete from throttles");
                    let body = filled(&form, field, bad);
                    let named = format!(
                        "{field} of {} {}: {}",
                        form.method,
                        form.action,
                        &bad[..bad.len().min(12)]
                    );
                    let answer = if form.method == "post" {
                        client.again().post_raw(&form.action, body.as_bytes(), &[])
                    } else if body.len() > 60_000 {
                        continue;
                    } else {
                        client.again().get(&format!(
                            "{}?{body}",
                            form.action.split('?').next().unwrap()
                        ))
                    };
                    assert!(answer.status < 500, "{named}: {}", answer.status);
                    if *typed {
                        assert!(
                            (400..500).contains(&answer.status),
                            "{named}: {}",
                            answer.status
                        );
                    }
                }
            }
        }
    }
    assert!(seen.len() > 40, "{seen:#?}");
    nothing_bad_is_stored(&site);
    assert_eq!(site.count("users"), 3);
}

#[test]
fn no_parameter_of_any_page_is_more_than_a_bad_request() {
    let site = Site::start();
    let long = "x".repeat(20_000);
    let before = site.count("users");
    let bad: Vec<&str> = BAD
        .into_iter()
        .chain([long.as_str(), "%20", "%27%22%3E%3Cb%3E"])
        .collect();
    let mut seen = BTreeSet::new();
    for (number, (path, client)) in pages(&site).iter().enumerate() {
        if !seen.insert(path.clone()) {
            continue;
        }
        for (which, parameter) in PARAMETERS.iter().enumerate() {
            // Each page meets each parameter with two of them, in turn.
            for bad in [
                bad[(number + which) % bad.len()],
                bad[(number + which + 3) % bad.len()],
            ] {
                let answer = client.get(&format!("{path}?{parameter}={bad}"));
                let named = format!("{path}?{parameter}={}", &bad[..bad.len().min(20)]);
                assert!(answer.status < 500, "{named}: {}", answer.status);
                assert!(!answer.body.contains("\"><b>"), "{named}");
            }
        }
    }
    assert_eq!(site.count("users"), before + 3);
    nothing_bad_is_stored(&site);
}
