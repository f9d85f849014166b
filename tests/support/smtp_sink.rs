//! A mail server for tests: takes what it is told to take, and misbehaves as it is told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What to do with a mail to a recipient.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    /// Take it.
    Accept,
    /// Answer `RCPT TO` with this.
    Recipient(&'static str),
    /// Answer the text of the mail with this.
    Content(&'static str),
    /// Take the text and never answer.
    Hang,
    /// Take the mail, and close the connection instead of saying so.
    DropAfterData,
    /// Take it after a while.
    Slow(Duration),
    /// Say yes to `RCPT TO` twice, then answer the text of the mail with this: from the first on, each
    /// answer seems to be one to the next command.
    OneTooMany(&'static str),
}

/// Says what to do with the nth mail (from 1) to a recipient.
type Script = dyn Fn(&str, usize) -> Reply + Send + Sync;

/// A mail that arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// To whom.
    pub recipient: String,
    /// Its text, soft line breaks undone.
    pub text: String,
}

impl Arrived {
    /// The temporary password in it.
    pub fn password(&self) -> String {
        let line = self
            .text
            .lines()
            .find_map(|line| line.strip_prefix("Password: "));
        line.unwrap().to_string()
    }
}

/// The server.
#[derive(Clone)]
pub struct Sink {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    state: Arc<State>,
}

struct State {
    script: Box<Script>,
    /// Said instead of a greeting.
    greeting: Mutex<Option<&'static str>>,
    arrived: Mutex<Vec<Arrived>>,
    asked: Mutex<HashMap<String, usize>>,
    /// Connections open now, and the most there ever were.
    open: Mutex<(usize, usize)>,
}

/// Counts a connection as long as it lives.
struct Open<'a>(&'a State);

impl Open<'_> {
    fn count(state: &State) -> Open<'_> {
        let mut open = state.open.lock().unwrap();
        open.0 += 1;
        open.1 = open.1.max(open.0);
        Open(state)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.lock().unwrap().0 -= 1;
    }
}

impl Sink {
    /// Starts a server that goes by `script`.
    pub async fn start(script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            script: Box::new(script),
            greeting: Mutex::new(None),
            arrived: Mutex::new(Vec::new()),
            asked: Mutex::new(HashMap::new()),
            open: Mutex::new((0, 0)),
        });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = shared.clone();
                // A client that hangs up is none of the server's business.
                tokio::spawn(async move { serve(stream, &state).await.ok() });
            }
        });
        Sink { port, state }
    }

    /// What arrived so far.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.state.arrived.lock().unwrap().clone()
    }

    /// The last that arrived for them.
    pub fn newest_to(&self, recipient: &str) -> Option<Arrived> {
        let arrived = self.state.arrived.lock().unwrap();
        let to_them = |mail: &&Arrived| mail.recipient == recipient;
        arrived.iter().rev().find(to_them).cloned()
    }

    /// How many arrived so far.
    pub fn count(&self) -> usize {
        self.state.arrived.lock().unwrap().len()
    }

    /// Forgets what arrived.
    pub fn forget(&self) {
        self.state.arrived.lock().unwrap().clear();
    }

    /// How often mail to somebody was offered.
    pub fn asked(&self, recipient: &str) -> usize {
        let asked = self.state.asked.lock().unwrap();
        asked.get(recipient).copied().unwrap_or(0)
    }

    /// The most connections that were open at the same time.
    pub fn most_at_once(&self) -> usize {
        self.state.open.lock().unwrap().1
    }

    /// Greets with this from now on, for instance `554 no service`.
    pub fn greet_with(&self, greeting: Option<&'static str>) {
        *self.state.greeting.lock().unwrap() = greeting;
    }
}

async fn serve(stream: TcpStream, state: &State) -> std::io::Result<()> {
    let _open = Open::count(state);
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let greeting = *state.greeting.lock().unwrap();
    say(&mut stream, greeting.unwrap_or("220 sink")).await?;
    let (mut recipient, mut reply) = (String::new(), Reply::Accept);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        if line.starts_with("EHLO") {
            say(
                &mut stream,
                "250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            )
            .await?;
        } else if line.starts_with("AUTH") {
            say(&mut stream, "535 5.7.8 who are you").await?;
        } else if let Some(rest) = line.strip_prefix("RCPT TO:<") {
            recipient = rest.trim_end_matches('>').to_string();
            let nth = {
                let mut asked = state.asked.lock().unwrap();
                let nth = asked.entry(recipient.clone()).or_default();
                *nth += 1;
                *nth
            };
            reply = (state.script)(&recipient, nth);
            match reply {
                Reply::Recipient(words) => say(&mut stream, words).await?,
                Reply::OneTooMany(_) => say(&mut stream, "250 ok\r\n250 ok").await?,
                _ => say(&mut stream, "250 ok").await?,
            }
        } else if line == "DATA" {
            say(&mut stream, "354 go on").await?;
            let text = read_text(&mut stream).await?;
            let keep = || {
                let recipient = recipient.clone();
                state
                    .arrived
                    .lock()
                    .unwrap()
                    .push(Arrived { recipient, text });
            };
            match reply {
                Reply::Content(words) | Reply::OneTooMany(words) => say(&mut stream, words).await?,
                Reply::Hang => std::future::pending().await,
                Reply::DropAfterData => {
                    keep();
                    return Ok(());
                }
                Reply::Slow(pause) => {
                    tokio::time::sleep(pause).await;
                    keep();
                    say(&mut stream, "250 2.0.0 taken").await?;
                }
                Reply::Accept | Reply::Recipient(_) => {
                    keep();
                    say(&mut stream, "250 2.0.0 taken").await?;
                }
            }
        } else if line == "QUIT" {
            return say(&mut stream, "221 bye").await;
        } else {
            say(&mut stream, "250 ok").await?;
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, words: &str) -> std::io::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes()).await
}

async fn read_text(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let start = text.len();
        stream.read_line(&mut text).await?;
        if text.get(start..) == Some(".\r\n") || text.len() == start {
            text.truncate(start);
            return Ok(text.replace("=\r\n", "").replace("=3D", "="));
        }
    }
}
