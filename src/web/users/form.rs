//! The six fields, from a form to a command that cannot be wrong, or to every error at its field.

use super::dialogs::ProfileValues;
pub use crate::users::foreign_domain;
use crate::users::{self, Profile, ProfileField, User, Username};
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::input::Parameters;

/// What was typed into the six fields; with a `prefix`, into their hidden twins.
///
/// # Errors
/// [`WebError::BadRequest`] for a field given twice.
pub fn typed(form: &Parameters, prefix: &str) -> Result<ProfileValues, WebError> {
    let field = |name: &str| -> Result<String, WebError> {
        Ok(form.text(&format!("{prefix}{name}"))?.to_string())
    };
    Ok(ProfileValues {
        username: field("username")?,
        first_name: field("first_name")?,
        last_name: field("last_name")?,
        title: field("title")?,
        department: field("department")?,
        phone: field("phone")?,
    })
}

/// What is stored, as the form shows it.
pub fn stored_values(subject: &User) -> ProfileValues {
    let profile = subject.profile();
    ProfileValues {
        username: subject.username.clone(),
        first_name: profile.first_name,
        last_name: profile.last_name,
        title: profile.title,
        department: profile.department,
        phone: profile.phone,
    }
}

/// The five details of what was typed.
pub fn profile_of(values: &ProfileValues) -> Profile {
    Profile {
        first_name: values.first_name.clone(),
        last_name: values.last_name.clone(),
        title: values.title.clone(),
        department: values.department.clone(),
        phone: values.phone.clone(),
    }
}

/// Checks all six at once. An address that `kept` names (the stored one) needs no company domain: it
/// is not being given.
pub fn parse(
    values: &ProfileValues,
    domains: &[String],
    kept: Option<&str>,
    errors: &mut Errors,
) -> Option<(Username, Profile)> {
    match users::check_fields(&values.username, &profile_of(values), domains, kept) {
        Ok(parsed) => Some(parsed),
        Err(problems) => {
            for problem in problems {
                errors.add(problem.field.map_or("username", name_of), problem.message);
            }
            None
        }
    }
}

/// What the field says before anything is typed.
pub fn username_hint(domains: &[String]) -> String {
    format!(
        "The company email address, ending in {}.",
        users::any_of(domains)
    )
}

/// The field's name in the form.
pub fn name_of(field: ProfileField) -> &'static str {
    match field {
        ProfileField::FirstName => "first_name",
        ProfileField::LastName => "last_name",
        ProfileField::Title => "title",
        ProfileField::Department => "department",
        ProfileField::Phone => "phone",
    }
}

/// The name in the form of a field by its words.
pub fn name_of_label(label: &str) -> &'static str {
    ProfileField::ALL
        .into_iter()
        .find(|field| field.label() == label)
        .map_or("username", name_of)
}

/// The words of a field by its name in the form.
pub fn label_of_name(name: &str) -> &'static str {
    ProfileField::ALL
        .into_iter()
        .find(|field| name_of(*field) == name)
        .map_or("Username", ProfileField::label)
}
