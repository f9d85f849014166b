//! When an edit turns a person into another one. A pure rule, shown by a table of pairs.
//!
//! Somebody who overwrites a leaver with a joiner mixes two histories and lets the joiner in with the
//! leaver's password; the help page asks not to. Marriages, typos, middle and short names are the same
//! person, and asking about those would teach people to click the question away. Hence:
//!
//! 1. The same or a similar first name never stops, whatever else changes.
//! 2. A different first name stops only where a second thing changes into something different too:
//!    the last name, or what stands before the `@`.

use super::fold;

/// From this similarity (Jaro-Winkler) two spellings pass as one name. A little under it lie Marc and
/// Mary, a little over it Micheal and Michael.
const SIMILAR: f64 = 0.84;

/// Short names that do not begin like the long one.
const SHORT_NAMES: [(&str, &[&str]); 24] = [
    ("alexander", &["sasha", "sacha", "xander", "lex"]),
    ("alexandra", &["sasha", "sandra", "lexi"]),
    ("anthony", &["tony"]),
    ("antonio", &["tony", "toni"]),
    ("edward", &["ted", "ned", "teddy"]),
    (
        "elizabeth",
        &["liz", "beth", "betty", "lisa", "bess", "libby"],
    ),
    ("francesca", &["chesca"]),
    ("francisco", &["paco", "pancho", "curro"]),
    ("giuseppe", &["beppe", "pino"]),
    ("helen", &["nell", "nelly"]),
    ("henry", &["harry", "hank"]),
    ("james", &["jim", "jimmy"]),
    ("jan", &["hans"]),
    ("john", &["jack"]),
    ("jose", &["pepe"]),
    ("katherine", &["kate", "kitty", "kathy"]),
    ("margaret", &["peggy", "meg", "greta", "rita"]),
    ("mary", &["molly", "polly"]),
    ("richard", &["dick", "rick", "rich"]),
    ("robert", &["bob", "bobby", "rob"]),
    ("sarah", &["sally"]),
    ("theodore", &["ted", "teddy"]),
    ("virginia", &["ginny"]),
    ("william", &["bill", "billy", "will", "liam"]),
];

/// Who somebody is by name and address.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// Username.
    pub username: &'a str,
}

/// Whether `after` looks like a different person than `before`.
pub fn looks_like_another_person(before: Identity<'_>, after: Identity<'_>) -> bool {
    let first = (fold(before.first_name), fold(after.first_name));
    let last = (fold(before.last_name), fold(after.last_name));
    if are_similar(&first.0, &first.1) {
        return false;
    }
    // First and last name were in each other's place.
    if are_similar(&first.0, &last.1) && are_similar(&last.0, &first.1) {
        return false;
    }
    !are_similar(&last.0, &last.1)
        || !are_similar(
            &own_part(before.username, &last.0),
            &own_part(after.username, &last.1),
        )
}

/// Whether two folded names pass as spellings or forms of one: any part of the one is like any part
/// of the other, so that middle names and double names pass.
fn are_similar(one: &str, other: &str) -> bool {
    let parts = |name: &str| -> Vec<String> {
        name.split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .map(str::to_string)
            .collect()
    };
    let (one, other) = (parts(one), parts(other));
    one.iter().any(|a| other.iter().any(|b| is_form_of(a, b)))
}

fn is_form_of(one: &str, other: &str) -> bool {
    let initial = one.chars().count() == 1 || other.chars().count() == 1;
    if initial {
        return one.chars().next() == other.chars().next();
    }
    let is_short_form = |short: &str, long: &str| {
        SHORT_NAMES.iter().any(|(name, forms)| {
            strsim::jaro_winkler(name, long) >= 0.9
                && (forms.contains(&short) || strsim::jaro_winkler(name, short) >= 0.9)
        })
    };
    one == other
        || one.starts_with(other)
        || other.starts_with(one)
        || strsim::jaro_winkler(one, other) >= SIMILAR
        || is_slip(one, other)
        || is_short_form(one, other)
        || is_short_form(other, one)
}

/// One letter wrong, missing or too many after the first: short names are far apart by similarity.
fn is_slip(one: &str, other: &str) -> bool {
    one.chars().next() == other.chars().next() && strsim::levenshtein(one, other) <= 1
}

