//! Numbers on the command line, refused in the words of this program.

use std::str::FromStr;

/// Reads a whole number.
///
/// # Errors
/// The end of a sentence that names the option: what to give.
pub fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.trim()
        .parse()
        .map_err(|_| "give a whole number, like 25".to_string())
}
