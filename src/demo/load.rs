//! Rows by COPY, many at a time.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db;
use crate::schema::{account_domains, accounts, mails, users};

#[derive(Debug, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub(super) struct AccountRow {
    pub id: Uuid,
    pub name: String,
    pub seats: i32,
    pub created_at: OffsetDateTime,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = account_domains, treat_none_as_default_value = false)]
pub(super) struct DomainRow {
    pub account_id: Uuid,
    pub domain: String,
    pub added_at: OffsetDateTime,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(super) struct UserRow {
    pub account_id: Uuid,
    pub id: Uuid,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub title: String,
    pub department: String,
    pub phone: String,
    pub search_text: String,
    pub name_key: String,
    pub active: bool,
    pub administrator: bool,
    pub deactivated_at: Option<OffsetDateTime>,
    pub deactivation_reason: String,
    pub last_sign_in_at: Option<OffsetDateTime>,
    pub password_reset_at: Option<OffsetDateTime>,
    pub password_mail_id: Option<Uuid>,
    /// How that mail stands; empty where the mail is written and asked later.
    pub password_mail_state: Option<&'static str>,
    pub password_mail_at: Option<OffsetDateTime>,
    pub created_at: OffsetDateTime,
}

/// A mail of the past: never one that waits.
#[derive(Debug, Insertable)]
#[diesel(table_name = mails, treat_none_as_default_value = false)]
pub(super) struct MailRow {
    pub account_id: Uuid,
    pub id: Uuid,
    pub kind: &'static str,
    pub user_id: Option<Uuid>,
    pub recipient: Option<String>,
    pub password_reset_id: Option<Uuid>,
    pub training_request_id: Option<Uuid>,
    pub created_at: OffsetDateTime,
    pub next_attempt_at: OffsetDateTime,
    pub attempts: i16,
    pub state: &'static str,
    pub settled_at: OffsetDateTime,
    pub explanation: String,
}

/// Rows that belong together: accounts with their domains, people and mails. The people of a large
/// account come in several.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub accounts: Vec<AccountRow>,
    pub domains: Vec<DomainRow>,
    pub users: Vec<UserRow>,
    pub mails: Vec<MailRow>,
}

/// Writes the rows of a chunk.
pub(super) fn write(tx: &mut db::Connection, chunk: Chunk) -> QueryResult<()> {
    diesel::copy_from(accounts::table)
        .from_insertable(chunk.accounts)
        .execute(tx)?;
    diesel::copy_from(account_domains::table)
        .from_insertable(chunk.domains)
        .execute(tx)?;
    write_users(tx, chunk.users)?;
    write_mails(tx, chunk.mails)?;
    // Checked now, chunk by chunk: a million checks put off would wait in memory.
    tx.batch_execute(
        "set constraints users_password_mail immediate; set constraints users_password_mail deferred",
    )
}

/// Has each person's mail asked how it stands, where the mails followed the people.
pub(super) fn tell_password_mails(tx: &mut db::Connection, account_id: Uuid) -> QueryResult<()> {
    diesel::update(users::table.filter(users::account_id.eq(account_id)))
        .set(users::password_mail_id.eq(users::password_mail_id))
        .execute(tx)
        .map(|_| ())
}

/// Writes people; their password mails may follow.
pub(super) fn write_users(tx: &mut db::Connection, rows: Vec<UserRow>) -> QueryResult<()> {
    diesel::copy_from(users::table)
        .from_insertable(rows)
        .execute(tx)
        .map(|_| ())
}

/// Writes mails.
pub(super) fn write_mails(tx: &mut db::Connection, rows: Vec<MailRow>) -> QueryResult<()> {
    diesel::copy_from(mails::table)
        .from_insertable(rows)
        .execute(tx)
        .map(|_| ())
}

/// A definition that was taken away for the time of loading.
#[derive(Debug, QueryableByName)]
struct SetAside {
    #[diesel(sql_type = Text)]
    undo: String,
    #[diesel(sql_type = Text)]
    redo: String,
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

fn is(tx: &mut db::Connection, question: &str) -> QueryResult<bool> {
    let answer: Yes = diesel::sql_query(format!("select {question} as yes")).get_result(tx)?;
    Ok(answer.yes)
}

/// Statements that put back what [`set_aside`] took away, in order.
#[derive(Debug, Default)]
pub(super) struct PutBack(Vec<String>);

/// Where nobody is in the database yet, takes away the indexes of people that hold no rule and the
/// foreign keys that COPY would look up row by row; building them afterwards, in the same
/// transaction, is several times as fast. Nobody else sees the table without them: it is locked.
pub(super) fn set_aside(tx: &mut db::Connection) -> QueryResult<PutBack> {
    const NOBODY: &str = "not exists (select from users)";
    const OURS: &str =
        "(select pg_has_role(relowner, 'usage') from pg_class where oid = 'users'::regclass)";
    if !is(tx, NOBODY)? || !is(tx, OURS)? {
        return Ok(PutBack::default());
    }
    tx.batch_execute(
        "lock table users, user_search, open_password_mails in access exclusive mode",
    )?;
    // Somebody may have come while this waited for the lock.
    if !is(tx, NOBODY)? {
        return Ok(PutBack::default());
    }
    let found: Vec<SetAside> = diesel::sql_query(
        "select 'drop index ' || indexrelid::regclass as undo, pg_get_indexdef(indexrelid) as redo
         from pg_index
         where indrelid in ('users'::regclass, 'user_search'::regclass, 'open_password_mails'::regclass) and not indisunique
         union all
         select format('alter table %s drop constraint %I', conrelid::regclass, conname),
                format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
         from pg_constraint
         where conrelid in ('users'::regclass, 'user_search'::regclass, 'open_password_mails'::regclass) and contype = 'f' and not condeferrable",
    )
    .load(tx)?;
    for each in &found {
        tx.batch_execute(&each.undo)?;
    }
    Ok(PutBack(found.into_iter().map(|each| each.redo).collect()))
}

/// Puts back what was taken away.
pub(super) fn put_back(tx: &mut db::Connection, put_back: &PutBack) -> QueryResult<()> {
    // More than the server's own maintenance_work_mem is slower: building the index for searching in
    // 512 MB took twice as long as in 64 MB, which stays nearer to the processor's caches.
    for statement in &put_back.0 {
        tx.batch_execute(statement)?;
    }
    Ok(())
}

/// Lets statements take the time they need, until the transaction ends.
pub(super) fn without_time_outs(tx: &mut db::Connection) -> QueryResult<()> {
    tx.batch_execute("set local statement_timeout = 0; set local lock_timeout = 0")
}

/// Tells the planner what is there now, and tidies the indexes' lists of what is new. Outside a
/// transaction.
pub(super) fn tidy(connection: &mut db::Connection) -> QueryResult<()> {
    connection.batch_execute("set statement_timeout = 0")?;
    let tidied = [
        "accounts",
        "account_domains",
        "users",
        "user_search",
        "open_password_mails",
        "mails",
    ]
    .iter()
    .try_for_each(|table| connection.batch_execute(&format!("vacuum (analyze) {table}")));
    connection.batch_execute("reset statement_timeout")?;
    tidied
}
