//! What `support` says to people. Times are UTC, as in the log.

use jiff::tz::TimeZone;
use time::OffsetDateTime;

use crate::clock;
use crate::support::{Case, CaseReport, EmailReport, HolderReport, Replay};
use crate::web::history::sentence::{details, sentence};
use crate::web::users::state_words;
use crate::web::when;

/// A case, then what is so today.
pub fn case_words(report: &CaseReport) -> Vec<String> {
    let case = &report.case;
    let mut lines = vec![
        format!("Case {}", case.code),
        format!("  asked in    {}, by {}", case.account, asked_by(case)),
        format!("  when        {} UTC", at(case.happened_at)),
        format!("  typed       {:?}", case.typed),
        format!("  read as     {}", case.username),
        format!("  refused by  {}: {}", case.rule, rule_words(&case.rule)),
        String::new(),
        "Today".to_string(),
    ];
    lines.extend(email_words(&report.today));
    lines
}

/// An address.
pub fn email_words(report: &EmailReport) -> Vec<String> {
    let mut lines = vec![format!("Typed {:?}", report.typed)];
    lines.extend(
        report
            .steps
            .iter()
            .map(|step| format!("  {}  ({})", step.address, step.step)),
    );
    if let Some(problem) = &report.problem {
        lines.push(format!("This is no username: {problem}"));
        return lines;
    }
    lines.push(String::new());
    if let Some(holder) = &report.holder {
        lines.push("Held by (all times are UTC)".to_string());
        lines.extend(holder_words(holder));
    } else if let Some(reserved) = &report.reserved {
        lines.push(format!(
            "Reserved until {} for the person whose username it was (all times are UTC)",
            at(reserved.until)
        ));
        lines.extend(holder_words(&reserved.by));
    } else {
        lines.push("Nobody has it, and it is kept for nobody.".to_string());
    }
    lines.push(String::new());
    lines.push("What \"Add a User\" says today".to_string());
    if report.replay.is_empty() {
        lines.push("  no account has this domain: every account refuses it".to_string());
    }
    lines.extend(report.replay.iter().map(replay_words));
    if !report.cases.is_empty() {
        lines.push(String::new());
        lines.push("Cases about it".to_string());
        lines.extend(report.cases.iter().map(|case| {
            format!(
                "  {}  {}  {}  in {}, by {}",
                case.code,
                at(case.happened_at),
                case.rule,
                case.account,
                asked_by(case)
            )
        }));
    }
    lines
}

fn holder_words(holder: &HolderReport) -> Vec<String> {
    let (state, _) = state_words::words(&holder.state, clock::now(), &TimeZone::UTC);
    let reason = state_words::reason(&holder.state);
    let state = if reason.is_empty() {
        state
    } else {
        format!("{state}: {reason}")
    };
    let mut lines = vec![
        format!("  name          {}", holder.name),
        format!("  account       {}", holder.account),
        format!("  state         {state}"),
        format!(
            "  administrator {}",
            if holder.administrator { "yes" } else { "no" }
        ),
        format!("  added         {}", at(holder.added_at)),
        format!(
            "  last sign-in  {}",
            holder.last_sign_in_at.map_or("never".to_string(), at)
        ),
    ];
    lines.push(format!(
        "  looked at     {}",
        holder
            .last_support_look_at
            .map_or("never before".to_string(), |last| format!(
                "{} by Customer Success, last {}",
                count(holder.support_looks),
                at(last)
            ))
    ));
    lines.push("  last events".to_string());
    lines.extend(holder.events.iter().map(|entry| {
        let line = format!(
            "    {}  {} {}",
            at(entry.happened_at),
            sentence(entry),
            details(entry).join("; ")
        );
        line.trim_end().to_string()
    }));
    lines.push("  last mails".to_string());
    if holder.mails.is_empty() {
        lines.push("    none".to_string());
    }
    lines.extend(holder.mails.iter().map(|mail| {
        let line = format!(
            "    {}  {}  {}  {}",
            at(mail.settled_at.unwrap_or(mail.created_at)),
            mail.kind.replace('_', " "),
            mail.state,
            mail.explanation
        );
        line.trim_end().to_string()
    }));
    lines
}

fn replay_words(replay: &Replay) -> String {
    format!("  {}: {}", replay.account, rule_words(replay.decision))
}

fn rule_words(rule: &str) -> &'static str {
    match rule {
        "added" => "the user would be added",
        "active_here" => "already in use, by an active user of this account",
        "inactive_here" => "already in use, by an inactive user of this account: Reactivate",
        "elsewhere" => "already in use, in another account",
        "reserved" => "already in use: the former address of somebody, kept for 30 days",
        "budget_spent" => "too many such look-ups in a short time",
        "no_seat" => {
            "nobody has the address, and no seat is free: somebody is deactivated, or seats are added"
        }
        _ => "the domain is none of the account's",
    }
}

fn asked_by(case: &Case) -> &str {
    case.asked_by.as_deref().unwrap_or("staff")
}

fn at(moment: OffsetDateTime) -> String {
    when::exact(moment, &TimeZone::UTC)
}

fn count(times: i64) -> String {
    match times {
        1 => "once".to_string(),
        2 => "twice".to_string(),
        times => format!("{times} times"),
    }
}
