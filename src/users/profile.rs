//! What is known of a person beside the username: names, title, department, phone.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longest name, title or department, in characters.
pub const LONGEST_TEXT: usize = 100;
/// Longest phone number, extension and all.
pub const LONGEST_PHONE: usize = 50;

/// One of the fields of a person's details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileField {
    /// First name, required.
    FirstName,
    /// Last name, required.
    LastName,
    /// Title in the company.
    Title,
    /// Department.
    Department,
    /// Phone number, shown as given.
    Phone,
}

impl ProfileField {
    /// Every field in the order of the form.
    pub const ALL: [ProfileField; 5] = [
        ProfileField::FirstName,
        ProfileField::LastName,
        ProfileField::Title,
        ProfileField::Department,
        ProfileField::Phone,
    ];

    /// The words on the page.
    pub fn label(self) -> &'static str {
        match self {
            ProfileField::FirstName => "First name",
            ProfileField::LastName => "Last name",
            ProfileField::Title => "Title",
            ProfileField::Department => "Department",
            ProfileField::Phone => "Phone",
        }
    }
}

/// Why a text cannot stand in a field, as a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProfileProblem {
    /// A required name is empty.
    #[error("Enter the {0}.")]
    Missing(&'static str),
    /// Too long.
    #[error("{0}: use at most {1} characters.")]
    TooLong(&'static str, usize),
    /// A line break, tab, NUL or the like.
    #[error("Enter this on one line, without line breaks, tabs or other control characters.")]
    ControlCharacter,
    /// A character that reverses the direction of the text around it.
    #[error("Remove the invisible characters that change the direction of writing.")]
    Bidi,
    /// Letters in a phone number.
    #[error("Enter a whole phone number, like +1 781 555 0134 or 781.555.0134 ext. 7.")]
    NotAPhone,
}

/// A person's details, cleaned: trimmed, single spaces, Unicode NFC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// First name; never empty.
    pub first_name: String,
    /// Last name; never empty.
    pub last_name: String,
    /// Title, or empty.
    pub title: String,
    /// Department, or empty.
    pub department: String,
    /// Phone, or empty.
    pub phone: String,
}

impl Profile {
    /// Cleans and checks the five fields.
    ///
    /// # Errors
    /// Every field that cannot stay as it is, in the order of the form.
    pub fn parse(typed: &Profile) -> Result<Profile, Vec<(ProfileField, ProfileProblem)>> {
        let mut clean = Profile::default();
        let mut problems = Vec::new();
        for field in ProfileField::ALL {
            match parse_field(field, typed.get(field)) {
                Ok(text) => clean.set(field, text),
                Err(problem) => problems.push((field, problem)),
            }
        }
        if problems.is_empty() {
            Ok(clean)
        } else {
            Err(problems)
        }
    }

    /// The text of a field.
    pub fn get(&self, field: ProfileField) -> &str {
        match field {
            ProfileField::FirstName => &self.first_name,
            ProfileField::LastName => &self.last_name,
            ProfileField::Title => &self.title,
            ProfileField::Department => &self.department,
            ProfileField::Phone => &self.phone,
        }
    }

    /// Replaces the text of a field.
    pub fn set(&mut self, field: ProfileField, text: String) {
        *match field {
            ProfileField::FirstName => &mut self.first_name,
            ProfileField::LastName => &mut self.last_name,
            ProfileField::Title => &mut self.title,
            ProfileField::Department => &mut self.department,
            ProfileField::Phone => &mut self.phone,
        } = text;
    }

    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// What the search looks through.
    pub fn search_text(&self, username: &str) -> String {
        let text = [
            username,
            &self.first_name,
            &self.last_name,
            &self.title,
            &self.department,
        ]
        .join(" ");
        fold(&text)
    }

    /// What the list is sorted by under "Name": first and last name, as they are shown.
    pub fn name_key(&self) -> String {
        fold(&self.full_name())
    }
}

