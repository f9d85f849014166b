//! The list of people and the pop-ups over it.

pub mod add;
pub mod administrator;
pub mod chips;
pub mod conflict_words;
pub mod conflicts;
pub mod dialogs;
pub mod edit;
mod edit_activation;
pub mod edit_facts;
pub mod edit_form;
mod edit_meanwhile;
pub mod edit_words;
pub mod export;
pub mod fact;
pub mod form;
pub mod list;
mod making_room;
pub mod onboarding;
pub mod pages;
pub mod password_mail;
pub mod place;
pub mod place_query;
pub mod replacement;
pub mod scope;
pub mod second_factor;
pub mod state_words;
