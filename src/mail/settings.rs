//! What every mail of this product says about itself.

/// The names and addresses that mails contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// What the product is called.
    pub product_name: String,
    /// How a browser reaches the program, without a slash at the end.
    pub public_url: String,
    /// Whom to write to for help.
    pub support_email: String,
    /// Whom to call for help, as given.
    pub support_phone: String,
    /// Where requests for training go.
    pub training_email: String,
}
