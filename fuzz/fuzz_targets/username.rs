#![no_main]
//! A username has one stored form, and reading that form again changes nothing.

use libfuzzer_sys::fuzz_target;
use user_accounts::users::Username;

fuzz_target!(|typed: &str| {
    if let Ok(username) = Username::parse(typed) {
        let stored = username.as_str();
        assert!(stored.len() <= 254 && stored.matches('@').count() == 1);
        assert!(stored.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()));
        assert_eq!(Username::parse(stored), Ok(username.clone()));
    }
});
