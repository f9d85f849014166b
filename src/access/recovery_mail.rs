//! The mail that answers "Forgot your password?": a link, made when the mail is written.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use diesel::sql_types;
use rand::CryptoRng;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::db;
use crate::mail::message::name_for_greeting;
use crate::mail::{Composed, DueMail, MailSettings};
use crate::schema::recovery_links;
use crate::sessions::Digest;
use crate::users::{Addressee, compose_for_each};

/// How long a link works, from the moment its mail is sent.
pub const LINK_LIFE: Duration = Duration::hours(1);
/// Links of one person that work at the same time: a mail that was late does not undo the one that
/// was asked for again, and a mailbox full of them is no use.
const LIVE_LINKS: i64 = 3;

#[derive(Insertable)]
#[diesel(table_name = recovery_links)]
struct NewLink {
    token_digest: Vec<u8>,
    account_id: Uuid,
    user_id: Uuid,
    mail_id: Uuid,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

#[derive(Template)]
#[template(path = "mail/recovery.txt", whitespace = "preserve")]
struct RecoveryText<'a> {
    mail: &'a RecoveryMail<'a>,
}

#[derive(Template)]
#[template(path = "mail/recovery.html")]
struct RecoveryHtml<'a> {
    mail: &'a RecoveryMail<'a>,
}

/// What both versions say.
struct RecoveryMail<'a> {
    settings: &'a MailSettings,
    name: Option<String>,
    username: &'a str,
    link: String,
}

/// Writes the due mails with a link each and stores the digests.
///
/// # Errors
/// Whatever the database says, or a template.
pub fn compose(
    tx: &mut db::Connection,
    settings: &MailSettings,
    due: &[DueMail],
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> QueryResult<Vec<Composed>> {
    let mut rows = Vec::with_capacity(due.len());
    let composed = compose_for_each(tx, due, |person, mail| {
        let mut token = [0; 32];
        rng.fill_bytes(&mut token);
        let token = URL_SAFE_NO_PAD.encode(token);
        rows.push(NewLink {
            token_digest: Digest::of(&token).as_bytes().to_vec(),
            account_id: person.account_id,
            user_id: person.id,
            mail_id: mail.id,
            created_at: now,
            expires_at: now + LINK_LIFE,
        });
        write(settings, person, &token)
    })?;
    if !rows.is_empty() {
        diesel::insert_into(recovery_links::table)
            .values(&rows)
            .execute(tx)?;
        keep_the_newest(tx, &rows)?;
    }
    Ok(composed)
}

fn write(settings: &MailSettings, person: &Addressee, token: &str) -> QueryResult<Composed> {
    let mail = RecoveryMail {
        settings,
        name: name_for_greeting(&person.first_name),
        username: &person.username,
        link: format!("{}/password?link={token}", settings.public_url),
    };
    Composed::send(
        &person.username,
        format!("{}: choose a new password", settings.product_name),
        &RecoveryText { mail: &mail },
        &RecoveryHtml { mail: &mail },
    )
}

fn keep_the_newest(tx: &mut db::Connection, rows: &[NewLink]) -> QueryResult<()> {
    let accounts: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
    let users: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
    diesel::sql_query(
        "delete from recovery_links
         where token_digest in (
             select token_digest from (
                 select token_digest, row_number() over (
                     partition by account_id, user_id order by created_at desc, token_digest
                 ) as place
                 from recovery_links
                 where (account_id, user_id) in (select * from unnest($1, $2))
             ) as placed
             where place > $3
         )",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(accounts)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(users)
    .bind::<sql_types::BigInt, _>(LIVE_LINKS)
    .execute(tx)
    .map(|_| ())
}

/// Deletes links that have run out; they were refused already.
///
/// # Errors
/// Whatever the database says.
pub fn delete_expired(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    diesel::delete(recovery_links::table.filter(recovery_links::expires_at.le(now))).execute(tx)
}
