//! Handing in a list, and the page of an import.

use askama::Template;
use askama_web::WebTemplate;
use uuid::Uuid;

use super::seats::SeatsNeeded;
use crate::web::components::{Pager, Progress, Seats, Tone, grouped};
use crate::web::form::{Errors, Field};
use crate::web::layout::Layout;

/// `/imports/new`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "imports/new.html")]
pub struct NewImportPage {
    /// The frame.
    pub layout: Layout,
    /// Licences in use.
    pub seats: Seats,
    /// The account's domains as the end of a sentence.
    pub domains: String,
    /// What was pasted.
    pub list: String,
    /// What is wrong.
    pub errors: Errors,
    /// Lists that were checked and not run, the newest first.
    pub unrun: Vec<HandedIn>,
    /// Lists that were started, the newest first.
    pub ran: Vec<HandedIn>,
}

/// A list that was handed in before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// Its page.
    pub href: String,
    /// The file's name, or that it was pasted.
    pub name: String,
    /// `: 60 lines, by Boss Tester, today 10:42.`, and what came of it where it was started.
    pub rest: String,
}

impl NewImportPage {
    fn lists(&self) -> [(&'static str, &[HandedIn]); 2] {
        [
            ("Lists checked and not run", &self.unrun),
            ("Lists that ran", &self.ran),
        ]
    }

    fn paste(&self) -> Field {
        Field::paragraph("list", "Or paste a list")
            .value(self.list.clone())
            .hint("For example: cells copied from a spreadsheet, or one address per line with the names after it, with commas between.")
            .errors(&self.errors)
    }
}

/// `/imports/{id}`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "imports/page.html")]
pub struct ImportPage {
    /// The frame; `refresh_seconds` is set while it runs.
    pub layout: Layout,
    /// Which.
    pub id: Uuid,
    /// Who handed it in and when, a sentence.
    pub lead: String,
    /// The day on which it is deleted unless it is run.
    pub deleted_on: String,
    /// How it stands.
    pub stage: Stage,
    /// Seats that are free and seats that are needed.
    pub seats: SeatsNeeded,
    /// Headings that no field is filled from; empty where all are.
    pub ignored_columns: String,
    /// Counts, each a filter.
    pub counts: Vec<LineCount>,
    /// What can be taken in or left out as a whole.
    pub choices: Vec<WholeChoice>,
    /// How many are to be imported: they have a seat, or take somebody's.
    pub people: u64,
    /// Which they are, as a number.
    pub choice: i64,
    /// How many of them take the place of somebody.
    pub replacing: u64,
    /// How far it has come.
    pub progress: Progress,
    /// Lines refused: a file of them is offered where it is not 0.
    pub refused: u64,
    /// The lines of this page.
    pub lines: Vec<ImportLine>,
    /// Filter and page, hidden in the forms so that they come back.
    pub place: Vec<(&'static str, String)>,
    /// The pages before and after.
    pub pager: Pager,
}

/// How an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is done yet.
    Checked,
    /// Under way.
    Running,
    /// Done.
    Done,
}

/// A number of lines with its words, a link to them alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCount {
    /// How many.
    pub count: u64,
    /// `will be added`.
    pub label: &'static str,
    /// To those lines, or back to all.
    pub href: String,
    /// Whether those alone are shown.
    pub active: bool,
}

/// All lines of one verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeChoice {
    /// `add`, `reactivate` or `replace`.
    pub verdict: &'static str,
    /// `Chosen to be added: 12 people`.
    pub words: String,
    /// Whether some are in: then they can be left out.
    pub some_in: bool,
    /// Whether some are out: then they can be taken in.
    pub some_out: bool,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// In the order of the list.
    pub position: i32,
    /// Where it stands in the file.
    pub line: i32,
    /// The address as given.
    pub username: String,
    /// To the person in this account, where there is one.
    pub href: Option<String>,
    /// First and last name as given.
    pub name: String,
    /// What will become of it, or became of it.
    pub verdict: &'static str,
    /// Why; may be empty.
    pub reason: String,
    /// How much it asks for.
    pub tone: Tone,
    /// Where it can be chosen: whether it is.
    pub chosen: Option<bool>,
}

impl ImportPage {
    /// `Import 12 people`.
    fn button(&self) -> String {
        format!("Import {}", persons(self.people))
    }

    /// How the choice stands, beside the button.
    fn standing(&self) -> String {
        if self.people == 0 && self.seats.short().is_none() {
            let why = match self.choices.as_slice() {
                [] => " on this list",
                _ => ": you left out every line that could be imported",
            };
            return format!("There is nothing to import{why}.");
        }
        self.seats.sentence()
    }

    /// The heading over what the lines say.
    fn what_of_it(&self) -> &'static str {
        match self.stage {
            Stage::Done => "What became of it",
            Stage::Checked | Stage::Running => "What becomes of it",
        }
    }

    /// What becomes of those whose place is taken.
    fn leavers(&self) -> Option<&'static str> {
        match self.replacing {
            0 => None,
            1 => Some("Whoever is replaced is deactivated in the same moment."),
            _ => Some("Those who are replaced are deactivated in the same moment."),
        }
    }
}

/// `1 line`, `60 lines`.
pub fn lines(count: u64) -> String {
    match count {
        1 => "1 line".to_owned(),
        many => format!("{} lines", grouped(many)),
    }
}

/// `1 person`, `12 people`: they are no users yet.
pub fn persons(count: u64) -> String {
    match count {
        1 => "1 person".to_owned(),
        many => format!("{} people", grouped(many)),
    }
}
