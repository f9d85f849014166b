//! Load by wrk (Will Glozer's HTTP benchmarking tool): paths in turns over connections that are kept.

use std::io::Write as _;
use std::process::Command;

use crate::client::Client;

/// What wrk is told to ask for, and how it writes down what it saw.
const SCRIPT: &str = r#"
local requests = {}
function init(args)
  for line in io.lines(args[1]) do requests[#requests + 1] = wrk.format("GET", line) end
end
local n = 0
function request()
  n = n % #requests + 1
  return requests[n]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("bars %d %d %d %f %f\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(95), latency:percentile(99)))
end
"#;

/// What a round came to; milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Answers a second.
    pub rate: f64,
    /// 95 of 100 were no slower.
    pub p95: f64,
    /// 99 of 100 were no slower.
    pub p99: f64,
}

/// Who asks, and over how many connections.
#[derive(Debug, Clone)]
pub struct Load<'a> {
    /// Scheme, host and port.
    pub base: &'a str,
    /// The session.
    pub cookie: &'a str,
    /// What a browser accepts.
    pub encoding: &'a str,
    /// Connections at once.
    pub connections: u32,
    /// How long.
    pub seconds: f64,
}

/// What browsers say.
pub const BROWSER: &str = "gzip, deflate, br, zstd";

impl Load<'_> {
    /// Asks for `paths` in turns.
    pub fn run(&self, paths: &[String]) -> Seen {
        let folder = std::env::temp_dir();
        let own = format!(
            "bars-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        );
        let script = folder.join(format!("{own}.lua"));
        let list = folder.join(format!("{own}.paths"));
        std::fs::write(&script, SCRIPT).unwrap();
        let mut file = std::fs::File::create(&list).unwrap();
        for path in paths {
            writeln!(file, "{path}").unwrap();
        }
        drop(file);
        // wrk takes whole seconds; parts of one are given in milliseconds nowhere.
        let seconds = self.seconds.ceil().max(1.0);
        let output = Command::new("wrk")
            .args(["-t1", "--latency", "--timeout", "20s"])
            .arg(format!("-c{}", self.connections))
            .arg(format!("-d{seconds}s"))
            .args(["-H", &format!("Cookie: {}", self.cookie)])
            .args(["-H", &format!("Accept-Encoding: {}", self.encoding)])
            .arg("-s")
            .arg(&script)
            .arg(self.base)
            .arg("--")
            .arg(&list)
            .output()
            .expect("wrk is installed: bin/bench sees to it");
        let _ = std::fs::remove_file(&script);
        let _ = std::fs::remove_file(&list);
        let text = String::from_utf8_lossy(&output.stdout);
        let told: Vec<f64> = text
            .lines()
            .find_map(|line| line.strip_prefix("bars "))
            .unwrap_or_else(|| {
                panic!(
                    "wrk said: {text}{}",
                    String::from_utf8_lossy(&output.stderr)
                )
            })
            .split(' ')
            .map(|number| number.parse().unwrap())
            .collect();
        let [requests, microseconds, errors, p95, p99] = told[..] else {
            panic!("wrk said: {text}");
        };
        assert!(
            errors == 0.0,
            "{errors} of {requests} requests failed: {paths:?}"
        );
        self.assert_still_signed_in(&paths[0]);
        Seen {
            rate: requests / microseconds * 1e6,
            p95: p95 / 1e3,
            p99: p99 / 1e3,
        }
    }

    /// A redirect to the sign-in page is fast and no error to wrk.
    fn assert_still_signed_in(&self, path: &str) {
        let client = Client::new(self.base);
        client.cookie.replace(Some(self.cookie.to_string()));
        assert_eq!(client.get(path).status, 200, "{path}");
    }
}
