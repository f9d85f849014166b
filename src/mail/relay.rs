//! The relay: claims what is due, sends it, writes down what became of it. Any number of workers run
//! side by side, and any of them may be killed at any moment: a mail is sent at least once.
//!
//! Everything overlaps: while mails are on their way, the next are claimed and the last are settled.
//! No transaction is open while the mail server is spoken to.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout_at};

use super::attempt::send;
use super::claim::{Claimed, Ready};
use super::desk::{self, Settled};
use super::lease::Held;
use super::settle::{Outcome, Settlement};
use super::smtp::CONNECTIONS;
use super::worker::Worker;

/// Mails claimed in one transaction: enough to keep the connections busy while the next are claimed,
/// few enough to be written within a fraction of a second.
const BATCH: usize = 200;
/// How often the outbox is looked at when nothing woke the worker.
const POLL: Duration = Duration::from_millis(500);
/// How long to leave the database alone after it failed.
const AFTER_ERROR: Duration = Duration::from_secs(1);
/// Outcomes are written down in groups of this many,
const SETTLE_AT: usize = 100;
/// or after so long: the page is told soon, and little is sent twice by a worker that is killed.
const SETTLE_AFTER: Duration = Duration::from_millis(50);
/// How often the leases of mails that are still held are renewed: a third of the shortest one.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// How far ahead a renewed lease reaches.
const LEASE: time::Duration = time::Duration::seconds(30);
/// How often what has run out is swept away.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(60);
/// How long mails on their way may take once the program is asked to stop.
const FINISH_WITHIN: Duration = Duration::from_secs(20);
/// How long writing down the last outcomes may take after that.
const SETTLE_WITHIN: Duration = Duration::from_secs(4);

impl Worker {
    /// Works until `shutdown` says true (or its sender is gone). Then claims no more, gives back what
    /// was not begun, lets what is on its way finish for up to 20 s, writes it down and returns.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        let mut relay = Relay::new(self);
        let stop = async move {
            // An error: the program that would have said so is gone.
            let _ = shutdown.wait_for(|stop| *stop).await;
        };
        tokio::pin!(stop);
        loop {
            relay.start_what_can_start();
            tokio::select! {
                () = &mut stop => break,
                () = relay.something() => {}
            }
        }
        relay.wind_down().await;
    }
}

/// A job at the database that came to its end.
enum Done {
    Claimed(Result<Claimed, desk::Trouble>),
    Settled(Result<Settled, Vec<Settlement>>),
    Background,
}

/// The state of a running worker.
struct Relay {
    worker: Worker,
    /// Claimed and written, not yet begun.
    queue: VecDeque<Ready>,
    sending: JoinSet<Settlement>,
    /// Finished and not yet written down, with the moment the first of them was.
    finished: Vec<Settlement>,
    finished_since: Option<Instant>,
    /// Everything that another worker must not take.
    held: HashSet<Held>,
    jobs: JoinSet<Done>,
    claiming: bool,
    settling: bool,
    /// The moment from which the outbox may be looked at again.
    look_from: Instant,
    settle_from: Instant,
    renewal: tokio::time::Interval,
    sweeping: tokio::time::Interval,
}

