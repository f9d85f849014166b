//! The form of an edit, as a browser sends it.

use uuid::Uuid;

use super::dialogs::ProfileValues;
use super::form;
use super::making_room;
use crate::users::Membership;
use crate::web::error::WebError;
use crate::web::input::Parameters;

/// The form as it was sent.
pub struct Typed {
    /// The six fields as typed.
    pub values: ProfileValues,
    /// What the pop-up showed in them, if it says so.
    pub originals: Option<ProfileValues>,
    /// Whether the box was ticked then, if it says so.
    pub was_active: Option<bool>,
    /// What it says of the box.
    pub membership: Membership,
    /// Whom it names to make room.
    pub deactivate: Option<Uuid>,
    /// It is the `Undo` of a deactivation.
    pub undoes_deactivation: bool,
    /// The guard was answered: it is the same person.
    pub same_person: bool,
    /// Everything, to be sent again.
    pub pairs: Vec<(String, String)>,
}

impl Typed {
    /// Reads the form.
    ///
    /// # Errors
    /// [`WebError::BadRequest`] for a field given twice, [`WebError::NotFound`] where whoever makes room is no id.
    pub fn read(form: &Parameters) -> Result<Typed, WebError> {
        let values = form::typed(form, "")?;
        // A form without the hidden twins says nothing of what it saw: then what is stored counts.
        let originals = match form.one("original_username")? {
            Some(_) => Some(form::typed(form, "original_")?),
            None => None,
        };
        // Browsers send nothing for a box that is not ticked; the marker says that it was there.
        let membership = if form.one("active_account_on_form")?.is_none() {
            Membership::Unsaid
        } else if form.one("undo_reactivation")?.is_some() {
            Membership::InactiveAgain
        } else if form.one("active_account")?.is_some() {
            Membership::Active {
                send_password: form.one("send_new_password")?.is_some(),
            }
        } else {
            Membership::Inactive {
                reason: form.text("reason")?.trim().to_string(),
            }
        };
        Ok(Typed {
            values,
            originals,
            was_active: form.one("original_active")?.map(|word| word != "no"),
            membership,
            deactivate: making_room::named(form)?,
            undoes_deactivation: form.one("undo_deactivation")?.is_some(),
            same_person: form.one("same_person")? == Some("yes"),
            pairs: form.pairs().to_vec(),
        })
    }
}
