//! A list that could be read, line by line.

use super::CsvProblem;

/// One line of the list, as given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Where it starts in the file, from 1.
    pub number: u32,
    /// Username.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Title.
    pub title: String,
    /// Department.
    pub department: String,
    /// Phone.
    pub phone: String,
    /// The username of whoever leaves for this person; mostly empty.
    pub replaces: String,
}

/// A list that could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The file's name; empty where the list was pasted.
    pub name: String,
    /// Its lines with something in them, without the headings.
    pub lines: Vec<Line>,
    /// Headings that no field is filled from.
    pub ignored_columns: Vec<String>,
}

impl Sheet {
    /// The list, where anybody on it has a name.
    ///
    /// # Errors
    /// [`CsvProblem::NoNames`].
    pub fn with_names(self) -> Result<Sheet, CsvProblem> {
        let has_none = |line: &Line| line.first_name.is_empty() && line.last_name.is_empty();
        if self.lines.iter().all(has_none) {
            return Err(CsvProblem::NoNames);
        }
        Ok(self)
    }
}
