//! Two edits of one person, made at the same time, field by field.

use super::{Profile, ProfileField};
use crate::history::Change;

/// The words on the page for the username.
pub(super) const USERNAME_LABEL: &str = "Username";

/// A field that two people changed to different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// The words of the field.
    pub field: &'static str,
    /// What this edit says.
    pub yours: String,
    /// What is stored meanwhile.
    pub theirs: String,
}

/// The fields as they were, are, or shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version<'a> {
    username: &'a str,
    profile: &'a Profile,
}

impl<'a> Version<'a> {
    pub(super) fn of(username: &'a str, profile: &'a Profile) -> Version<'a> {
        Version { username, profile }
    }
}

/// What an edit makes of the fields.
#[derive(Debug)]
pub(super) struct Merge {
    pub(super) username: String,
    pub(super) profile: Profile,
    /// What differs from what is stored.
    pub(super) changes: Vec<Change>,
    /// Fields that somebody else changed, and this edit did not.
    pub(super) merged: Vec<&'static str>,
    pub(super) collisions: Vec<Collision>,
}

/// Three versions of each field: what the pop-up showed, what it was changed to, what is stored now.
pub(super) fn merge(seen: Version<'_>, yours: Version<'_>, theirs: Version<'_>) -> Merge {
    let mut merge = Merge {
        username: theirs.username.to_string(),
        profile: theirs.profile.clone(),
        changes: Vec::new(),
        merged: Vec::new(),
        collisions: Vec::new(),
    };
    if let Some(username) = merge.field(
        USERNAME_LABEL,
        seen.username,
        yours.username,
        theirs.username,
    ) {
        merge.username = username;
    }
    for field in ProfileField::ALL {
        let of = |version: Version<'_>| version.profile.get(field).to_string();
        let (seen, yours, theirs) = (of(seen), of(yours), of(theirs));
        if let Some(text) = merge.field(field.label(), &seen, &yours, &theirs) {
            merge.profile.set(field, text);
        }
    }
    merge
}

impl Merge {
    /// The field's new text, if this edit changes it.
    fn field(
        &mut self,
        label: &'static str,
        seen: &str,
        yours: &str,
        theirs: &str,
    ) -> Option<String> {
        let theirs_changed = theirs != seen;
        if yours == theirs {
            return None;
        }
        if yours == seen {
            if theirs_changed {
                self.merged.push(label);
            }
            return None;
        }
        if theirs_changed {
            self.collisions.push(Collision {
                field: label,
                yours: yours.to_string(),
                theirs: theirs.to_string(),
            });
            return None;
        }
        self.changes.push(Change {
            field: label.to_string(),
            before: theirs.to_string(),
            after: yours.to_string(),
        });
        Some(yours.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Few texts, so that every way of being equal and different comes up.
    fn version() -> impl Strategy<Value = (String, Profile)> {
        let text = || prop::sample::select(vec!["", "A", "B", "C"]).prop_map(str::to_string);
        (text(), text(), text(), text(), text(), text()).prop_map(
            |(username, first_name, last_name, title, department, phone)| {
                let profile = Profile {
                    first_name,
                    last_name,
                    title,
                    department,
                    phone,
                };
                (username, profile)
            },
        )
    }

    fn fields((username, profile): &(String, Profile)) -> Vec<(&'static str, String)> {
        let details = ProfileField::ALL
            .into_iter()
            .map(|field| (field.label(), profile.get(field).to_string()));
        [(USERNAME_LABEL, username.clone())]
            .into_iter()
            .chain(details)
            .collect()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_overwritten(seen in version(), yours in version(), theirs in version()) {
            let of = |version: &(String, Profile)| fields(version);
            let merge = merge(
                Version::of(&seen.0, &seen.1),
                Version::of(&yours.0, &yours.1),
                Version::of(&theirs.0, &theirs.1),
            );
            let result = fields(&(merge.username.clone(), merge.profile.clone()));
            for (((field, seen), (_, yours)), ((_, theirs), (_, result))) in
                of(&seen).iter().zip(of(&yours).iter()).zip(of(&theirs).iter().zip(&result))
            {
                let both = yours != seen && theirs != seen && yours != theirs;
                let collision = merge.collisions.iter().find(|collision| collision.field == *field);
                let expected = both.then(|| Collision { field, yours: yours.clone(), theirs: theirs.clone() });
                prop_assert_eq!(collision, expected.as_ref());
                let stays = both || yours == seen;
                prop_assert_eq!(result, if stays { theirs } else { yours });
                let change = merge.changes.iter().find(|change| change.field == *field);
                prop_assert_eq!(
                    change.map(|change| (&change.before, &change.after)),
                    (result != theirs).then_some((theirs, result))
                );
                prop_assert_eq!(merge.merged.contains(field), yours == seen && theirs != seen);
            }
        }

        #[test]
        fn two_edits_of_different_fields_end_alike_in_either_order(
            seen in version(), one in version(), which in prop::collection::vec(any::<bool>(), 6)
        ) {
            // The one changes some of the fields, the other the rest.
            let mix = |first: bool| {
                let mut version = seen.clone();
                if which.first() == Some(&first) {
                    version.0.clone_from(&one.0);
                }
                for (field, mine) in ProfileField::ALL.into_iter().zip(which.iter().skip(1)) {
                    if *mine == first {
                        version.1.set(field, one.1.get(field).to_string());
                    }
                }
                version
            };
            let (left, right) = (mix(true), mix(false));
            let after = |first: &(String, Profile), second: &(String, Profile)| {
                let once = merge(
                    Version::of(&seen.0, &seen.1),
                    Version::of(&first.0, &first.1),
                    Version::of(&seen.0, &seen.1),
                );
                let twice = merge(
                    Version::of(&seen.0, &seen.1),
                    Version::of(&second.0, &second.1),
                    Version::of(&once.username, &once.profile),
                );
                (once.collisions.len() + twice.collisions.len(), twice.username, twice.profile)
            };
            let (collisions, username, profile) = after(&left, &right);
            prop_assert_eq!(collisions, 0);
            prop_assert_eq!((&username, &profile), (&one.0, &one.1));
            let (_, username, profile) = after(&right, &left);
            prop_assert_eq!((&username, &profile), (&one.0, &one.1));
        }
    }
}
