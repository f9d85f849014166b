//! Usernames: one stored form for every way of writing it, and nothing that could be two people.

use proptest::prelude::*;
use user_accounts::users::Username;

/// What is around an address when it is copied from somewhere.
fn around() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            ' ', '\t', '\n', '\u{a0}', '\u{200b}', '\u{feff}', '\u{2003}',
        ]),
        0..4,
    )
    .prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn whatever_is_typed_is_refused_or_has_one_stored_form(typed in "\\PC{0,40}@?\\PC{0,40}") {
        if let Ok(username) = Username::parse(&typed) {
            let stored = username.as_str();
            prop_assert_eq!(stored.matches('@').count(), 1);
            prop_assert!(stored.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase()), "{}", stored);
            prop_assert!(stored.len() <= 254);
            prop_assert_eq!(Username::parse(stored).unwrap(), username);
        }
    }

    #[test]
    fn case_and_space_make_no_difference(
        local in "[a-z0-9_+-]{1,10}(\\.[a-z0-9]{1,8}){0,2}",
        domain in "[a-z][a-z0-9]{1,10}(\\.[a-z]{2,8}){1,2}",
        upper in prop::collection::vec(any::<bool>(), 60),
        before in around(),
        after in around(),
    ) {
        let plain = format!("{local}@{domain}");
        let shouted: String = plain
            .chars()
            .zip(upper.iter().chain(std::iter::repeat(&true)))
            .map(|(c, upper)| if *upper { c.to_ascii_uppercase() } else { c })
            .collect();
        let parsed = Username::parse(&format!("{before}{shouted}{after}")).unwrap();
        prop_assert_eq!(parsed.as_str(), plain.as_str());
    }

    #[test]
    fn a_letter_that_is_not_plain_before_the_at_sign_is_refused(
        start in "[a-z]{0,5}",
        letter in any::<char>().prop_filter("not ASCII, not space", |c| !c.is_ascii() && !c.is_whitespace()),
        end in "[a-z]{1,5}",
    ) {
        let address = format!("{start}x{letter}{end}@acme.example");
        prop_assert!(Username::parse(&address).is_err());
    }

    #[test]
    fn white_space_and_control_characters_inside_are_refused(
        start in "[a-z]{1,5}",
        bad in any::<char>().prop_filter("space or control", |c| c.is_whitespace() || c.is_control()),
        end in "[a-z]{1,5}",
    ) {
        for address in [
            format!("{start}{bad}{end}@acme.example"),
            format!("{start}@ac{bad}me.example"),
            format!("{start}@acme.example{bad}{end}@acme.example"),
        ] {
            prop_assert!(Username::parse(&address).is_err(), "{:?}", address);
        }
    }
}
