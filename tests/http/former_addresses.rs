//! Erasing a person whose former address somebody else has now.

use user_accounts::clock;
use user_accounts::support;
use user_accounts::users::Username;

use crate::erasing::stands_in;
use crate::site::Site;
use crate::staff::{add, shared};

#[test]
fn whoever_has_a_former_address_of_somebody_erased_keeps_what_is_theirs() {
    let site = Site::start();
    let client = shared(&site);
    let acme = site.value("select id from accounts where name = 'Acme'");
    let id = |username: &str| {
        site.value(&format!(
            "select id from users where username = '{username}'"
        ))
    };
    // Bo was added as bo@, is ann.li@ now, and bo@ is free again.
    add(&client, "bo@shared.example");
    site.deliver();
    let bo = id("bo@shared.example");
    site.sql(&format!(
        "update users set username = 'ann.li@shared.example', first_name = 'Ann', last_name = 'Li' where id = '{bo}'"
    ));
    let edited = r#"{"changes": [{"field": "Username", "before": "bo@shared.example", "after": "ann.li@shared.example"}]}"#;
    site.sql(&format!(
        "insert into events (account_id, user_id, actor, kind, details, happened_at) values ('{acme}', '{bo}', 'staff', 'user_edited', '{edited}', now())"
    ));
    // Another Bo has it now, in the same account.
    assert_eq!(add(&client, "bo@shared.example").status, 303);
    site.deliver();
    let successor = id("bo@shared.example");
    site.sql("insert into imports (account_id, id, made_by, made_at) select account_id, id, id, now() from users where username = 'boss@acme.example'");
    site.sql("insert into imports (account_id, id, made_by, made_at) select account_id, id, id, now() from users where username = 'boss@globex.example'");
    let line = |account: &str,
                position: i32,
                username: &str,
                first_name: &str,
                replaces: &str,
                user: &str| {
        site.sql(&format!(
            "insert into import_lines (account_id, import_id, position, line, username, first_name, last_name, title, department, phone, replaces, verdict, chosen, reason, user_id)
             select imports.account_id, imports.id, {position}, {position}, '{username}', '{first_name}', 'Oak', 'Clerk', '', '', '{replaces}', 'unchanged', false, 'Why', {user}
             from imports join accounts on accounts.id = account_id where accounts.name = '{account}'"
        ));
    };
    line(
        "Acme",
        1,
        "bo@shared.example",
        "Ann",
        "",
        &format!("'{bo}'"),
    );
    line(
        "Acme",
        2,
        "Bo@shared.example",
        "Bo",
        "",
        &format!("'{successor}'"),
    );
    line("Globex", 1, "bo@shared.example", "Bo", "", "null");
    line(
        "Globex",
        2,
        "new@shared.example",
        "New",
        "bo@shared.example",
        "null",
    );
    // Somebody in Globex had ann.li@ before her.
    let kim = id("kim@shared.example");
    line(
        "Globex",
        3,
        "ann.li@shared.example",
        "Kim",
        "",
        &format!("'{kim}'"),
    );
    site.sql("insert into address_conflicts (code, account_id, typed, username, rule, happened_at)
              select 'AAAA-2222', id, 'bo@shared.example', 'bo@shared.example', 'elsewhere', now() from accounts where name = 'Globex'");
    let theirs = || {
        [
            format!("select string_agg(events::text, ';' order by id) from events where user_id = '{successor}'"),
            format!("select string_agg(mails::text, ';' order by id) from mails where user_id = '{successor}'"),
            format!("select string_agg(import_lines::text, ';' order by position) from import_lines where user_id = '{successor}'"),
            "select string_agg(import_lines::text, ';' order by position) from import_lines where position < 3 and user_id is null".to_string(),
            format!("select users::text from users where id = '{successor}'"),
            "select address_conflicts::text from address_conflicts".to_string(),
        ]
        .map(|query| site.value(&query))
    };
    let before = theirs();
    for text in &before {
        assert!(text.to_lowercase().contains("bo@shared.example"), "{text}");
    }
    let username = Username::parse("ann.li@shared.example").unwrap();
    let marked = site
        .owner
        .write(|tx| support::erase(tx, &username, clock::now()))
        .unwrap()
        .username;
    assert_eq!(theirs(), before);
    // What is hers is erased, that address included.
    assert!(stands_in(&site, "ann.li").is_empty());
    for table in ["events", "mails", "import_lines"] {
        let hers = format!("{table} where account_id = '{acme}' and user_id = '{bo}'");
        assert!(site.count(&hers) > 0, "{table}");
        let with_it = format!("{hers} and {table}::text ilike '%bo@shared.example%'");
        assert_eq!(site.count(&with_it), 0, "{table}");
    }
    assert_eq!(
        site.value(&format!(
            "select recipient from mails where user_id = '{bo}'"
        )),
        marked
    );
    assert_eq!(
        site.value("select username || ' ' || first_name || ' ' || title from import_lines where position = 3"),
        "erased Kim Clerk",
        "the rest of the line is about Kim"
    );
}