impl Relay {
    fn new(worker: Worker) -> Relay {
        let every = |period| {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        Relay {
            worker,
            queue: VecDeque::new(),
            sending: JoinSet::new(),
            finished: Vec::new(),
            finished_since: None,
            held: HashSet::new(),
            jobs: JoinSet::new(),
            claiming: false,
            settling: false,
            look_from: Instant::now(),
            settle_from: Instant::now(),
            renewal: every(RENEW_EVERY),
            sweeping: every(HOUSEKEEPING_EVERY),
        }
    }

    fn start_what_can_start(&mut self) {
        while self.sending.len() < CONNECTIONS
            && let Some(ready) = self.queue.pop_front()
        {
            let worker = self.worker.clone();
            self.sending
                .spawn(async move { send(&worker, ready).await });
        }
        if self.should_settle() {
            self.start_settling();
        }
        if self.may_look() && self.look_from <= Instant::now() {
            self.claiming = true;
            let worker = self.worker.clone();
            self.jobs
                .spawn(async move { Done::Claimed(desk::claim(worker, BATCH).await) });
        }
    }

    /// Whether there is room for more. With outcomes that cannot be written down there is none: the
    /// same mails would be claimed and sent again.
    fn may_look(&self) -> bool {
        !self.claiming && self.queue.len() < BATCH && self.finished.len() < 2 * BATCH
    }

    fn should_settle(&self) -> bool {
        let idle = self.sending.is_empty() && self.queue.is_empty();
        let waited = self
            .finished_since
            .is_some_and(|since| since.elapsed() >= SETTLE_AFTER);
        !self.settling
            && !self.finished.is_empty()
            && self.settle_from <= Instant::now()
            && (idle || waited || self.finished.len() >= SETTLE_AT)
    }

    fn start_settling(&mut self) {
        self.settling = true;
        self.finished_since = None;
        let outcomes = std::mem::take(&mut self.finished);
        let worker = self.worker.clone();
        self.jobs
            .spawn(async move { Done::Settled(desk::settle(worker, outcomes).await) });
    }

    /// Waits for the next thing to happen, and takes note of it.
    async fn something(&mut self) {
        let look_from = self.look_from;
        let settle_from = self
            .finished_since
            .map(|since| self.settle_from.max(since + SETTLE_AFTER));
        let may_look = self.may_look();
        tokio::select! {
            Some(sent) = self.sending.join_next() => self.note_sent(sent),
            Some(done) = self.jobs.join_next() => self.note_done(done),
            () = self.worker.wake.notified(), if may_look => self.look_from = Instant::now(),
            () = sleep_until(look_from), if may_look => {}
            () = sleep_until(settle_from.unwrap_or(look_from)), if settle_from.is_some() && !self.settling => {}
            _ = self.renewal.tick() => self.renew(),
            _ = self.sweeping.tick() => self.sweep(),
        }
    }

    fn note_sent(&mut self, sent: Result<Settlement, JoinError>) {
        match sent {
            Ok(settlement) => {
                self.finished_since.get_or_insert_with(Instant::now);
                self.finished.push(settlement);
            }
            // Its lease runs out and it is tried again.
            Err(error) => tracing::error!(%error, "sending a mail ended abnormally"),
        }
    }

    fn note_done(&mut self, done: Result<Done, JoinError>) {
        match done {
            Ok(Done::Claimed(claimed)) => {
                self.claiming = false;
                self.note_claimed(claimed);
            }
            Ok(Done::Settled(Ok(settled))) => {
                self.settling = false;
                for key in settled.done {
                    self.held.remove(&key);
                }
                self.settle_again(settled.again, SETTLE_AFTER);
            }
            Ok(Done::Settled(Err(outcomes))) => {
                self.settling = false;
                self.settle_again(outcomes, AFTER_ERROR);
                // What is not written down is not to be claimed again by ourselves.
                self.look_from = self.look_from.max(Instant::now() + AFTER_ERROR);
            }
            Ok(Done::Background) => {}
            Err(error) => tracing::error!(%error, "a job of the mail worker ended abnormally"),
        }
    }

    fn note_claimed(&mut self, claimed: Result<Claimed, desk::Trouble>) {
        match claimed {
            Ok(claimed) => {
                let more = claimed.due >= BATCH;
                self.look_from = Instant::now() + if more { Duration::ZERO } else { POLL };
                for ready in claimed.ready {
                    self.held
                        .insert((ready.due.account_id, ready.due.id, ready.due.attempt));
                    self.queue.push_back(ready);
                }
            }
            Err(desk::Trouble) => self.look_from = Instant::now() + AFTER_ERROR,
        }
    }

    fn settle_again(&mut self, outcomes: Vec<Settlement>, after: Duration) {
        if !outcomes.is_empty() {
            self.settle_from = Instant::now() + after;
            self.finished_since.get_or_insert_with(Instant::now);
            self.finished.extend(outcomes);
        }
    }

    fn renew(&mut self) {
        if !self.held.is_empty() {
            let held: Vec<Held> = self.held.iter().copied().collect();
            let worker = self.worker.clone();
            self.jobs.spawn(async move {
                let until = (worker.clock)() + LEASE;
                desk::renew(worker, held, until).await;
                Done::Background
            });
        }
    }

    fn sweep(&mut self) {
        let worker = self.worker.clone();
        self.jobs.spawn(async move {
            desk::sweep(worker).await;
            Done::Background
        });
    }

    /// The end: gives back, finishes, writes down.
    async fn wind_down(mut self) {
        let deadline = Instant::now() + FINISH_WITHIN;
        // A claim that is under way brings mails of its own to be given back.
        while self.claiming || !self.sending.is_empty() || !self.queue.is_empty() {
            self.give_back_queue();
            if self.should_settle() {
                self.start_settling();
            }
            let waited = timeout_at(deadline, async {
                tokio::select! {
                    Some(sent) = self.sending.join_next() => self.note_sent(sent),
                    Some(done) = self.jobs.join_next() => self.note_done(done),
                    else => self.claiming = false,
                }
            });
            if waited.await.is_err() {
                break;
            }
        }
        // What is still on its way is cut off; its lease runs out and it is tried again.
        self.sending.shutdown().await;
        let deadline = Instant::now() + SETTLE_WITHIN;
        while self.settling || !self.finished.is_empty() {
            if !self.settling {
                self.start_settling();
            }
            let Ok(Some(done)) = timeout_at(deadline, self.jobs.join_next()).await else {
                tracing::error!(
                    mails = self.finished.len(),
                    "outcomes of mails could not be written down"
                );
                break;
            };
            self.note_done(done);
            if self.settle_from > Instant::now() {
                sleep_until(self.settle_from.min(deadline)).await;
            }
        }
        self.worker.transport.close().await;
    }

    fn give_back_queue(&mut self) {
        let unbegun = self.queue.drain(..).map(|ready| Settlement {
            due: ready.due,
            outcome: Outcome::GivenBack,
        });
        self.finished.extend(unbegun);
        if !self.finished.is_empty() {
            self.finished_since.get_or_insert_with(Instant::now);
        }
    }
}
