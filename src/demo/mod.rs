//! Demonstration data: the demo account, small and told in detail, and large accounts by the million.
//!
//! The demo account is two companies, the same people every time: `Acme Instruments` (120 of 125 seats
//! in use, 14 inactive people) and `Globex`, which shares the domain `acme-labs.example` with it. As
//! its first administrator, `olivia.bennett@acme.example`, adding these addresses shows each case of
//! "Email address is already in use":
//!
//! | case | address |
//! |---|---|
//! | (a) active here | `marcus.reed@acme.example` |
//! | (b) inactive here | `hans.gruber@acme.example` |
//! | (c) in another account | `grace.kim@acme-labs.example` (active there), `paul.sanders@acme-labs.example` (inactive there) |
//! | (d) reserved, since Emma Brown became Emma O’Connor | `emma.brown@acme.example` |
//!
//! And these people show the states of the list:
//!
//! | state | who |
//! |---|---|
//! | password sent, not used | `arjun.patel@`, `kofi.mbeki@`, `agnieszka.nowak@acme.example`, `hana.sato@acme-labs.example`; after a reset `tomas.diaz@acme.example` |
//! | password expired | `liam.walsh@acme.example` |
//! | mail failed | `noemie.lambert@acme-labs.example` |
//! | mail cancelled, inactive | `petra.novak@acme.example` |
//! | never signed in, own password | `ingrid.aberg@acme.example` |
//! | New User Training requested | `chidi.okonkwo@`, `lucia.ortega@acme.example`, `minh.tran@acme-labs.example` |

mod account;
mod cast;
mod company;
mod error;
mod generate;
mod load;
mod names;
mod past;
mod people;
mod sizes;

pub use account::{DemoSignIn, create_demo_account};
pub use error::DemoError;
pub use generate::{Amount, Generated, generate, generate_with_sign_in};

/// The first administrator of Acme Instruments.
pub const ADMINISTRATOR: &str = "olivia.bennett@acme.example";
/// Case (a): an active user of Acme Instruments has it.
pub const ACTIVE_HERE: &str = "marcus.reed@acme.example";
/// Case (b): an inactive user of Acme Instruments has it.
pub const INACTIVE_HERE: &str = "hans.gruber@acme.example";
/// Case (c): a user of Globex has it; the two companies share the domain.
pub const ELSEWHERE: &str = "grace.kim@acme-labs.example";
/// Case (c) too: an inactive user of Globex has it.
pub const INACTIVE_THERE: &str = "paul.sanders@acme-labs.example";
/// Case (d): until recently the username of somebody whose name changed.
pub const RESERVED: &str = "emma.brown@acme.example";

/// What mail servers say.
const ACCEPTANCE: &str = "250 2.0.0 Ok: queued as 4bXt1k6QzWz2xKd";
const REFUSAL: &str = "550 5.1.1 Recipient address rejected: user unknown";