/// What stands before the `@`, without the last name: a family shares that.
fn own_part(username: &str, last_name: &str) -> String {
    let local_part = username.split('@').next().unwrap_or_default();
    let own: Vec<&str> = local_part
        .split(['.', '-', '_', '+'])
        .filter(|part| !are_similar(part, last_name))
        .collect();
    if own.is_empty() {
        local_part.to_string()
    } else {
        own.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before and after as "First|Last|local part".
    fn stops(before: &str, after: &str) -> bool {
        let identity = |text: &'static str| -> Vec<&'static str> { text.split('|').collect() };
        let (before, after) = (
            identity(before.to_string().leak()),
            identity(after.to_string().leak()),
        );
        let of = |parts: &[&'static str]| Identity {
            first_name: parts[0],
            last_name: parts[1],
            username: parts[2],
        };
        looks_like_another_person(of(&before), of(&after))
    }

    #[test]
    fn the_same_person_passes_without_a_question() {
        for (before, after) in [
            // Marriages and divorces.
            ("Anna|Meyer|anna.meyer", "Anna|Schmidt|anna.schmidt"),
            ("Sofia|García|sgarcia", "Sofia|García López|sofia.lopez"),
            ("Priya|Nair|priya.nair", "Priya|Menon-Nair|priya.menon"),
            ("Emma|Brown|emma.brown", "Emma|O’Connor|emma.oconnor"),
            // Typos.
            ("Anm|Lee|anm.lee", "Ann|Lee|ann.lee"),
            ("Jonh|Smith|john.smith", "John|Smith|john.smith"),
            ("Micheal|Jordan|m.jordan", "Michael|Jordan|m.jordan"),
            ("Kathrine|Olsen|k.olsen", "Katherine|Olsen|k.olsen"),
            ("Stehpanie|Klein|s.klein", "Stephanie|Klein|s.klein"),
            ("Olviia|Bennett|o.bennett", "Olivia|Benett|o.benett"),
            ("Mohamed|Ali|m.ali", "Muhammad|Ali|m.ali"),
            // Accents and case.
            ("Zoe|Müller|zoe.mueller", "Zoë|Mueller|zoe.mueller"),
            ("JOSE|PEREZ|jperez", "José|Pérez|jose.perez"),
            // Short names.
            ("Robert|King|robert.king", "Bob|King|bob.king"),
            ("Bill|Turner|bill.turner", "William|Turner|william.turner"),
            ("Elizabeth|Fox|e.fox", "Liz|Fox|liz.fox"),
            ("Margaret|Hill|m.hill", "Peggy|Hill|p.hill"),
            ("Alexander|Wolf|a.wolf", "Sasha|Wolf|s.wolf"),
            ("Thomas|Berg|thomas.berg", "Tom|Berg|tom.berg"),
            ("Katherine|Lane|k.lane", "Kate|Lane|kate.lane"),
            ("Daniel|Cohen|d.cohen", "Dan|Cohen|dan.cohen"),
            ("Giuseppe|Russo|g.russo", "Beppe|Russo|b.russo"),
            // Middle and double names, initials.
            ("Anna Maria|Conti|a.conti", "Maria|Conti|m.conti"),
            ("Jean-Pierre|Blanc|jp.blanc", "Pierre|Blanc|p.blanc"),
            ("J.|Carter|j.carter", "James|Carter|james.carter"),
            ("Mary Ann|Evans|m.evans", "Mary|Evans-Price|mary.price"),
            // First and last name the wrong way round.
            ("Tanaka|Yuki|yuki.tanaka", "Yuki|Tanaka|yuki.tanaka"),
            ("Nguyen|Minh|minh.nguyen", "Minh|Nguyen|minh.nguyen"),
            // Only one thing changes.
            ("Peter|Vogel|p.vogel", "Petra|Vogel|p.vogel"),
            ("Chris|Long|c.long", "Dana|Long|c.long"),
            ("Ines|Silva|ines", "Ines|Silva|ines.silva"),
        ] {
            assert!(!stops(before, after), "{before} -> {after}");
        }
    }

    #[test]
    fn another_person_stops() {
        for (before, after) in [
            ("Anna|Meyer|anna.meyer", "Tobias|Keller|tobias.keller"),
            ("John|Smith|john.smith", "Priya|Patel|priya.patel"),
            (
                "Olivia|Bennett|olivia.bennett",
                "Marcus|Reed|olivia.bennett",
            ),
            ("David|Cohen|david.cohen", "Rachel|Cohen|rachel.cohen"),
            ("Hans|Gruber|hans.gruber", "Fatima|Haddad|fatima.haddad"),
            ("Yuki|Tanaka|yuki.tanaka", "Kenji|Sato|kenji.sato"),
            ("Sales|Team|sales", "Ingrid|Berg|sales"),
            ("Tom|Baker|tom.baker", "Lucy|Baker|lucy.baker"),
            ("Chen|Wei|chen.wei", "Liu|Yang|liu.yang"),
            ("Emma|Stone|emma.stone", "Noah|Fischer|noah.fischer"),
            ("Carlos|Ruiz|carlos.ruiz", "Beatriz|Ortega|beatriz.ortega"),
            ("Ahmed|Hassan|ahmed.hassan", "Grace|Kim|grace.kim"),
            ("Pavel|Novak|pavel.novak", "Lena|Horvat|lena.horvat"),
            ("Ruth|Adams|ruth.adams", "Oscar|Lind|oscar.lind"),
        ] {
            assert!(stops(before, after), "{before} -> {after}");
        }
    }
}
