//! Statements written as text, where the query builder has no words for their shape.
//!
//! diesel's own `sql_query` is never kept prepared: each run asks the server twice and plans anew. What
//! is written here is prepared once on each connection, so its text must come from a small set: values
//! are bound, never written into it.

use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{Error, QueryResult};
use diesel::{RunQueryDsl, sql_types};
use time::OffsetDateTime;
use uuid::Uuid;

/// A text with `$1`, `$2` … and the values for them; each may be named more than once.
#[derive(Debug, Clone, Default)]
pub struct Statement {
    text: String,
    values: Vec<Value>,
}

/// A value with the type that PostgreSQL is told.
#[derive(Debug, Clone)]
pub enum Value {
    /// `uuid`
    Uuid(Uuid),
    /// `uuid`, or nothing
    OptionalUuid(Option<Uuid>),
    /// `uuid[]`
    Uuids(Vec<Uuid>),
    /// `uuid[]`, of which some are nothing
    OptionalUuids(Vec<Option<Uuid>>),
    /// `text`
    Text(String),
    /// `text`, or nothing
    OptionalText(Option<String>),
    /// `text[]`
    Texts(Vec<String>),
    /// `boolean`
    Bool(bool),
    /// `bigint`
    BigInt(i64),
    /// `bytea`
    Bytes(Vec<u8>),
    /// `timestamptz`
    Moment(OffsetDateTime),
}

macro_rules! values_from {
    ($($from:ty => $to:ident),*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Value {
                Value::$to(value)
            }
        }
    )*};
}
values_from!(
    Uuid => Uuid, Option<Uuid> => OptionalUuid, Vec<Uuid> => Uuids, Vec<Option<Uuid>> => OptionalUuids,
    String => Text, Option<String> => OptionalText,
    Vec<String> => Texts, bool => Bool, i64 => BigInt, Vec<u8> => Bytes, OffsetDateTime => Moment
);

impl From<&[Uuid]> for Value {
    fn from(value: &[Uuid]) -> Value {
        Value::Uuids(value.to_vec())
    }
}

impl From<&[&str]> for Value {
    fn from(value: &[&str]) -> Value {
        Value::Texts(value.iter().map(ToString::to_string).collect())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_string())
    }
}

impl Statement {
    /// This text, without values as yet.
    pub fn new(text: &str) -> Statement {
        Statement {
            text: text.to_string(),
            values: Vec::new(),
        }
    }

    /// With the next value, `$1` the first time.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Statement {
        self.values.push(value.into());
        self
    }

    /// Takes a value and says what to write for it: `$1` for the first one.
    pub fn place_for(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Gives it its text, once the places of its values are known.
    pub fn write(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut parts = self.text.split('$');
        if let Some(first) = parts.next() {
            out.push_sql(first);
        }
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let value = number
                .parse::<usize>()
                .ok()
                .and_then(|number| self.values.get(number.checked_sub(1)?))
                .ok_or_else(|| Error::QueryBuilderError("a value is missing".into()))?;
            match value {
                Value::Uuid(value) => out.push_bind_param::<sql_types::Uuid, _>(value)?,
                Value::OptionalUuid(value) => {
                    out.push_bind_param::<sql_types::Nullable<sql_types::Uuid>, _>(value)?;
                }
                Value::Uuids(value) => {
                    out.push_bind_param::<sql_types::Array<sql_types::Uuid>, _>(value)?;
                }
                Value::OptionalUuids(value) => {
                    out.push_bind_param::<sql_types::Array<sql_types::Nullable<sql_types::Uuid>>, _>(value)?;
                }
                Value::OptionalText(value) => {
                    out.push_bind_param::<sql_types::Nullable<sql_types::Text>, _>(value)?;
                }
                Value::Text(value) => out.push_bind_param::<sql_types::Text, _>(value)?,
                Value::Texts(value) => {
                    out.push_bind_param::<sql_types::Array<sql_types::Text>, _>(value)?;
                }
                Value::Bool(value) => out.push_bind_param::<sql_types::Bool, _>(value)?,
                Value::BigInt(value) => out.push_bind_param::<sql_types::BigInt, _>(value)?,
                Value::Bytes(value) => out.push_bind_param::<sql_types::Binary, _>(value)?,
                Value::Moment(value) => out.push_bind_param::<sql_types::Timestamptz, _>(value)?,
            }
            out.push_sql(rest);
        }
        Ok(())
    }
}

impl QueryId for Statement {
    type QueryId = ();
    // Told apart by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = sql_types::Untyped;
}

impl RunQueryDsl<PgConnection> for Statement {}

#[cfg(test)]
mod tests {
    use super::Statement;

    #[test]
    fn a_value_may_be_named_twice_and_a_missing_one_is_an_error() {
        let twice = Statement::new("select $1 + $1 + $2")
            .bind(1_i64)
            .bind(2_i64);
        let shown = diesel::debug_query::<diesel::pg::Pg, _>(&twice).to_string();
        assert!(shown.contains("select $1 + $2 + $3"), "{shown}");
        assert!(shown.contains("[1, 1, 2]"), "{shown}");
        let missing = Statement::new("select $1");
        let shown = std::panic::catch_unwind(|| {
            diesel::debug_query::<diesel::pg::Pg, _>(&missing).to_string()
        });
        assert!(shown.is_err());
    }
}
