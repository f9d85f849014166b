//! What is done once a change is kept, and not at all where it is taken back.

use std::cell::RefCell;

type Work = Box<dyn FnOnce()>;

thread_local! {
    /// Of the transaction that this thread is in; nothing outside one.
    static WAITING: RefCell<Option<Vec<Work>>> = const { RefCell::new(None) };
}

/// Does `work` when the transaction of this thread is committed, and never where it is rolled back; at
/// once where there is none. For what cannot be taken back, like a line in the log.
pub fn after_commit(work: impl FnOnce() + 'static) {
    let left = WAITING.with_borrow_mut(|waiting| match waiting {
        Some(waiting) => {
            waiting.push(Box::new(work));
            None
        }
        None => Some(work),
    });
    if let Some(work) = left {
        work();
    }
}

/// A transaction of this thread, from its beginning; what waits is forgotten when it is dropped, also
/// by a panic.
pub(super) struct Pending(());

impl Pending {
    pub(super) fn begin() -> Pending {
        WAITING.set(Some(Vec::new()));
        Pending(())
    }

    /// It is committed.
    pub(super) fn done(self) {
        let waiting = WAITING.take().unwrap_or_default();
        for work in waiting {
            work();
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        WAITING.set(None);
    }
}
