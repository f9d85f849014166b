//! Argon2id on a few threads of its own, with a queue that has an end.
//!
//! Hashing is what an attacker can make the server do: it gets all cores but one, each thread with its own
//! memory, kept from one password to the next, and gives way to every other thread. What does not fit into
//! the queue is refused at once, so that every other page stays fast during a flood of sign-ins.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, generate_salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

/// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many may wait for a thread: at 80 hashes a second and core, under half a second of work.
const QUEUE: usize = 32;

/// How far the threads stand back where others want the processor, in the steps of nice(2): a page takes
/// a fraction of a millisecond, a password 20 of them. At 5 they still get a quarter of a processor that
/// others would fill, so that a flood of pages keeps nobody from signing in.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;
/// After so long without a password a thread gives its memory back.
const IDLE: Duration = Duration::from_secs(5);

/// Too many passwords are being checked at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many passwords are being checked at this moment")]
pub struct Busy;

/// What checking a password came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is the password.
    pub matches: bool,
    /// Whether it was stored with other parameters than today's and should be hashed again.
    pub outdated: bool,
}

enum Job {
    Hash(SecretString, mpsc::Sender<String>),
    Verify(SecretString, Option<String>, mpsc::Sender<Verdict>),
}

/// The hashing threads. Cloning shares them.
#[derive(Clone)]
pub struct Hasher {
    queue: mpsc::SyncSender<Job>,
    load: Arc<Load>,
}

/// What the threads are doing, counted as it happens.
#[derive(Default)]
struct Load {
    /// In the queue, or on a thread.
    asked: AtomicUsize,
    running: AtomicUsize,
    refused: AtomicU64,
}

/// How busy the hashing threads are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingLoad {
    /// Passwords that wait for a thread.
    pub waiting: usize,
    /// Passwords that a thread works on.
    pub running: usize,
    /// Passwords refused since the start, because the queue was full.
    pub refused: u64,
}

/// How many threads a server starts: a core is left to the pages. With threads on every core a page waits, at each of its
/// steps from the network to the database and back, until the kernel takes the core from a password: the
/// slowest hundredth of the list's views took 7 to 18 times as long during a flood of sign-ins.
pub fn hashing_threads() -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    cores.saturating_sub(1).max(1)
}

impl Hasher {
    /// Starts `threads` threads; each takes 19 MiB while there is something to do.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(threads: usize) -> std::io::Result<Hasher> {
        let (queue, jobs) = mpsc::sync_channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let load = Arc::new(Load::default());
        for number in 0..threads.max(1) {
            let (jobs, load) = (Arc::clone(&jobs), Arc::clone(&load));
            thread::Builder::new()
                .name(format!("hashing-{number}"))
                .spawn(move || work(&jobs, &load))?;
        }
        Ok(Hasher { queue, load })
    }

    /// How busy the threads are at this moment.
    pub fn load(&self) -> HashingLoad {
        let running = self.load.running.load(Ordering::Relaxed);
        HashingLoad {
            // Read one after the other: between the two a password may have been done.
            waiting: self
                .load
                .asked
                .load(Ordering::Relaxed)
                .saturating_sub(running),
            running,
            refused: self.load.refused.load(Ordering::Relaxed),
        }
    }

    fn ask(&self, job: Job) -> Result<(), Busy> {
        self.load.asked.fetch_add(1, Ordering::Relaxed);
        self.queue.try_send(job).map_err(|_| {
            self.load.asked.fetch_sub(1, Ordering::Relaxed);
            self.load.refused.fetch_add(1, Ordering::Relaxed);
            Busy
        })
    }

    /// Hashes a password for storage, as a PHC string. Blocks until a thread has done it.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full.
    pub fn hash(&self, password: &SecretString) -> Result<String, Busy> {
        let (sender, receiver) = mpsc::channel();
        self.ask(Job::Hash(password.clone(), sender))?;
        receiver.recv().map_err(|_| Busy)
    }

    /// Checks a password against a stored hash. Without one (no such user, no password yet) the same
    /// work is done and the answer is no: the time tells nothing. Blocks until it is done.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full.
    pub fn verify(&self, password: &SecretString, stored: Option<&str>) -> Result<Verdict, Busy> {
        let (sender, receiver) = mpsc::channel();
        let stored = stored.map(str::to_string);
        self.ask(Job::Verify(password.clone(), stored, sender))?;
        receiver.recv().map_err(|_| Busy)
    }
}

fn work(jobs: &Mutex<mpsc::Receiver<Job>>, load: &Load) {
    // Linux takes it as this thread's alone; elsewhere it would be the program's. Refused, it changes nothing.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
    // Filling fresh memory costs a tenth of a hash, which is why it is kept; an idle program needs none.
    let mut memory = Vec::new();
    loop {
        let job = jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv_timeout(IDLE);
        if job.as_ref().err() == Some(&RecvTimeoutError::Timeout) {
            memory = Vec::new();
            continue;
        }
        load.running.fetch_add(1, Ordering::Relaxed);
        match job {
            // A receiver that went away is a request that was cut off: nobody waits any more.
            Ok(Job::Hash(password, reply)) => {
                if let Some(hash) = hash(&password) {
                    let _ = reply.send(hash);
                }
            }
            Ok(Job::Verify(password, stored, reply)) => {
                let _ = reply.send(verify(&password, stored.as_deref(), &mut memory));
            }
            Err(_) => return,
        }
        load.running.fetch_sub(1, Ordering::Relaxed);
        load.asked.fetch_sub(1, Ordering::Relaxed);
    }
}