fn parse_field(field: ProfileField, typed: &str) -> Result<String, ProfileProblem> {
    let longest = if field == ProfileField::Phone {
        LONGEST_PHONE
    } else {
        LONGEST_TEXT
    };
    // Before anything else: a megabyte is not normalised first.
    if typed.len() > longest * 16 {
        return Err(ProfileProblem::TooLong(field.label(), longest));
    }
    let trimmed =
        typed.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    // Bytes that are no UTF-8 arrive as replacement characters.
    if trimmed
        .chars()
        .any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER)
    {
        return Err(ProfileProblem::ControlCharacter);
    }
    if trimmed.chars().any(is_bidi_control) {
        return Err(ProfileProblem::Bidi);
    }
    let text: String = trimmed
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .nfc()
        .collect();
    if text.chars().count() > longest {
        return Err(ProfileProblem::TooLong(field.label(), longest));
    }
    match field {
        ProfileField::FirstName if is_blank(&text) => Err(ProfileProblem::Missing("first name")),
        ProfileField::LastName if is_blank(&text) => Err(ProfileProblem::Missing("last name")),
        ProfileField::Phone if !is_phone(&text) => Err(ProfileProblem::NotAPhone),
        _ => Ok(text),
    }
}

/// Nothing that can be seen: a name of joiners, fillers and marks alone is no name.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || is_combining_mark(c)
            // What Unicode calls default ignorable (DerivedCoreProperties), and the blank of braille.
            || matches!(
                c,
                '\u{00ad}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
                    | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
                    | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
            )
    })
}

/// Embeddings, overrides and isolates; ZWJ, ZWNJ and the marks of Arabic and Hebrew are fine.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Phone numbers are written in many ways and called by people: anything with a few digits, the usual
/// signs and a word for the extension.
fn is_phone(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters: String = text
        .chars()
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    let signs_are_usual = text
        .chars()
        .all(|c| c.is_alphanumeric() || " +-./()#*,;:".contains(c));
    digits >= 2 && signs_are_usual && ["", "x", "ext", "extension"].contains(&letters.as_str())
}

/// Text with case and accents taken away, for searching and sorting: `Müller` and `MULLER` are alike.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            // As a keyboard has them, which is how they are searched for.
            '‘' | '’' | 'ʼ' => folded.push('\''),
            '‐' | '‑' | '–' => folded.push('-'),
            c if c.is_whitespace() => folded.push(' '),
            // Lower case can bring a mark back: İ becomes i and a dot above.
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(first_name: &str, phone: &str) -> Profile {
        Profile {
            first_name: first_name.into(),
            last_name: "Meyer".into(),
            phone: phone.into(),
            ..Profile::default()
        }
    }

    #[test]
    fn details_are_trimmed_and_normalised() {
        let profile = Profile::parse(&typed("  Zoe\u{308}  \u{a0}Anne ", "781.555.0134")).unwrap();
        assert_eq!(profile.first_name, "Zo\u{eb} Anne");
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let mut wrong = typed(" ", "call me");
        wrong.last_name = "\u{202e}reversed".into();
        wrong.title = "line\nbreak".into();
        wrong.department = "x".repeat(101);
        let fields: Vec<_> = Profile::parse(&wrong)
            .unwrap_err()
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, ProfileField::ALL);
    }

    #[test]
    fn names_of_many_scripts_pass() {
        for name in [
            "محمد",
            "עמית",
            "می\u{200c}خواهم",
            "Nguyễn",
            "李",
            "O’Neil-Smith",
            "J. R.",
        ] {
            assert!(Profile::parse(&typed(name, "")).is_ok(), "{name}");
        }
    }

    #[test]
    fn phone_numbers_are_taken_as_people_write_them() {
        for phone in [
            "",
            "781.693.7575",
            "+49 (0)30 / 123-45",
            "x12",
            "555 0134 ext. 7",
        ] {
            assert!(Profile::parse(&typed("Ann", phone)).is_ok(), "{phone}");
        }
        for phone in ["none", "1", "<script>", "five five five", "=1+1"] {
            assert!(Profile::parse(&typed("Ann", phone)).is_err(), "{phone}");
        }
    }

    #[test]
    fn typographic_apostrophes_and_hyphens_are_those_of_a_keyboard() {
        assert_eq!(fold("O’Connor-Smith"), fold("O'Connor‑Smith"));
    }

    #[test]
    fn folding_takes_case_and_accents_away() {
        assert_eq!(
            fold("MÜLLER Åse Łukasz STRASSE straße İpek Ærø"),
            "muller ase lukasz strasse strasse ipek aero"
        );
    }
}
