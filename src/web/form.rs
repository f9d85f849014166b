//! What a form shows: fields with what was typed, and everything that is wrong with it at once.

use askama::Template;

/// What is wrong with a form, in the order of its fields: drawn as the summary that takes the focus,
/// and at each field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "components/error_summary.html")]
pub struct Errors {
    list: Vec<FieldError>,
}

impl askama::filters::HtmlSafe for Errors {}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, which is also the id of its control (for radios, of the first); empty when
    /// it concerns the whole form.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl Errors {
    /// Nothing is wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// One more thing is wrong, at this field.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.list.push(FieldError {
            field,
            message: message.into(),
        });
    }

    /// One more thing is wrong, with the whole form.
    pub fn add_general(&mut self, message: impl Into<String>) {
        self.add("", message);
    }

    /// What else is wrong, with what comes later in the form.
    pub fn append(&mut self, later: Errors) {
        self.list.extend(later.list);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is wrong at this field, the first message.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.list
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.as_str())
    }

    /// Everything, in order.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.list.iter()
    }

    /// What the page's title starts with.
    pub fn title_prefix(&self) -> &'static str {
        if self.is_empty() { "" } else { "Error: " }
    }
}

/// What kind of control a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    Text,
    Password,
    Paragraph,
}

/// One field with its label, hint, error and what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "components/field.html")]
pub struct Field {
    name: &'static str,
    label: &'static str,
    value: String,
    error: Option<String>,
    hint: Option<String>,
    /// Said beside the label, as a description: `Recommended`.
    aside: Option<&'static str>,
    /// The id of something further down that describes the field too.
    described_by: Option<&'static str>,
    control: Control,
    inputmode: Option<&'static str>,
    autocomplete: &'static str,
    required: bool,
    autofocus: bool,
    maxlength: Option<u32>,
}

impl askama::filters::HtmlSafe for Field {}

impl Field {
    /// A line of text. `label` is the accessible name, to the letter; `name` is also the id.
    pub fn text(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            value: String::new(),
            error: None,
            hint: None,
            aside: None,
            described_by: None,
            control: Control::Text,
            inputmode: None,
            autocomplete: "off",
            required: false,
            autofocus: false,
            maxlength: None,
        }
    }

    /// An email address that names a user: text, because the server gives the verdict.
    pub fn username(name: &'static str, label: &'static str) -> Self {
        Self {
            inputmode: Some("email"),
            ..Self::text(name, label)
        }
    }

    /// A telephone number.
    pub fn telephone(name: &'static str, label: &'static str) -> Self {
        Self {
            inputmode: Some("tel"),
            ..Self::text(name, label)
        }
    }

    /// A password, whose value is never sent back. `autocomplete` is `current-password` or
    /// `new-password`.
    pub fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self {
            control: Control::Password,
            autocomplete,
            required: true,
            ..Self::text(name, label)
        }
    }

    /// Several lines of text.
    pub fn paragraph(name: &'static str, label: &'static str) -> Self {
        Self {
            control: Control::Paragraph,
            ..Self::text(name, label)
        }
    }

    /// What was typed, or is stored.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// What is wrong with it, out of what is wrong with the form.
    #[must_use]
    pub fn errors(mut self, errors: &Errors) -> Self {
        self.error = errors.at(self.name).map(str::to_owned);
        self
    }

    /// What helps to fill it in.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// It must be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// It may stay empty, better not.
    #[must_use]
    pub fn recommended(mut self) -> Self {
        self.aside = Some("Recommended");
        self
    }

    /// It may stay empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.aside = Some("Optional");
        self
    }

    /// What the browser may fill in (an `autocomplete` token).
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// It has the focus when the form opens (unless there is an error summary).
    #[must_use]
    pub fn autofocus(mut self, yes: bool) -> Self {
        self.autofocus = yes;
        self
    }

    /// At most this many characters (UTF-16 units, as browsers count).
    #[must_use]
    pub fn maxlength(mut self, units: u32) -> Self {
        self.maxlength = Some(units);
        self
    }

    /// Something else on the page describes it too: the element with this id.
    #[must_use]
    pub fn described_by(mut self, id: &'static str) -> Self {
        self.described_by = Some(id);
        self
    }

    fn is_password(&self) -> bool {
        self.control == Control::Password
    }

    fn is_paragraph(&self) -> bool {
        self.control == Control::Paragraph
    }

    /// The ids that describe it, in the order of importance; empty when there are none.
    fn descriptions(&self) -> String {
        let mut ids = Vec::new();
        if self.error.is_some() {
            ids.push(format!("{}-error", self.name));
        }
        if let Some(id) = self.described_by {
            ids.push(id.to_owned());
        }
        if self.aside.is_some() {
            ids.push(format!("{}-aside", self.name));
        }
        if self.hint.is_some() {
            ids.push(format!("{}-hint", self.name));
        }
        ids.join(" ")
    }
}
