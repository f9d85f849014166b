//! Moments in words, in the account's time zone: months by name, today as "today"; in files as figures.

use jiff::tz::TimeZone;
use time::{Duration, OffsetDateTime};

use crate::clock::local;

/// `3 May`, or `3 May 2025` in another year.
pub fn day(moment: OffsetDateTime, now: OffsetDateTime, zone: &TimeZone) -> String {
    let (moment, now) = (local(moment, zone), local(now, zone));
    let format = if moment.year() == now.year() {
        "%-d %b"
    } else {
        "%-d %b %Y"
    };
    moment.strftime(format).to_string()
}

/// `3 May 2026`: for paper, which is read in another year.
pub fn day_and_year(moment: OffsetDateTime, _: OffsetDateTime, zone: &TimeZone) -> String {
    local(moment, zone).strftime("%-d %b %Y").to_string()
}

/// `today 10:42`, `yesterday 17:05`, `3 May`, `3 May 2025`: how long ago matters, not the minute.
pub fn recent(moment: OffsetDateTime, now: OffsetDateTime, zone: &TimeZone) -> String {
    let (at, today) = (local(moment, zone), local(now, zone).date());
    let clock = at.strftime("%H:%M");
    if at.date() == today {
        format!("today {clock}")
    } else if today
        .yesterday()
        .is_ok_and(|yesterday| yesterday == at.date())
    {
        format!("yesterday {clock}")
    } else {
        day(moment, now, zone)
    }
}

/// `3 May 2026, 10:42`.
pub fn exact(moment: OffsetDateTime, zone: &TimeZone) -> String {
    local(moment, zone).strftime("%-d %B %Y, %H:%M").to_string()
}

/// `3 May 2026, 10:42 (Europe/Zurich)`: for paper, which leaves the page that says the zone.
pub fn exact_in_zone(moment: OffsetDateTime, zone: &TimeZone) -> String {
    format!("{} ({})", exact(moment, zone), zone_words(zone))
}

/// The zone by its name in the IANA database, which is how the account's page names it.
pub fn zone_words(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").replace('_', " ")
}

/// `40 seconds`, `3 minutes`: how long to wait, rounded up.
pub fn wait(wait: Duration) -> String {
    match wait_seconds(wait) {
        1 => "a second".to_string(),
        seconds @ ..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", (seconds + 59) / 60),
    }
}

/// What a field says when there was no room for another try.
pub fn tried_too_often(after: Duration) -> String {
    format!("Too many tries. Wait {} and try again.", wait(after))
}

/// [`wait`] as a number, for the header Retry-After: at least 1.
pub fn wait_seconds(wait: Duration) -> i64 {
    let begun = i64::from(wait.subsec_nanoseconds() > 0);
    (wait.whole_seconds() + begun).max(1)
}

/// A way to write a moment, told at another one, in a zone.
pub type Written = fn(OffsetDateTime, OffsetDateTime, &TimeZone) -> String;

/// `2026-05-03 10:42`: for files, which are kept, sorted and read by spreadsheets (ISO 8601, with the
/// space that RFC 3339 allows and spreadsheets need to see a date).
pub fn in_a_file(moment: OffsetDateTime, _: OffsetDateTime, zone: &TimeZone) -> String {
    local(moment, zone).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `10:42`.
pub fn clock(moment: OffsetDateTime, zone: &TimeZone) -> String {
    local(moment, zone).strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn moments_are_told_in_the_zone_of_the_account() {
        let zurich = TimeZone::get("Europe/Zurich").unwrap();
        let now = datetime!(2026-05-03 22:30 UTC);
        assert_eq!(exact(now, &zurich), "4 May 2026, 00:30");
        assert_eq!(
            exact_in_zone(now, &zurich),
            "4 May 2026, 00:30 (Europe/Zurich)"
        );
        assert_eq!(in_a_file(now, now, &zurich), "2026-05-04 00:30");
        assert_eq!(
            recent(datetime!(2026-05-03 22:05 UTC), now, &zurich),
            "today 00:05"
        );
        assert_eq!(
            recent(datetime!(2026-05-03 10:05 UTC), now, &zurich),
            "yesterday 12:05"
        );
        assert_eq!(
            recent(datetime!(2026-03-01 10:05 UTC), now, &zurich),
            "1 Mar"
        );
        assert_eq!(
            day(datetime!(2025-03-01 10:05 UTC), now, &zurich),
            "1 Mar 2025"
        );
        assert_eq!(day_and_year(now, now, &zurich), "4 May 2026");
    }
}
