//! Addresses and domains that stay on one line where they fit. A browser breaks a line after each
//! hyphen, also inside `north-west.example`; what is generated here tells it otherwise, and is neither
//! copied, nor found by a search in the page, nor read aloud.

use std::fmt;

use askama::filters::{Escaper as _, Html};

/// Longest address or domain, in bytes, whose hyphens are held: it fits on a line of a phone.
const HELD: usize = 30;

/// A text as HTML.
#[derive(Debug, Clone, Copy)]
pub struct Unbroken<'a> {
    text: &'a str,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Sentence,
    Column,
}

impl askama::filters::HtmlSafe for Unbroken<'_> {}

/// A sentence: addresses in it break only where they are longer than a line.
pub fn sentence(text: &str) -> Unbroken<'_> {
    Unbroken {
        text,
        place: Place::Sentence,
    }
}

/// An address that stands alone in a narrow column: where it does not fit, its domain begins a line.
pub fn column(address: &str) -> Unbroken<'_> {
    Unbroken {
        text: address,
        place: Place::Column,
    }
}

impl fmt::Display for Unbroken<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Sentence => self
                .text
                .split_inclusive(char::is_whitespace)
                .try_for_each(|word| word_of_a_sentence(word, out)),
            Place::Column => address(self.text, out),
        }
    }
}

fn word_of_a_sentence(word: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let bare = word.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    let is_address_or_domain = word.contains('@') || bare.contains('.');
    if !is_address_or_domain || !bare.contains('-') {
        return plain(word, out);
    }
    if bare.len() <= HELD {
        held(word, out)
    } else {
        address(word, out)
    }
}

fn address(address: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return plain(address, out);
    };
    plain(local, out)?;
    // Nothing stands before it where only a domain is named.
    let (begin, end) = match local {
        "" => ("", ""),
        _ => (r#"<span class="turn">"#, "</span>"),
    };
    write!(out, "{begin}@")?;
    if domain.len() < HELD {
        held(domain, out)?;
    } else {
        plain(domain, out)?;
    }
    out.write_str(end)
}

fn held(text: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut pieces = text.split('-');
    plain(pieces.next().unwrap_or_default(), out)?;
    for piece in pieces {
        out.write_str(r#"<span class="hold">-</span>"#)?;
        plain(piece, out)?;
    }
    Ok(())
}

fn plain(text: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    Html.write_escaped_str(out, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With `~` for a hyphen that is held and `|` before an `@` where a line may end.
    fn drawn(html: Unbroken<'_>) -> String {
        html.to_string()
            .replace(r#"<span class="hold">-</span>"#, "~")
            .replace(r#"<span class="turn">@"#, "|@")
            .replace("</span>", "")
    }

    #[test]
    fn the_hyphens_of_an_address_and_a_domain_in_a_sentence_are_held_and_no_others() {
        assert_eq!(
            drawn(sentence(
                "A well-known pop-up. Mail jo@north-west.example, or @sub.north-west.example (north-west.example)."
            )),
            "A well-known pop-up. Mail jo@north~west.example, or @sub.north~west.example (north~west.example)."
        );
    }

    #[test]
    fn an_address_longer_than_a_line_breaks_before_its_domain_then_at_its_hyphens() {
        assert_eq!(
            drawn(sentence(
                "Mail maximiliane.oberndorfer-schmidt@north-west.example."
            )),
            "Mail maximiliane.oberndorfer-schmidt|@north~west.example."
        );
        let long = "jo@institute-for-the-long-names-of-domains.example";
        assert_eq!(drawn(sentence(long)), long.replace('@', "|@"));
    }

    #[test]
    fn in_a_column_every_address_may_break_before_its_domain() {
        assert_eq!(
            drawn(column("jo-ann@acme-labs.example")),
            "jo-ann|@acme~labs.example"
        );
        assert_eq!(drawn(column("no address")), "no address");
        assert_eq!(drawn(column("")), "");
    }

    #[test]
    fn what_comes_from_people_is_escaped() {
        let escaped = sentence("<b>@x-y.example & <i>-.</i>").to_string();
        assert!(!escaped.contains("<b>") && !escaped.contains("<i>"));
        let escaped = column("<script>@<b>-c").to_string();
        assert!(!escaped.contains("<script>") && !escaped.contains("<b>"));
    }
}
