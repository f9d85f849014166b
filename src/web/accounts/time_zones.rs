//! The time zones to choose from: one entry for each place, by region and city, with what its clocks show now.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use time::OffsetDateTime;

/// Where the database's names of places begin; its other names are old abbreviations.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// Names that the database keeps for the sake of what was stored long ago: each says the same as another one.
/// They are in no line of its `zone.tab`, the list of zones for people to choose from.
const OTHER_NAMES: [&str; 71] = [
    "Africa/Asmera",
    "Africa/Timbuktu",
    "America/Argentina/ComodRivadavia",
    "America/Atka",
    "America/Buenos_Aires",
    "America/Catamarca",
    "America/Coral_Harbour",
    "America/Cordoba",
    "America/Ensenada",
    "America/Fort_Wayne",
    "America/Godthab",
    "America/Indianapolis",
    "America/Jujuy",
    "America/Knox_IN",
    "America/Louisville",
    "America/Mendoza",
    "America/Montreal",
    "America/Nipigon",
    "America/Pangnirtung",
    "America/Porto_Acre",
    "America/Rainy_River",
    "America/Rosario",
    "America/Santa_Isabel",
    "America/Shiprock",
    "America/Thunder_Bay",
    "America/Virgin",
    "America/Yellowknife",
    "Antarctica/South_Pole",
    "Asia/Ashkhabad",
    "Asia/Calcutta",
    "Asia/Choibalsan",
    "Asia/Chongqing",
    "Asia/Chungking",
    "Asia/Dacca",
    "Asia/Harbin",
    "Asia/Istanbul",
    "Asia/Kashgar",
    "Asia/Katmandu",
    "Asia/Macao",
    "Asia/Rangoon",
    "Asia/Saigon",
    "Asia/Tel_Aviv",
    "Asia/Thimbu",
    "Asia/Ujung_Pandang",
    "Asia/Ulan_Bator",
    "Atlantic/Faeroe",
    "Atlantic/Jan_Mayen",
    "Australia/ACT",
    "Australia/Canberra",
    "Australia/Currie",
    "Australia/LHI",
    "Australia/NSW",
    "Australia/North",
    "Australia/Queensland",
    "Australia/South",
    "Australia/Tasmania",
    "Australia/Victoria",
    "Australia/West",
    "Australia/Yancowinna",
    "Europe/Belfast",
    "Europe/Kiev",
    "Europe/Nicosia",
    "Europe/Tiraspol",
    "Europe/Uzhgorod",
    "Europe/Zaporozhye",
    "Pacific/Enderbury",
    "Pacific/Johnston",
    "Pacific/Ponape",
    "Pacific/Samoa",
    "Pacific/Truk",
    "Pacific/Yap",
];

/// A part of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// `Europe`.
    pub name: String,
    /// By city.
    pub zones: Vec<Zone>,
}

/// A zone to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its name in the IANA database, which is stored: `Europe/Zurich`.
    pub name: String,
    /// `Zurich (UTC+01:00)`, `Buenos Aires, Argentina (UTC-03:00)`.
    pub words: String,
}

/// Every zone that can be chosen but UTC, which is of no region. The one that is chosen is among them, by whatever
/// name it was stored.
pub fn regions(chosen: &str, now: OffsetDateTime) -> Vec<Region> {
    let names: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_string())
        .filter(|name| name == chosen || !OTHER_NAMES.contains(&name.as_str()))
        .collect();
    REGIONS
        .iter()
        .map(|region| {
            let mut zones: Vec<Zone> = names
                .iter()
                .filter_map(|name| zone(name, region, now))
                .collect();
            zones.sort_by(|one, other| one.words.cmp(&other.words));
            Region {
                name: (*region).to_string(),
                zones,
            }
        })
        .filter(|region| !region.zones.is_empty())
        .collect()
}

/// The zone of that name, where it lies in the region.
fn zone(name: &str, region: &str, now: OffsetDateTime) -> Option<Zone> {
    let place = name.strip_prefix(region)?.strip_prefix('/')?;
    let moment = Timestamp::from_second(now.unix_timestamp()).ok()?;
    let there = moment.to_zoned_datetime(TimeZone::get(name).ok()?);
    let mut parts: Vec<&str> = place.split('/').collect();
    parts.reverse();
    let words = format!(
        "{} (UTC{})",
        parts.join(", ").replace('_', " "),
        there.strftime("%:z")
    );
    Some(Zone {
        name: name.to_string(),
        words,
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn words(chosen: &str, now: OffsetDateTime) -> Vec<(String, String)> {
        regions(chosen, now)
            .into_iter()
            .flat_map(|region| region.zones)
            .map(|zone| (zone.name, zone.words))
            .collect()
    }

    #[test]
    fn each_place_is_there_once_with_the_offset_of_now() {
        let summer = words("UTC", datetime!(2026-07-01 12:00 UTC));
        let of = |name: &str| {
            let found = summer.iter().find(|(known, _)| known == name);
            found.map(|(_, words)| words.as_str())
        };
        assert_eq!(of("Europe/Zurich"), Some("Zurich (UTC+02:00)"));
        assert_eq!(
            of("America/Argentina/Buenos_Aires"),
            Some("Buenos Aires, Argentina (UTC-03:00)")
        );
        assert_eq!(of("Asia/Kolkata"), Some("Kolkata (UTC+05:30)"));
        assert_eq!(of("Asia/Calcutta"), None, "the same place by another name");
        let mut cities: Vec<&String> = summer.iter().map(|(_, words)| words).collect();
        cities.sort();
        cities.dedup();
        assert_eq!(cities.len(), summer.len(), "no two say the same");
        assert!(summer.len() > 350);
        let winter = words("UTC", datetime!(2026-01-01 12:00 UTC));
        assert!(winter.contains(&("Europe/Zurich".into(), "Zurich (UTC+01:00)".into())));
    }

    #[test]
    fn a_zone_that_was_stored_by_another_name_stays_to_be_chosen() {
        let zones = words("Asia/Calcutta", datetime!(2026-01-01 12:00 UTC));
        assert!(zones.iter().any(|(name, _)| name == "Asia/Calcutta"));
    }
}
