//! Mail workers that a test starts, and stops.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use user_accounts::clock;
use user_accounts::db::Db;
use user_accounts::housekeeping::keep_house;
use user_accounts::mail::{
    Composer, MailSettings, Smtp, SmtpServer, SmtpTls, TimeOuts, Transport, Worker,
};
use user_accounts::mailings::Mailings;

/// A worker at work.
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts it.
    pub fn start(worker: Worker) -> Running {
        let (stop, stopping) = watch::channel(false);
        Running {
            stop,
            task: tokio::spawn(worker.run(stopping)),
        }
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }

    /// Ends it at whatever it is doing.
    pub fn kill(self) {
        self.task.abort();
    }
}

/// A clock that a test sets forward.
#[derive(Clone, Default)]
pub struct Shift(Arc<Mutex<time::Duration>>);

impl Shift {
    /// Sets the clock forward.
    pub fn forward(&self, by: time::Duration) {
        *self.0.lock().unwrap() += by;
    }

    /// What the clock says.
    pub fn now(&self) -> OffsetDateTime {
        clock::now() + *self.0.lock().unwrap()
    }
}

/// What the mails of the tests say about the product.
pub fn settings() -> MailSettings {
    MailSettings {
        product_name: "User Accounts".to_string(),
        public_url: "https://users.vendor.example".to_string(),
        support_email: "help@vendor.example".to_string(),
        support_phone: "+1 555 0100".to_string(),
        training_email: "train@vendor.example".to_string(),
    }
}

/// A mail server on this machine, in clear text.
pub fn local(port: u16) -> SmtpServer {
    SmtpServer {
        host: "127.0.0.1".to_string(),
        port,
        tls: SmtpTls::None,
        credentials: None,
    }
}

/// The same, for somebody who must sign in.
pub fn with_credentials(port: u16) -> SmtpServer {
    SmtpServer {
        credentials: Some(("us".to_string(), SecretString::from("wrong"))),
        ..local(port)
    }
}

/// A worker that sends to `server` and waits a second at most for it.
pub fn worker(db: &Db, server: SmtpServer, composer: impl Composer) -> Worker {
    let time_outs = TimeOuts {
        connect: Duration::from_secs(1),
        send: Duration::from_secs(1),
    };
    let smtp = Smtp::with_time_outs(server, time_outs).unwrap();
    Worker::new(
        db.clone(),
        Arc::new(Transport::Smtp(smtp)),
        "User Accounts <no-reply@vendor.example>".parse().unwrap(),
        composer,
        keep_house,
    )
}

/// A worker with every feature, as the program runs it.
pub fn plain_worker(db: &Db, port: u16) -> Worker {
    worker(db, local(port), Mailings::new(settings()))
}

/// The same by a clock that the test sets forward.
pub fn shifted_worker(db: &Db, server: SmtpServer, shift: &Shift) -> Worker {
    let shift = shift.clone();
    let mut worker = worker(db, server, Mailings::new(settings()));
    worker.clock = Arc::new(move || shift.now());
    worker
}

/// Waits until it is so; half a minute at most.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "not in time: {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
