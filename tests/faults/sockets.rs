//! Connections of these tests to a program.

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Lets this process have as many files open as the system allows: thousands of connections are both ends of them.
pub fn as_many_as_allowed() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
}

/// What came until the server closed the connection, or nothing when it did not in time.
pub fn until_closed(stream: &mut TcpStream, deadline: Instant) -> Option<String> {
    let mut came = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let left = deadline
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left)).unwrap();
        match stream.read(&mut buffer) {
            Ok(0) => return Some(String::from_utf8_lossy(&came).into_owned()),
            Ok(count) => came.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                return Some(String::from_utf8_lossy(&came).into_owned());
            }
            Err(_) => return None,
        }
    }
}
