//! How fast the list could be at all: a bare actix server that draws the very same page from one
//! query and compresses it as the program does, with no session, no guard, no log, no headers. A process
//! of its own, as the program is.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use user_accounts::access;
use user_accounts::clock;
use user_accounts::db::{self, Db, Purpose};
use user_accounts::history::{Actor, Author};
use user_accounts::passwords::Hasher;
use user_accounts::sessions::{self, Digest, NewSession};
use user_accounts::users::{self, Listing, PlaceSeal};
use user_accounts::web::app::{App, Settings};
use user_accounts::web::compress;
use user_accounts::web::guard::SignedInUser;
use user_accounts::web::page;
use user_accounts::web::users::list;
use user_accounts::web::users::pages::{UserList, UsersPage};
use user_accounts::web::users::place::Place;
use uuid::Uuid;

use crate::program::free_port;
use crate::site::Site;

/// Connections, as the program has.
const CONNECTIONS: u32 = 24;

/// The running process.
pub struct Ceiling {
    child: Child,
    /// Scheme, host and port.
    pub base: String,
}

impl Ceiling {
    /// Starts it on the site's database, for the largest account.
    pub fn start(site: &Site) -> Ceiling {
        let address = format!("127.0.0.1:{}", free_port());
        let who = site.largest();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["ceiling", &address, &site.url])
            .args([who.account_id.to_string(), who.user_id.to_string()])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..1_000 {
            if std::net::TcpStream::connect(&address).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ceiling {
            child,
            base: format!("http://{address}"),
        }
    }
}

impl Drop for Ceiling {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the handler needs: all of the page but its rows is drawn up once.
#[derive(Clone)]
struct Fixed {
    db: Db,
    user: SignedInUser,
    page: UsersPage,
}

/// `ceiling ADDRESS DATABASE ACCOUNT USER`: serves `/users` until it is killed.
pub fn serve(words: &[String]) {
    let [_, address, url, account, user] = words else {
        panic!("ceiling ADDRESS DATABASE ACCOUNT USER");
    };
    let db = Db::new(&url.as_str().into(), Purpose::Serving, CONNECTIONS);
    let ids: [Uuid; 2] = [account.parse().unwrap(), user.parse().unwrap()];
    let fixed = fixed(db, ids);
    let listener = TcpListener::bind(address).unwrap();
    socket2::SockRef::from(&listener)
        .set_tcp_nodelay(true)
        .unwrap();
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            ActixApp::new()
                .app_data(web::Data::new(fixed.clone()))
                .wrap(from_fn(compress::whole_pages))
                .route("/users", web::get().to(show))
        })
        .listen(listener)
        .unwrap()
        .run()
        .await
        .unwrap();
    });
}

async fn show(fixed: web::Data<Fixed>) -> HttpResponse {
    let shared = fixed.clone();
    let rows = web::block(move || {
        let account_id = shared.user.author.account_id;
        let found = shared.db.read(|connection| {
            users::page(
                connection,
                account_id,
                &Listing::default(),
                &users::Expected::ANY,
            )
        })?;
        Ok::<_, db::Error>(
            found
                .rows
                .iter()
                .map(|row| list::line(row, &shared.user, &[]))
                .collect(),
        )
    })
    .await
    .unwrap()
    .unwrap();
    let list = UserList {
        rows,
        ..fixed.page.list.clone()
    };
    page::ok(&UsersPage {
        list,
        ..fixed.page.clone()
    })
    .unwrap()
}

fn fixed(db: Db, [account_id, user_id]: [Uuid; 2]) -> Fixed {
    let now = clock::now();
    let app = App {
        db: db.clone(),
        hasher: Hasher::start(1).unwrap(),
        settings: settings(),
        seal: PlaceSeal::new([0; 32]),
        cookie_key: [0; 64],
        metrics: std::sync::Arc::new(user_accounts::metrics::Metrics::new().unwrap()),
    };
    let new = NewSession {
        account_id,
        user_id,
        must_choose_password: false,
        second_factor_due: false,
        source: None,
    };
    let (session, signed_in) = db
        .write(|tx| {
            let token = sessions::start(tx, &new, now)?;
            let session = Digest::of(token.as_str());
            let found = access::current(tx, &session, now)?;
            Ok::<_, db::Error>((session, found.expect("they are active")))
        })
        .unwrap();
    let user = SignedInUser {
        author: Author {
            account_id,
            actor: Actor::User(user_id),
            source: None,
            request_id: None,
            import: None,
        },
        zone: jiff::tz::TimeZone::get(&signed_in.account.time_zone).unwrap(),
        signed_in,
        session,
        now,
    };
    let list = db
        .read(|connection| list::build(connection, &app, &user, &Place::default(), &[]))
        .unwrap();
    let page = UsersPage {
        layout: user.layout(&app),
        list,
        dialog: None,
    };
    Fixed { db, user, page }
}

/// The words of the page, as the program has them when nothing is set; that both pages are the same is
/// checked before anything is measured.
fn settings() -> Settings {
    Settings {
        product_name: "User Accounts".to_string(),
        support_email: "customer.success@vendor.example".to_string(),
        support_phone: "+1 555 0100".to_string(),
        public_origin: String::new(),
        https: false,
        trusted_proxies: Vec::new(),
        mailbox: None,
    }
}
