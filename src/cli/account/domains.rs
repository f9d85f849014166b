//! `account add-domain`, `account remove-domain`.

use clap::Args;

use super::{Failure, find};
use crate::accounts::{self, Domain};
use crate::cli::Refusal;
use crate::cli::output::say;
use crate::clock;
use crate::db::Db;
use crate::history::Author;

/// That a domain is meant, though it says nothing about who belongs to the company.
#[derive(Debug, Args)]
pub struct Consent {
    /// Take also a domain where anybody can get an address, like gmail.com
    #[arg(long)]
    public_provider: bool,
}

/// `account add-domain`.
#[derive(Debug, Args)]
pub struct AddDomainCommand {
    /// The account's name or id
    #[arg(long)]
    account: String,
    /// The domain
    #[arg(long)]
    domain: String,
    #[command(flatten)]
    consent: Consent,
}

/// `account remove-domain`.
#[derive(Debug, Args)]
pub struct RemoveDomainCommand {
    /// The account's name or id
    #[arg(long)]
    account: String,
    /// The domain
    #[arg(long)]
    domain: String,
}

/// The domain as it is stored, where the company alone gives out its addresses, or `consent` says that
/// it is meant all the same.
///
/// # Errors
/// A sentence for the terminal.
pub(super) fn read(typed: &str, consent: &Consent) -> Result<Domain, Refusal> {
    let domain = parse(typed)?;
    if domain.is_public_provider() && !consent.public_provider {
        return Err(format!(
            "{} is a public mail provider: anybody can get an address there, so that a username would not tell who belongs to \
             the company. Nothing was changed. Give --public-provider as well if it is meant.",
            domain.as_str()
        ));
    }
    Ok(domain)
}

fn parse(typed: &str) -> Result<Domain, Refusal> {
    Domain::parse(typed)
        .map_err(|_| format!("\"{typed}\" is no domain: a domain looks like company.example."))
}

/// Adds one.
///
/// # Errors
/// A sentence for the terminal.
pub(super) fn add_domain(db: &Db, command: &AddDomainCommand) -> Result<(), Refusal> {
    let domain = read(&command.domain, &command.consent)?;
    let now = clock::now();
    let (account, is_new) = db.write(|tx| {
        let account = find(tx, &command.account)?;
        let is_new = accounts::add_domain(tx, &Author::staff(account.id), &domain, now)
            .map_err(Failure::Account)?;
        Ok::<_, Failure>((account, is_new))
    })?;
    say(format!(
        "{}: {} {}.",
        account.name,
        domain.as_str(),
        if is_new { "added" } else { "was there already" }
    ));
    Ok(())
}

/// Removes one that nobody has an address at.
///
/// # Errors
/// A sentence for the terminal.
pub(super) fn remove_domain(db: &Db, command: &RemoveDomainCommand) -> Result<(), Refusal> {
    let domain = parse(&command.domain)?;
    let now = clock::now();
    let account = db.write(|tx| {
        let account = find(tx, &command.account)?;
        accounts::remove_domain(tx, &Author::staff(account.id), &domain, now)
            .map_err(Failure::Account)?;
        Ok::<_, Failure>(account)
    })?;
    say(format!("{}: {} removed.", account.name, domain.as_str()));
    Ok(())
}
