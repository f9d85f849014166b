//! A system that gives the program hardly any file descriptors.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::Program;
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};

/// More than it may have open beside what it has at the start.
const SPARE: usize = 40;
const ASKING: usize = 60;

fn open_files(program: Pid) -> usize {
    std::fs::read_dir(format!("/proc/{program}/fd"))
        .unwrap()
        .count()
}

/// Whether the program ended the connection; once an answer has come, half of a next request goes out.
fn is_over(stream: &mut TcpStream) -> bool {
    let mut answer = [0; 4096];
    loop {
        match stream.read(&mut answer) {
            Ok(0) => return true,
            // It may be closed meanwhile.
            Ok(_) => drop(stream.write_all(b"GET /healthz HTTP/1.1\r\nx-slow: ")),
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn with_few_file_descriptors_half_requests_hold_none_and_the_page_comes_back() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(|_: &str, _| Reply::Accept));
    let port = Program::free_port();
    let program = Program::serve_at(&fresh_database_url(), sink.port, port);
    program.until_ready();
    let before = open_files(program.pid());
    let limit = before + SPARE;
    let limited = Command::new("prlimit")
        .arg(format!("--pid={}", program.pid()))
        .arg(format!("--nofile={limit}:{limit}"))
        .status();
    assert!(limited.unwrap().success());
    // They are all there when it looks, and take every descriptor at once.
    kill(program.pid(), Signal::SIGSTOP).unwrap();
    let mut asking: Vec<TcpStream> = (0..ASKING)
        .map(|_| {
            let mut stream =
                TcpStream::connect(program.base().trim_start_matches("http://")).unwrap();
            stream
                .write_all(b"GET /healthz HTTP/1.1\r\nhost: a.example\r\n\r\n")
                .unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        })
        .collect();
    kill(program.pid(), Signal::SIGCONT).unwrap();
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        let open = asking.iter_mut().map(is_over).filter(|over| !over).count();
        if open == 0 {
            break;
        }
        assert!(Instant::now() < deadline, "{open} are open still");
        sleep(Duration::from_millis(200));
    }
    program.until_ready();
    assert!(open_files(program.pid()) <= before + 10);
}
