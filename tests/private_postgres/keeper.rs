//! A PostgreSQL that ends by itself under a program that goes on.

use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use nix::sys::signal::{Signal, kill};
use secrecy::ExposeSecret as _;
use user_accounts::private_postgres::{Role, look_after};

use crate::stage::{Folder, PATIENCE, number};

#[test]
fn what_is_looked_after_is_started_again_and_not_after_it_was_stopped() {
    let folder = Folder::new();
    let kept = Arc::new(Mutex::new(Some(folder.open(Role::Serve).unwrap())));
    let url = kept.lock().unwrap().as_ref().unwrap().url().clone();
    let answers = || PgConnection::establish(url.expose_secret()).ok();
    answers()
        .unwrap()
        .batch_execute("create table kept (id bigint); insert into kept values (7)")
        .unwrap();
    look_after(&kept).unwrap();
    kill(folder.postmaster(), Signal::SIGKILL).unwrap();
    let mut again = (0..PATIENCE).find_map(|_| {
        sleep(Duration::from_millis(20));
        answers()
    });
    assert_eq!(number(again.as_mut().unwrap(), "(select id from kept)"), 7);
    drop(again);
    let postgres = kept.lock().unwrap().take();
    postgres.unwrap().stop().unwrap();
    sleep(Duration::from_millis(1_200));
    assert!(!folder.pid_file().exists(), "a stop is a stop");
}
