//! Every bar of speed and weight, measured beside the limits of the same machine in the same run, and
//! written into docs/performance.md: `bin/bench` runs it with what it needs.
//!
//! `cargo bench --bench bars [-- --quick] [--only P1,P6] [--minutes N] [--folder DIR]`
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement stops at a fault, prints, and reads what it is told"
)]

mod adds;
mod builds;
mod captured;
mod ceiling;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../../tests/http/client.rs"]
mod client;
mod growth;
mod imports;
mod literals;
mod machine;
mod mails;
mod memory;
mod options;
mod pages;
mod pgbench;
mod plot;
mod program;
mod replay;
mod report;
mod rounds;
mod searches;
mod sign_ins;
mod site;
mod starts;
#[path = "../../tests/support/mod.rs"]
mod support;
mod weights;
mod wrk;

use options::Options;
use report::Report;
use site::Site;

/// Measures something of a site.
type Step = fn(&mut Site, &mut Report);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().map(String::as_str) == Some("ceiling") {
        return ceiling::serve(&words);
    }
    let options = Options::read(&words);
    if words.iter().any(|word| word == "builds") {
        let mut report = Report::new(&options);
        builds::measure(&options, &mut report);
        return report.write_builds();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(support::smtp_sink::Sink::start(|_, _| {
        support::smtp_sink::Reply::Accept
    }));
    let mut report = Report::new(&options);
    println!("{} users: making them ...", options.users);
    let mut site = Site::make(&options, options.users, &sink);
    let steps: [(&str, Step); 10] = [
        ("P10", starts::measure),
        ("P9", memory::idle_and_signed_in),
        ("P12", pages::count_queries),
        ("P11", weights::measure),
        ("P1", pages::first_page),
        ("P2", pages::deep_pages),
        ("P3", searches::measure),
        ("P5", sign_ins::measure),
        ("P6", adds::measure),
        ("P8", imports::measure),
    ];
    for (name, step) in steps {
        if options.wants(name) {
            println!("{name} ...");
            step(&mut site, &mut report);
            site.come_to_rest();
        }
        // All sizes as they were made: none is worn by what is measured after this.
        if name == "P11" && options.wants("P4") {
            println!("P4 and growth ...");
            growth::measure(&mut site, &mut report, &sink);
            site.come_to_rest();
        }
    }
    if options.wants("P7") {
        println!("P7 ...");
        mails::measure(&mut site, &mut report, &sink, &runtime);
        site.come_to_rest();
    }
    if options.wants("minutes") {
        println!("{} mixed minutes ...", options.minutes);
        memory::mixed_minutes(&mut site, &mut report);
    }
    site.remove();
    report.finish();
}
