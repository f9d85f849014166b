//! The pop-ups over the list, each of them an address of its own.

use uuid::Uuid;

use super::conflicts::{ADDRESS_CONFLICT_ID, AddressConflict, EditConflict};
use super::fact::Fact;
use crate::web::components::{Person, Seats};
use crate::web::form::{Errors, Field};

/// The pop-up that is open.
#[derive(Debug, Clone)]
pub enum UsersDialog {
    /// `/users/new`.
    Add(Box<AddDialog>),
    /// `/users/{id}`.
    Edit(Box<EditDialog>),
    /// An edit that would turn the person into another one.
    DifferentPerson(Box<DifferentPersonDialog>),
    /// `/users/{id}/replacement/new`.
    Replace(Box<ReplaceDialog>),
    /// `/users/{id}/administrator`.
    Administrator(Box<AdministratorDialog>),
    /// `/users/{id}/second-factor-removal`.
    SecondFactor(Box<SecondFactorDialog>),
}

impl UsersDialog {
    /// What the page's title starts with.
    pub fn title_prefix(&self) -> &'static str {
        match self {
            Self::Add(dialog) => dialog.errors.title_prefix(),
            Self::Edit(dialog) => dialog.errors.title_prefix(),
            Self::Replace(dialog) => dialog.errors.title_prefix(),
            Self::DifferentPerson(_) | Self::Administrator(_) | Self::SecondFactor(_) => "",
        }
    }

    /// Its heading, which is also its accessible name.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Add(_) => "Add a User",
            Self::Edit(_) => "Edit User",
            Self::DifferentPerson(_) => "This looks like a different person",
            Self::Replace(_) => "Replace User",
            Self::Administrator(_) => "Administrator",
            Self::SecondFactor(_) => "Second factor",
        }
    }
}

/// The six fields as strings: stored, or as they were typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileValues {
    /// `username`.
    pub username: String,
    /// `first_name`.
    pub first_name: String,
    /// `last_name`.
    pub last_name: String,
    /// `title`.
    pub title: String,
    /// `department`.
    pub department: String,
    /// `phone`.
    pub phone: String,
}

impl ProfileValues {
    /// Names of the fields in the form, and their values.
    pub fn pairs(&self) -> [(&'static str, &str); 6] {
        [
            ("username", &self.username),
            ("first_name", &self.first_name),
            ("last_name", &self.last_name),
            ("title", &self.title),
            ("department", &self.department),
            ("phone", &self.phone),
        ]
    }

    /// Replaces the value of the field of that name.
    pub fn set(&mut self, name: &str, value: &str) {
        let field = match name {
            "username" => &mut self.username,
            "first_name" => &mut self.first_name,
            "last_name" => &mut self.last_name,
            "title" => &mut self.title,
            "department" => &mut self.department,
            "phone" => &mut self.phone,
            _ => return,
        };
        *field = value.to_string();
    }
}

/// The six fields as they are drawn.
#[derive(Debug, Clone)]
pub struct ProfileFields {
    /// `Username`.
    pub username: Field,
    /// `First name`.
    pub first_name: Field,
    /// `Last name`.
    pub last_name: Field,
    /// `Title`.
    pub title: Field,
    /// `Department`.
    pub department: Field,
    /// `Phone`.
    pub phone: Field,
}

impl ProfileFields {
    /// The fields with what they hold and what is wrong with each. `username_hint` tells which
    /// domains an address may have; `conflict` says that the panel about the address is shown.
    pub fn new(
        values: &ProfileValues,
        errors: &Errors,
        username_hint: impl Into<String>,
        conflict: bool,
    ) -> Self {
        let mut username = Field::username("username", "Username")
            .required()
            .maxlength(320)
            .hint(username_hint)
            .autofocus(errors.is_empty());
        if conflict {
            username = username.described_by(ADDRESS_CONFLICT_ID);
        }
        let filled = |field: Field, value: &str| field.value(value).errors(errors);
        Self {
            username: filled(username, &values.username),
            first_name: filled(
                Field::text("first_name", "First name")
                    .required()
                    .maxlength(200),
                &values.first_name,
            ),
            last_name: filled(
                Field::text("last_name", "Last name")
                    .required()
                    .maxlength(200),
                &values.last_name,
            ),
            title: filled(
                Field::text("title", "Title").recommended().maxlength(200),
                &values.title,
            ),
            department: filled(
                Field::text("department", "Department")
                    .recommended()
                    .maxlength(200),
                &values.department,
            ),
            phone: filled(
                Field::telephone("phone", "Phone")
                    .recommended()
                    .maxlength(100),
                &values.phone,
            ),
        }
    }

