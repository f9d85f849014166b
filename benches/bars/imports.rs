//! P8: a list of 10,000 people comes in, a list of 100,000 goes out.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::machine;
use crate::report::{Bar, Report, Row};
use crate::rounds::median;
use crate::site::{Administrator, Site, number};

/// Distinguishes the lists' people.
static LISTS: AtomicUsize = AtomicUsize::new(0);

/// Measures both.
pub fn measure(site: &mut Site, report: &mut Report) {
    let (mut verdicts, mut runs, mut growth) = (Vec::new(), Vec::new(), 0.0_f64);
    let people = if site.options.quick { 1_000 } else { 10_000 };
    for _ in 0..site.options.rounds {
        site.until_mails_are_out();
        let before = machine::resident(site.program().pid());
        let (verdict, run, most) = watched(site, || import(site, &site.administrators[1], people));
        verdicts.push(verdict);
        runs.push(run);
        growth = growth.max(most - before);
    }
    site.until_mails_are_out();
    report.add(row(
        format!("import of {people} lines: the verdict, s"),
        median(&verdicts),
        "s",
        Bar::AtMost(1.5),
    ));
    report.add(row(
        format!("running it: {people} people added, s"),
        median(&runs),
        "s",
        Bar::AtMost(5.0),
    ));
    report.add(row(
        "memory while it is imported: the most above before, MB".to_string(),
        growth,
        "MB",
        Bar::None,
    ));

    let (mut seconds, mut rows, mut growth) = (Vec::new(), 0, 0.0_f64);
    for _ in 0..site.options.rounds {
        let before = machine::resident(site.program().pid());
        let (time, lines, most) = watched(site, || {
            let begin = Instant::now();
            let lines: usize = ["active", "inactive"]
                .into_iter()
                .map(|show| export(site, show))
                .sum();
            (begin.elapsed().as_secs_f64(), lines)
        });
        seconds.push(time);
        rows = lines;
        growth = growth.max(most - before);
    }
    report.add(row(
        format!("export of {rows} people, active and inactive, s"),
        median(&seconds),
        "s",
        Bar::AtMost(2.0),
    ));
    report.add(row(
        "memory while it is exported: the most above before, MB".to_string(),
        growth,
        "MB",
        Bar::AtMost(10.0),
    ));
}

fn row(what: String, ours: f64, unit: &'static str, must: Bar) -> Row {
    Row {
        bar: "P8",
        what,
        ours,
        unit,
        limit: None,
        ratio: None,
        must,
    }
}

/// Does `act` and watches the program's memory: with the most of it, MB.
fn watched<A, B>(site: &Site, act: impl FnOnce() -> (A, B)) -> (A, B, f64) {
    let (pid, over) = (site.program().pid(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0.0_f64;
            while !over.load(Ordering::Relaxed) {
                most = most.max(machine::resident(pid));
                std::thread::sleep(Duration::from_millis(10));
            }
            most
        });
        let (one, other) = act();
        over.store(true, Ordering::Relaxed);
        (one, other, watch.join().unwrap())
    })
}

/// Hands a list in and runs it; seconds until the verdict, and from the button to the end.
pub fn import(site: &Site, by: &Administrator, people: usize) -> (f64, f64) {
    let list = LISTS.fetch_add(1, Ordering::Relaxed);
    let domain = &by.domain;
    let mut text = "Username,First name,Last name,Title,Department,Phone\r\n".to_string();
    for number in 0..people {
        text.push_str(&format!(
            "listed{list}x{number}@{domain},Nora,Newcomer,Engineer,Research,+1 555 0100\r\n"
        ));
    }
    let client = site.client(by);
    let begin = Instant::now();
    let answer = client.upload("/imports", &[("file", Some("list.csv"), text.as_bytes())]);
    let verdict = begin.elapsed().as_secs_f64();
    assert_eq!(answer.status, 303, "{}", answer.text());
    let path = answer.location.unwrap();
    let chosen = client.get(&path).field("people");
    let begin = Instant::now();
    assert_eq!(client.post(&path, &[("people", &chosen)]).status, 303);
    let mut connection = site.connection();
    let id = path.rsplit('/').next().unwrap();
    let question =
        format!("select count(*) as number from imports where id = '{id}' and state = 'done'");
    while number(&mut connection, &question) == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let run = begin.elapsed().as_secs_f64();
    let question = format!(
        "select count(*) as number from import_lines where import_id = '{id}' and outcome = 'added'"
    );
    assert_eq!(number(&mut connection, &question), people as i64);
    (verdict, run)
}

/// Downloads the largest account's list, and throws it away as it comes; the people in it.
pub fn export(site: &Site, show: &str) -> usize {
    use std::io::{BufRead as _, Write as _};
    let address = site
        .program()
        .base
        .trim_start_matches("http://")
        .to_string();
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "GET /users.csv?show={show} HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
        site.largest().cookie
    )
    .unwrap();
    let mut reader = std::io::BufReader::with_capacity(1 << 16, stream);
    let mut addresses = 0;
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).unwrap() > 0 {
        addresses += usize::from(line.contains(&b'@'));
        line.clear();
    }
    addresses
}
