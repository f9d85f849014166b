//! The private PostgreSQL, with the real programs of this machine.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "private_postgres/keeper.rs"]
mod keeper;
#[path = "private_postgres/stage.rs"]
mod stage;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::sql_types::Text;
use diesel::{Connection as _, RunQueryDsl as _};
use nix::sys::signal::{Signal, kill};
use nix::unistd::geteuid;
use secrecy::ExposeSecret as _;
use stage::*;
use user_accounts::db;
use user_accounts::private_postgres::{PrivatePostgres, PrivatePostgresError, Role};

#[test]
#[ignore = "not a test: the other program of the tests below"]
fn another_program() {
    let Some(dir) = environment(PROGRAM_DATA_DIR) else {
        return;
    };
    let role = environment(PROGRAM_ROLE).unwrap().into_string().unwrap();
    let kind = if role.starts_with("serve") {
        Role::Serve
    } else {
        Role::Join
    };
    let dir = PathBuf::from(dir);
    let postgres = PrivatePostgres::open(&dir.join("data"), kind, search_path()).unwrap();
    fs::write(dir.join(format!("ready-{role}")), "").unwrap();
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
    postgres.stop().unwrap();
}

#[test]
fn starts_migrates_stops_and_finds_the_data_again() {
    let folder = Folder::new();
    let postgres = folder.open(Role::Serve).unwrap();
    assert_eq!(postgres.notice(), None);
    assert!(!db::migrate(postgres.url()).unwrap().is_empty());
    let mut connected = connection(&postgres);
    for (name, value) in [
        ("listen_addresses", ""),
        ("fsync", "on"),
        ("shared_buffers", "128MB"),
        ("max_connections", "120"),
        ("TimeZone", "UTC"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
    ] {
        assert_eq!(setting(&mut connected, name), value, "{name}");
    }
    keep_a_row(&postgres);
    let postmaster = folder.postmaster();
    postgres.stop().unwrap();
    assert!(!is_running(postmaster));
    assert!(!folder.pid_file().exists());

    let postgres = folder.open(Role::Serve).unwrap();
    assert_eq!(kept_row(&postgres), 7);
    assert_eq!(db::migrate(postgres.url()).unwrap(), Vec::<String>::new());
    drop(postgres);
    assert!(!folder.pid_file().exists(), "dropping stops it, too");
}

#[test]
fn the_url_takes_the_time_outs_of_the_pool() {
    let folder = Folder::new();
    let postgres = folder.open(Role::Join).unwrap();
    let pool = db::Db::new(postgres.url(), db::Purpose::Serving, 1);
    let time_out = pool.read(|connection| {
        diesel::select(diesel::dsl::sql::<Text>(
            "current_setting('statement_timeout')",
        ))
        .get_result::<String>(connection)
    });
    assert_eq!(time_out.unwrap(), "4s");
}

#[test]
fn an_existing_database_starts_again_soon() {
    let folder = Folder::new();
    folder.open(Role::Serve).unwrap().stop().unwrap();
    let begun = std::time::Instant::now();
    folder.open(Role::Serve).unwrap().stop().unwrap();
    // About 0.3 s on a quiet machine. Timings are measured elsewhere; this only sees that it does
    // not wait for some time-out of its own.
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_killed_postmaster_is_started_again() {
    let folder = Folder::new();
    let postgres = folder.open(Role::Serve).unwrap();
    keep_a_row(&postgres);
    // Its number stays taken, by a zombie, for as long as this handle lives.
    kill(folder.postmaster(), Signal::SIGKILL).unwrap();
    let again = folder.open(Role::Join).unwrap();
    assert_eq!(kept_row(&again), 7);
    drop(again);
    drop(postgres);
    assert!(!folder.pid_file().exists());
}

#[test]
fn a_long_query_that_outlives_its_postmaster_is_ended_before_the_next_start() {
    let folder = Folder::new();
    let postgres = folder.open(Role::Serve).unwrap();
    keep_a_row(&postgres);
    let mut busy = connection(&postgres);
    let query = std::thread::spawn(move || {
        busy.batch_execute("do $$ begin loop end loop; end $$")
            .is_err()
    });
    let mut watching = connection(&postgres);
    let busy_queries = "(select count(*) from pg_stat_activity
        where state = 'active' and query like 'do $$%')";
    while number(&mut watching, busy_queries) == 0 {
        sleep(Duration::from_millis(20));
    }
    kill(folder.postmaster(), Signal::SIGKILL).unwrap();
    let again = folder.open(Role::Join).unwrap();
    assert!(query.join().unwrap(), "the query was ended");
    assert_eq!(kept_row(&again), 7);
}

#[test]
fn the_postmaster_of_a_killed_server_is_adopted_and_stopped() {
    let folder = Folder::new();
    folder.program("serve").kill();
    let orphan = folder.postmaster();
    assert!(is_running(orphan));
    let postgres = folder.open(Role::Serve).unwrap();
    assert_eq!(folder.postmaster(), orphan);
    assert!(answers(&postgres));
    postgres.stop().unwrap();
    assert!(!folder.pid_file().exists());
    assert!(!is_running(orphan));
}

#[test]
fn a_pid_file_that_names_another_process_does_not_stop_the_start() {
    let folder = Folder::new();
    let postgres = folder.open(Role::Serve).unwrap();
    keep_a_row(&postgres);
    let left = fs::read_to_string(folder.pid_file()).unwrap();
    let dead = folder.postmaster();
    postgres.stop().unwrap();
    let (_, rest) = left.split_once('\n').unwrap();
    let mut other = Command::new("/bin/sleep").arg("60").spawn().unwrap();
    for pid in [dead.to_string(), other.id().to_string(), "1".to_string()] {
        fs::write(folder.pid_file(), format!("{pid}\n{rest}")).unwrap();
        let postgres = folder.open(Role::Serve).unwrap();
        assert_eq!(kept_row(&postgres), 7, "{pid}");
        postgres.stop().unwrap();
    }
    fs::write(folder.pid_file(), "").unwrap();
    assert_eq!(kept_row(&folder.open(Role::Serve).unwrap()), 7);
    assert!(other.try_wait().unwrap().is_none(), "it was left alone");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_second_server_is_refused_and_the_first_goes_on() {
    let folder = Folder::new();
    let server = folder.program("serve");
    let refused = folder.open(Role::Serve).err().unwrap();
    assert!(matches!(refused, PrivatePostgresError::AnotherServer(_)));
    assert_eq!(
        refused.to_string(),
        format!(
            "Another User Accounts server is using {}. Stop it first, or set DATA_DIR to another folder.",
            folder.data().display()
        )
    );
    assert!(is_running(folder.postmaster()));
    server.end();
    assert!(!folder.pid_file().exists());
}

#[test]
fn a_command_joins_the_server_and_leaves_it_running() {
    let folder = Folder::new();
    let server = folder.program("serve");
    let postmaster = folder.postmaster();
    let command = folder.open(Role::Join).unwrap();
    assert!(answers(&command));
    command.stop().unwrap();
    assert!(is_running(postmaster));
    server.end();
    assert!(!is_running(postmaster));
}

#[test]
fn a_server_that_ends_leaves_the_database_to_the_command_that_still_uses_it() {
    let folder = Folder::new();
    let server = folder.program("serve");
    let postmaster = folder.postmaster();
    let command = folder.open(Role::Join).unwrap();
    server.end();
    assert!(answers(&command));
    assert!(is_running(postmaster));
    command.stop().unwrap();
    assert!(!is_running(postmaster));
}

#[test]
fn a_killed_command_does_not_keep_the_database_running() {
    let folder = Folder::new();
    let server = folder.open(Role::Serve).unwrap();
    folder.program("join").kill();
    server.stop().unwrap();
    assert!(!folder.pid_file().exists());
}

#[test]
fn commands_that_start_and_end_together_share_one_database() {
    let folder = Folder::new();
    std::thread::scope(|scope| {
        for turn in 0..8 {
            let folder = &folder;
            scope.spawn(move || {
                for _ in 0..4 {
                    let postgres = folder.open(Role::Join).unwrap();
                    assert_eq!(number(&mut connection(&postgres), "1::bigint"), 1);
                    sleep(Duration::from_millis(turn * 7));
                    assert!(answers(&postgres));
                    postgres.stop().unwrap();
                }
            });
        }
    });
    assert!(!folder.pid_file().exists());
}

#[test]
fn a_half_made_database_is_made_again() {
    let folder = Folder::new();
    let unfinished = folder.data().join("postgres.new");
    fs::create_dir_all(unfinished.join("base")).unwrap();
    fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();
    let postgres = folder.open(Role::Serve).unwrap();
    assert!(answers(&postgres));
    assert!(!unfinished.exists());
}

#[test]
fn a_program_killed_while_it_makes_the_database_does_no_harm() {
    for delay in [50, 150, 300, 450, 600, 750] {
        let folder = Folder::new();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "another_program", "--ignored"])
            .env(PROGRAM_DATA_DIR, &folder.0)
            .env(PROGRAM_ROLE, "serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        let postgres = folder.open(Role::Serve).unwrap();
        assert!(answers(&postgres), "{delay}");
    }
}

#[test]
fn a_database_that_is_still_being_made_for_a_killed_program_is_waited_for() {
    let folder = Folder::new();
    let postgres = folder.open(Role::Serve).unwrap();
    let socket = postgres
        .url()
        .expose_secret()
        .replace("///user_accounts?", "///postgres?");
    let mut other = PgConnection::establish(&socket).unwrap();
    for _ in 0..5 {
        other.batch_execute("drop database user_accounts").unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| other.batch_execute("create database user_accounts"));
            folder.open(Role::Join).unwrap();
        });
        assert!(answers(&postgres));
    }
}

