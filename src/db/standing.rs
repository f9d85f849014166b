//! How a role stands in its database: what it may do, what is there, what time it is.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Timestamptz};
use secrecy::SecretString;
use time::OffsetDateTime;

use super::migrations::maintenance_connection;
use super::privileges::DELETED_FROM;

/// How a role stands in its database.
#[derive(Debug, QueryableByName)]
pub struct Standing {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub role: String,
    /// Whether nothing is forbidden to it.
    #[diesel(sql_type = Bool)]
    pub superuser: bool,
    /// Whether there is no table yet, of this program or of another one.
    #[diesel(sql_type = Bool)]
    pub is_empty: bool,
    /// Whether it may make tables.
    #[diesel(sql_type = Bool)]
    pub may_make_tables: bool,
    /// Whether the tables are its own.
    #[diesel(sql_type = Bool)]
    pub owns_tables: bool,
    /// What the program does and the role may not, like `update on users`.
    #[diesel(sql_type = Array<Text>)]
    pub lacks: Vec<String>,
    /// What would let it rewrite history, like `delete on events`.
    #[diesel(sql_type = Array<Text>)]
    pub rewrites: Vec<String>,
    /// Extensions that the tables need and that the server does not have.
    #[diesel(sql_type = Array<Text>)]
    pub missing_extensions: Vec<String>,
    /// The language of the server's messages (`lc_messages`).
    #[diesel(sql_type = Text)]
    pub messages: String,
    /// The server's clock.
    #[diesel(sql_type = Timestamptz)]
    pub clock: OffsetDateTime,
}

/// Asks the database that `url` names; changes nothing.
///
/// # Errors
/// A sentence for the terminal.
pub fn standing(url: &SecretString) -> Result<Standing, String> {
    diesel::sql_query(
        "with tables as (
             select oid, relname::text as name, relowner from pg_class
             where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         ), rights as (
             select tables.name, privilege, has_table_privilege(tables.oid, privilege) as given
             from tables, unnest(array['select', 'insert', 'update', 'delete']) as privilege
         )
         select current_user::text as role,
                (select rolsuper from pg_roles where rolname = current_user) as superuser,
                not exists (select from tables) as is_empty,
                has_schema_privilege('public', 'create') as may_make_tables,
                exists (select from tables join pg_roles on pg_roles.oid = relowner
                        where name = 'users' and rolname = current_user) as owns_tables,
                array(select privilege || ' on ' || name from rights
                      where not given
                        and (privilege <> 'delete' or name = any($1))
                        and (privilege <> 'update' or name <> 'events')
                        and (privilege = 'select' or name <> '__diesel_schema_migrations')
                      order by name, privilege) as lacks,
                array(select privilege || ' on ' || name from rights
                      where given and name = 'events' and privilege in ('update', 'delete')
                      order by privilege) as rewrites,
                array(select needed from unnest(array['btree_gin', 'pg_trgm']) as needed
                      where needed not in (select name from pg_available_extensions)
                      order by needed) as missing_extensions,
                current_setting('lc_messages') as messages,
            clock_timestamp() as clock",
    )
    .bind::<Array<Text>, _>(DELETED_FROM.as_slice())
    .get_result(&mut maintenance_connection(url)?)
    .map_err(|error| format!("The database does not say what its role may do: {error}."))
}
