//! Contrast of every pair of colours that the style sheet puts together, in both themes: WCAG 2.2,
//! 1.4.3 (text) and 1.4.11 (borders of controls, parts of pictures that carry a colour alone).

use std::collections::HashMap;

const TOKENS: &str = include_str!("../../../static/css/tokens.css");
const TEXT: f64 = 4.5;
const CONTROL: f64 = 3.0;

/// What stands on what.
const PAIRS: [(&str, &[&str], f64); 11] = [
    (
        "ink",
        &["paper", "raised", "wash", "attention-wash", "problem-wash"],
        TEXT,
    ),
    ("soft", &["paper", "raised", "wash"], TEXT),
    (
        "accent",
        &["paper", "raised", "wash", "attention-wash", "problem-wash"],
        TEXT,
    ),
    ("accent-strong", &["paper", "raised", "wash"], TEXT),
    ("on-accent", &["accent", "accent-strong"], TEXT),
    ("attention", &["paper", "raised", "wash"], TEXT),
    (
        "problem",
        &["paper", "raised", "wash", "problem-wash"],
        TEXT,
    ),
    ("edge", &["paper", "raised"], CONTROL),
    ("accent", &["rest"], CONTROL),
    ("attention", &["rest"], CONTROL),
    ("problem", &["rest"], CONTROL),
];

/// The colours of a theme by name: light stands first, dark changes some.
fn themes() -> [HashMap<String, [f64; 3]>; 2] {
    let (light, dark) = TOKENS.split_once("prefers-color-scheme: dark").unwrap();
    let read = |text: &str| -> HashMap<String, [f64; 3]> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"))
            .map(|(name, hex)| (name.to_owned(), channels(hex.trim_end_matches(';'))))
            .collect()
    };
    let light = read(light);
    let mut both = light.clone();
    both.extend(read(dark));
    [light, both]
}

fn channels(hex: &str) -> [f64; 3] {
    let six: String = match hex.len() {
        3 => hex.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => hex.to_owned(),
    };
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&six[at..at + 2], 16).unwrap()) / 255.0)
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        if channel <= 0.04045 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn ratio(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn colours_that_meet_can_be_told_apart_in_both_themes() {
    assert!(
        (ratio([1.0; 3], [0.0; 3]) - 21.0).abs() < 1e-9,
        "white on black"
    );
    for (theme, colours) in ["light", "dark"].iter().zip(themes()) {
        for (above, grounds, least) in PAIRS {
            for ground in grounds {
                let found = ratio(colours[above], colours[*ground]);
                assert!(
                    found >= least,
                    "{theme}: {above} on {ground} {found:.2} < {least}"
                );
            }
        }
    }
}
