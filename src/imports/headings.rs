//! Which column is which: by headings in any order and under their usual names, or in the documented
//! order where there are none.

use super::sheet::Line;

/// The fields in the documented order, each with the names under which columns of it are known; those
/// of other directories (Microsoft 365, Google Workspace, Okta) among them. Letters and digits only.
/// The first name counts most, where several columns would do.
const FIELDS: [&[&str]; 7] = [
    &[
        "username",
        "email",
        "emailaddress",
        "emailadress",
        "mail",
        "mailaddress",
        "workemail",
        "businessemail",
        "primaryemail",
        "userprincipalname",
        "upn",
        "login",
        "loginname",
        "userlogin",
        "userid",
        "user",
    ],
    &[
        "firstname",
        "givenname",
        "forename",
        "first",
        "christianname",
    ],
    &["lastname", "surname", "familyname", "last", "sn"],
    &[
        "title",
        "jobtitle",
        "employeetitle",
        "position",
        "role",
        "jobrole",
        "function",
    ],
    &[
        "department",
        "dept",
        "division",
        "team",
        "group",
        "unit",
        "organisation",
        "organization",
    ],
    &[
        "phone",
        "phonenumber",
        "telephone",
        "telephonenumber",
        "tel",
        "workphone",
        "businessphone",
        "officephone",
        "primaryphone",
        "mobile",
        "mobilephone",
        "cellphone",
        "cell",
    ],
    &[
        "replaces",
        "replacementfor",
        "insteadof",
        "leaver",
        "successorof",
    ],
];

/// In which column each of the fields stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns([Option<usize>; 7]);

/// The columns of a first line that is headings: it names a field and holds no address.
pub fn recognise(cells: &[String]) -> Option<Columns> {
    if cells.iter().any(|cell| cell.contains('@')) {
        return None;
    }
    let keys: Vec<String> = cells.iter().map(|cell| key(cell)).collect();
    let place = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| keys.iter().position(|key| key == name))
    };
    let columns = FIELDS.map(place);
    columns
        .iter()
        .any(Option::is_some)
        .then_some(Columns(columns))
}

/// A heading without its case, signs and remarks: `E-mail Address [Required]` is `emailaddress`.
fn key(heading: &str) -> String {
    let plain = heading.split(['[', '(', '*']).next().unwrap_or_default();
    plain
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many columns are read where there are no headings: all but that of whom the person replaces.
pub const DOCUMENTED: usize = 6;

impl Columns {
    /// The order of the form: username, first name, last name, title, department, phone. Nobody is
    /// taken out for want of a heading.
    pub fn documented() -> Columns {
        Columns([Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), None])
    }

    /// What everybody needs and no column holds.
    pub fn missing(&self) -> Vec<&'static str> {
        ["Username or Email", "First name", "Last name"]
            .into_iter()
            .zip(self.0)
            .filter(|(_, column)| column.is_none())
            .map(|(field, _)| field)
            .collect()
    }

    /// The headings that no field is filled from.
    pub fn ignored(&self, headings: &[String]) -> Vec<String> {
        headings
            .iter()
            .enumerate()
            .filter(|(at, heading)| !heading.is_empty() && !self.0.contains(&Some(*at)))
            .map(|(_, heading)| heading.clone())
            .collect()
    }

    /// A line of the list.
    pub fn line(&self, cells: &[String], number: u32) -> Line {
        let field = |field: usize| {
            let column = self.0.get(field).copied().flatten();
            column
                .and_then(|column| cells.get(column))
                .cloned()
                .unwrap_or_default()
        };
        Line {
            number,
            username: field(0),
            first_name: field(1),
            last_name: field(2),
            title: field(3),
            department: field(4),
            phone: field(5),
            replaces: field(6),
        }
    }
}