    /// The fields with their names, in their order.
    pub fn named(&self) -> [(&'static str, &Field); 6] {
        [
            ("username", &self.username),
            ("first_name", &self.first_name),
            ("last_name", &self.last_name),
            ("title", &self.title),
            ("department", &self.department),
            ("phone", &self.phone),
        ]
    }
}

/// `Add a User`.
#[derive(Debug, Clone)]
pub struct AddDialog {
    /// The six fields.
    pub fields: ProfileFields,
    /// The id that the new user will have, hidden `id`: sent twice, the form adds once.
    pub new_id: Uuid,
    /// What is wrong.
    pub errors: Errors,
    /// Said before anything is typed: how many seats are free.
    pub seats: Seats,
    /// Who could be freed, offered where no seat is free; may be empty, then a link leads to the
    /// people longest away.
    pub could_be_freed: Vec<CouldBeFreed>,
    /// Why the address cannot be had.
    pub conflict: Option<AddressConflict>,
}

/// Somebody whose seat could be freed: a radio `deactivate` with their id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouldBeFreed {
    /// Their id.
    pub id: Uuid,
    /// First and last name.
    pub name: String,
    /// Their address.
    pub username: String,
    /// Why they: `never signed in, added 3 March`.
    pub why: String,
    /// Whether they are chosen.
    pub chosen: bool,
}

/// `Edit User`.
#[derive(Debug, Clone)]
pub struct EditDialog {
    /// Whose.
    pub id: Uuid,
    /// First and last name as stored.
    pub name: String,
    /// What is left to do, where a link asked for something.
    pub lead: Option<String>,
    /// The six fields.
    pub fields: ProfileFields,
    /// What the fields held when the form was first opened: `original_username` and so on.
    pub originals: ProfileValues,
    /// Whether the user was active then: `original_active`.
    pub original_active: bool,
    /// What is wrong.
    pub errors: Errors,
    /// Why the address cannot be had.
    pub conflict: Option<AddressConflict>,
    /// Somebody else saved the same fields meanwhile.
    pub edit_conflict: Option<EditConflict>,
    /// Active Account: as stored, as typed, and what changing it does.
    pub activation: Activation,
    /// State, last sign-in, mail, training, administrator.
    pub facts: Vec<Fact>,
}

impl EditDialog {
    /// What somebody else saved in this field, where both changed it.
    pub fn theirs(&self, field: &str) -> Option<&str> {
        self.edit_conflict.as_ref()?.theirs(field)
    }

    /// The history's path.
    pub fn history_path(&self) -> String {
        format!("/users/{}/history", self.id)
    }
}

/// The checkbox `Active Account`. A disabled box comes without the hidden marker
/// `active_account_on_form`, so that its form never deactivates anyone.
#[derive(Debug, Clone)]
pub enum Activation {
    /// The user is active and may be deactivated.
    Active {
        /// Whether the box is ticked, as typed.
        ticked: bool,
        /// What deactivating will do, a sentence each.
        consequences: Vec<String>,
        /// `Reason`, shown when the box is not ticked.
        reason: Box<Field>,
    },
    /// The user is active and cannot be deactivated by this person; the box is shown disabled.
    MustStayActive {
        /// Why: `You cannot deactivate yourself…`.
        because: String,
    },
    /// The user is inactive.
    Inactive {
        /// Whether the box is ticked, as typed.
        ticked: bool,
        /// Whether `Send a new password` is ticked, as typed; at first it is.
        send_new_password: bool,
        /// Whether without it they come back with a password of their own.
        has_own_password: bool,
        /// Whether there is a seat.
        seats: Seats,
        /// Who could make room, offered where there is none.
        could_be_freed: Vec<CouldBeFreed>,
    },
}

impl Activation {
    /// Whether it offers somebody to make room.
    pub fn offers_room(&self) -> bool {
        matches!(self, Activation::Inactive { could_be_freed, .. } if !could_be_freed.is_empty())
    }

    /// The field `Reason`, named `reason`.
    pub fn reason_field() -> Field {
        Field::text("reason", "Reason")
            .optional()
            .maxlength(500)
            .hint("Shown to administrators in this user’s history.")
    }
}

/// The guard against overwriting one person by another.
#[derive(Debug, Clone)]
pub struct DifferentPersonDialog {
    /// Who is stored.
    pub id: Uuid,
    /// Name and address as stored.
    pub before: Person,
    /// First and last name as typed.
    pub after_name: String,
    /// Address as typed.
    pub after_username: String,
    /// The id of the new user, where it comes to a replacement: sent twice, it replaces once.
    pub new_id: Uuid,
    /// Everything that was typed, names and values, to be sent again by either button.
    pub typed: Vec<(String, String)>,
}

impl DifferentPersonDialog {
    /// Where `Replace` posts to.
    pub fn replacement_path(&self) -> String {
        format!("/users/{}/replacement", self.id)
    }
}

/// The old user out and the new one in, in one step.
#[derive(Debug, Clone)]
pub struct ReplaceDialog {
    /// Who leaves.
    pub id: Uuid,
    /// The id that the new user will have, hidden `id`: sent twice, the form replaces once.
    pub new_id: Uuid,
    /// Who leaves, by name and address.
    pub leaving: Person,
    /// The new user's six fields.
    pub fields: ProfileFields,
    /// What is wrong.
    pub errors: Errors,
    /// Why the address cannot be had.
    pub conflict: Option<AddressConflict>,
    /// Whether the edit before had kept the address, so that the new user's own is asked for.
    pub address_kept: bool,
    /// What will happen, a sentence each.
    pub consequences: Vec<String>,
}

impl ReplaceDialog {
    /// Where the form posts to.
    pub fn action_path(&self) -> String {
        format!("/users/{}/replacement", self.id)
    }
}

/// Making and unmaking an administrator.
#[derive(Debug, Clone)]
pub struct AdministratorDialog {
    /// Whose.
    pub id: Uuid,
    /// First and last name.
    pub name: String,
    /// Their address.
    pub username: String,
    /// What they are now. The form posts `administrator=yes` or `no`, the opposite.
    pub administrator: bool,
    /// Why it cannot be changed: themself, the last one, inactive.
    pub refusal: Option<String>,
}

impl AdministratorDialog {
    /// Where the form posts to.
    pub fn action_path(&self) -> String {
        format!("/users/{}/administrator", self.id)
    }
}

/// Removing somebody's second factor.
#[derive(Debug, Clone)]
pub struct SecondFactorDialog {
    /// Whose.
    pub id: Uuid,
    /// First and last name.
    pub name: String,
    /// Their address.
    pub username: String,
    /// Why there is nothing to remove: none is set up, or it is one's own.
    pub refusal: Option<&'static str>,
}
