//! What was seen, as pages of the documentation.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::stage::Stage;

/// Statements with their plans, each under the page that sent it first.
#[derive(Default)]
pub struct Plans {
    seen: HashSet<String>,
    text: String,
    slow: Vec<(f64, String, String)>,
    scans: Vec<String>,
}

impl Plans {
    /// Takes the plans out of the server's log.
    pub fn add(&mut self, page: &str, log: &str) {
        let mut is_headed = false;
        for entry in log.split("LOG:  duration: ").skip(1) {
            let Some((milliseconds, plan)) = entry.split_once(" ms  plan:") else {
                continue;
            };
            let plan: String = plan
                .lines()
                .map(|line| line.strip_prefix('\t').unwrap_or(line).trim_end())
                .take_while(|line| !line.contains("LOG:  ") && !line.contains("ERROR:  "))
                .map(|line| format!("{line}\n"))
                .collect();
            let plan = without_values(plan.trim_start());
            let Some(start) = plan.find("  (cost=") else {
                continue;
            };
            let query = plan[..start]
                .rsplit_once('\n')
                .map_or("", |(query, _)| query);
            let shown: f64 = milliseconds.parse().unwrap_or_default();
            self.slow
                .push((shown, page.to_string(), query.chars().take(160).collect()));
            if !self.seen.insert(query.to_string()) {
                continue;
            }
            if plan.contains("Seq Scan on users") {
                self.scans.push(page.to_string());
            }
            if !is_headed {
                let _ = write!(self.text, "\n## {page}\n");
                is_headed = true;
            }
            let _ = write!(
                self.text,
                "\n{milliseconds} ms\n```\n{}\n```\n",
                plan.trim_end()
            );
        }
    }

    /// Writes docs/plans.md.
    pub fn write(mut self, stage: &Stage) {
        self.slow.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut head = format!(
            "# The plan of every statement\n\n\
             Made by `cargo bench --bench queries -- plans`: {} users in {} accounts, seen by an administrator of the largest \
             ({} people), on PostgreSQL {}, fsync on. Every page and action once; each statement where it was sent first, as \
             `auto_explain` saw it run (the times are those of one run on a machine that did other things too). {} statements; \
             those that read the table of users from end to end: {}.\n\nThe slowest runs:\n\n| ms | page | statement |\n|---|---|---|\n",
            stage.value("select count(*) from users"),
            stage.value("select count(*) from accounts"),
            stage.value("select max(active_users + inactive_users) from accounts"),
            stage.value("select current_setting('server_version')"),
            self.seen.len(),
            if self.scans.is_empty() {
                "none".to_string()
            } else {
                self.scans.join("; ")
            },
        );
        for (milliseconds, page, query) in self.slow.iter().take(12) {
            let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
            let query: String = query.chars().skip(12).take(110).collect();
            let _ = writeln!(
                head,
                "| {milliseconds:.1} | {page} | `{}` |",
                query.replace('|', "\\|")
            );
        }
        write("docs/plans.md", &(head + &self.text));
    }
}

/// Without what names a person or changes from run to run.
fn without_values(plan: &str) -> String {
    plan.lines()
        .filter(|line| !line.starts_with("Query Parameters") && !line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Writes docs/statements.md.
pub fn statements(stage: &Stage, how_long: Duration) {
    let list = |order: &str, limit: u32| {
        stage.value(&format!(
            "select string_agg(line, E'\\n') from (
                 select format('| %s | %s | %s | %s | `%s` |', calls, round(mean_exec_time::numeric, 2), round(max_exec_time::numeric, 1),
                     round((100 * total_exec_time / sum(total_exec_time) over ())::numeric, 1),
                     left(replace(regexp_replace(query, '\\s+', ' ', 'g'), '|', '/'), 130)) as line
                 from pg_stat_statements join pg_database on pg_database.oid = dbid
                 where datname = 'queries' and query !~* 'pg_stat_statements|^(create|alter|vacuum|analyze|autovacuum)' and calls > 1
                   and not query ~ 'offset \\$' and userid = (select oid from pg_roles where rolname = 'postgres')
                 order by {order} desc limit {limit}
             ) as lines"
        ))
    };
    let above = stage.value(
        "select count(*) from pg_stat_statements join pg_database on pg_database.oid = dbid
         where datname = 'queries' and mean_exec_time > 10 and calls > 1 and query !~* 'offset \\$|pg_stat_statements'",
    );
    let page = format!(
        "# Every statement, on average\n\n\
         Made by `cargo bench --bench queries -- mixed {}`: four administrators of the largest of {} accounts ({} users in all) go over \
         every page and action at once for {} seconds, a tour ending where the next begins, mails sent and lists imported beside them; figures of \
         `pg_stat_statements`. Statements with a mean above 10 ms: **{above}**.\n\n\
         ## By mean\n\n| calls | mean ms | longest ms | % of all time | statement |\n|---|---|---|---|---|\n{}\n\n\
         ## By time in all\n\n| calls | mean ms | longest ms | % of all time | statement |\n|---|---|---|---|---|\n{}\n",
        how_long.as_secs(),
        stage.value("select count(*) from accounts"),
        stage.value("select count(*) from users"),
        how_long.as_secs(),
        list("mean_exec_time", 20),
        list("total_exec_time", 12),
    );
    write("docs/statements.md", &page);
}

fn write(path: &str, text: &str) {
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), text).unwrap();
    println!("wrote {path}");
}