#[test]
fn a_data_dir_that_cannot_be_written_is_a_sentence() {
    let folder = Folder::new();
    fs::write(folder.0.join("file"), "").unwrap();
    let below = folder.0.join("file/data");
    let refused = PrivatePostgres::open(&below, Role::Serve, search_path());
    let said = refused.err().unwrap().to_string();
    assert!(said.starts_with("DATA_DIR cannot be used: "), "{said}");
    assert!(said.contains(below.to_str().unwrap()), "{said}");
    if !geteuid().is_root() {
        fs::create_dir(folder.data()).unwrap();
        fs::set_permissions(folder.data(), fs::Permissions::from_mode(0o555)).unwrap();
        let said = folder.open(Role::Serve).err().unwrap().to_string();
        assert!(said.starts_with("DATA_DIR cannot be used: "), "{said}");
    }
}

#[test]
fn a_long_data_dir_works() {
    let folder = Folder::new();
    let long = folder
        .0
        .join("long/".repeat(40))
        .join("with space and \u{fc}");
    let postgres = PrivatePostgres::open(&long, Role::Serve, search_path()).unwrap();
    assert!(answers(&postgres));
}

#[test]
fn a_data_dir_that_only_root_reaches_works_for_root() {
    if !geteuid().is_root() {
        return;
    }
    let folder = Folder::new();
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700)).unwrap();
    let postgres = folder.open(Role::Serve).unwrap();
    let notice = postgres.notice().unwrap().to_string();
    let (_, kept_in) = notice.rsplit_once(" kept in ").unwrap();
    let kept_in = PathBuf::from(kept_in.trim_end_matches('.'));
    assert!(kept_in.starts_with("/var/lib/user-accounts"), "{notice}");
    keep_a_row(&postgres);
    postgres.stop().unwrap();
    // Permissions that change do not put an empty database in its place.
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o755)).unwrap();
    let postgres = folder.open(Role::Serve).unwrap();
    assert_eq!(kept_row(&postgres), 7);
    postgres.stop().unwrap();
    fs::remove_dir_all(kept_in).unwrap();
}

#[test]
fn a_database_of_a_version_that_is_not_there_is_a_sentence() {
    let folder = Folder::new();
    folder.open(Role::Serve).unwrap().stop().unwrap();
    let version = folder.data().join("postgres/PG_VERSION");
    fs::write(&version, "9\n").unwrap();
    let said = folder.open(Role::Serve).err().unwrap().to_string();
    assert!(
        said.contains("was made by PostgreSQL 9, whose programs"),
        "{said}"
    );
}

#[test]
fn a_socket_folder_that_others_may_enter_is_refused() {
    let folder = Folder::new();
    let postgres = folder.open(Role::Serve).unwrap();
    let socket_dir = setting(&mut connection(&postgres), "unix_socket_directories");
    let mode = fs::metadata(&socket_dir).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    postgres.stop().unwrap();
    assert!(!Path::new(&socket_dir).exists());
    fs::create_dir(&socket_dir).unwrap();
    fs::set_permissions(&socket_dir, fs::Permissions::from_mode(0o777)).unwrap();
    let said = folder.open(Role::Serve).err().unwrap().to_string();
    assert!(said.contains("other users may enter it"), "{said}");
    fs::remove_dir(&socket_dir).unwrap();
}
