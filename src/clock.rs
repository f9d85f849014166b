//! The time: the only place that asks for it. Everything else is handed a moment.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use time::OffsetDateTime;

/// This moment in UTC, cut to microseconds, which is what PostgreSQL stores: a moment that was
/// written and read back equals the one that was kept.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that asks for the time"
)]
pub fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    let whole_microseconds = now.nanosecond() / 1_000 * 1_000;
    now.replace_nanosecond(whole_microseconds).unwrap_or(now)
}

/// The zone of that name in the IANA database; UTC where there is none.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// What clocks in the zone show at a moment.
pub fn local(moment: OffsetDateTime, zone: &TimeZone) -> DateTime {
    let microseconds = i64::try_from(moment.unix_timestamp_nanos() / 1_000).unwrap_or_default();
    Timestamp::from_microsecond(microseconds)
        .unwrap_or_default()
        .to_zoned_datetime(zone.clone())
        .datetime()
}