fn current_parameters() -> Option<Params> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).ok()
}

fn hash(password: &SecretString) -> Option<String> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, current_parameters()?);
    let hash: PasswordHash = argon2
        .hash_password_with_salt(normalized(password).as_bytes(), &generate_salt())
        .ok()?;
    Some(hash.to_string())
}

fn verify(password: &SecretString, stored: Option<&str>, memory: &mut Vec<Block>) -> Verdict {
    let password = normalized(password);
    let parsed = stored.and_then(|text| PasswordHash::new(text).ok());
    let known = parsed
        .as_ref()
        .and_then(|hash| Some((Params::try_from(hash).ok()?, hash.salt?, hash.hash?)));
    let today = (MEMORY_KIB, PASSES, LANES);
    let Some((parameters, salt, expected)) = known else {
        if let Some(parameters) = current_parameters() {
            let mut unused = [0; 32];
            fill(
                parameters,
                password.as_bytes(),
                &[0; 16],
                &mut unused,
                memory,
            );
        }
        return Verdict {
            matches: false,
            outdated: false,
        };
    };
    let cost = (
        parameters.m_cost(),
        parameters.t_cost(),
        parameters.p_cost(),
    );
    let mut computed = vec![0; expected.as_bytes().len()];
    let done = fill(
        parameters,
        password.as_bytes(),
        salt.as_ref(),
        &mut computed,
        memory,
    );
    // A hash of a cheaper time must not be told apart by its speed: the rest of the work follows.
    let missing = (MEMORY_KIB * PASSES).saturating_sub(cost.0.saturating_mul(cost.1));
    if missing >= Params::MIN_M_COST
        && let Ok(rest) = Params::new(missing, 1, 1, None)
    {
        fill(rest, password.as_bytes(), &[0; 16], &mut [0; 32], memory);
    }
    Verdict {
        matches: done && bool::from(computed.as_slice().ct_eq(expected.as_bytes())),
        outdated: cost != today,
    }
}

/// Computes Argon2id into `output`; the memory grows when a stored hash asks for more than today's.
fn fill(
    parameters: Params,
    password: &[u8],
    salt: &[u8],
    output: &mut [u8],
    memory: &mut Vec<Block>,
) -> bool {
    let blocks = parameters.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    let Ok(parameters) = Params::new(
        parameters.m_cost(),
        parameters.t_cost(),
        parameters.p_cost(),
        Some(output.len()),
    ) else {
        return false;
    };
    let Some(memory) = memory.get_mut(..blocks) else {
        return false;
    };
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into_with_memory(password, salt, output, memory)
        .is_ok()
}

/// The same text typed on another keyboard is the same password (NIST SP 800-63B-4, section 3.1.1.2).
fn normalized(password: &SecretString) -> String {
    password.expose_secret().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_and_no_other() {
        let hasher = Hasher::start(1).unwrap();
        let hash = hasher.hash(&"copper lantern ninety".into()).unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let verdict = hasher
            .verify(&"copper lantern ninety".into(), Some(&hash))
            .unwrap();
        assert_eq!(
            verdict,
            Verdict {
                matches: true,
                outdated: false
            }
        );
        assert!(
            !hasher
                .verify(&"copper lantern ninetx".into(), Some(&hash))
                .unwrap()
                .matches
        );
        assert!(
            !hasher
                .verify(&"copper lantern ninety".into(), None)
                .unwrap()
                .matches
        );
    }

    #[test]
    fn a_hash_of_older_parameters_still_matches_and_is_called_outdated() {
        let old = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8 * 1024, 1, 1, None).unwrap(),
        );
        let hash: PasswordHash = old
            .hash_password_with_salt(b"an older password", &[7; 16])
            .unwrap();
        let hasher = Hasher::start(1).unwrap();
        let verdict = hasher
            .verify(&"an older password".into(), Some(&hash.to_string()))
            .unwrap();
        assert_eq!(
            verdict,
            Verdict {
                matches: true,
                outdated: true
            }
        );
    }

    #[test]
    fn the_same_text_in_another_unicode_form_is_the_same_password() {
        let hasher = Hasher::start(1).unwrap();
        let hash = hasher
            .hash(&"gr\u{fc}ne B\u{e4}ume \u{fc}berall".into())
            .unwrap();
        assert!(
            hasher
                .verify(
                    &"gru\u{308}ne Ba\u{308}ume u\u{308}berall".into(),
                    Some(&hash)
                )
                .unwrap()
                .matches
        );
    }

    #[test]
    fn what_does_not_fit_into_the_queue_is_refused_at_once() {
        let hasher = Hasher::start(1).unwrap();
        let answers: Vec<_> = thread::scope(|scope| {
            let tries: Vec<_> = (0..QUEUE * 3)
                .map(|_| scope.spawn(|| hasher.verify(&"a wrong guess".into(), None)))
                .collect();
            tries
                .into_iter()
                .map(|attempt| attempt.join().unwrap())
                .collect()
        });
        assert!(answers.contains(&Err(Busy)));
        let done = answers.iter().filter(|answer| answer.is_ok()).count();
        assert!(done >= QUEUE);
        let load = hasher.load();
        assert_eq!(load.refused, (QUEUE * 3 - done) as u64);
    }
}
