//! Who may call a handler, said by its arguments: an [`Administrator`], a [`SignedInUser`], or a
//! [`Visitor`], who may be anybody.

use std::future::Future;
use std::pin::Pin;

use actix_session::{Session, SessionExt as _};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use jiff::tz::TimeZone;
use time::OffsetDateTime;
use uuid::Uuid;

use super::app::App;
use super::blocking::{afterwards, blocking};
use super::context;
use super::error::WebError;
use super::flash::Flash;
use super::layout::{self, Layout};
use super::{origin, return_to};
use crate::access::{self, SignedIn};
use crate::history::{Actor, Author};
use crate::sessions::{self, Digest};
use crate::{clock, db};

/// What the cookie's content is called in it.
const TOKEN: &str = "token";

/// Anybody: their cookie may or may not be a living session.
pub struct Visitor {
    /// Who they are, if signed in.
    pub user: Option<SignedInUser>,
    /// Who they are, if they gave their password and not yet their second factor.
    pub arriving: Option<SignedInUser>,
    /// The cookie.
    pub cookie: Session,
}

/// Somebody who is signed in, also with a mailed password.
#[derive(Clone)]
pub struct SignedInUser {
    /// Who.
    pub signed_in: SignedIn,
    /// Their session.
    pub session: Digest,
    /// For history.
    pub author: Author,
    /// The moment of this request.
    pub now: OffsetDateTime,
    /// Their account's time zone.
    pub zone: TimeZone,
}

/// Somebody who is signed in with a password of their own.
#[derive(Clone)]
pub struct WithOwnPassword(pub SignedInUser);

/// An administrator of the account, with a password of their own.
#[derive(Clone)]
pub struct Administrator(pub SignedInUser);

impl std::ops::Deref for Administrator {
    type Target = SignedInUser;

    fn deref(&self) -> &SignedInUser {
        &self.0
    }
}

impl SignedInUser {
    /// Their account's id.
    pub fn account_id(&self) -> Uuid {
        self.author.account_id
    }

    /// Whether the account demands a second factor of them that they have not set up.
    pub fn owes_second_factor(&self) -> bool {
        let signed_in = &self.signed_in;
        signed_in.administrator
            && signed_in.account.second_factor_required
            && !signed_in.has_second_factor
    }

    /// The frame of a page for them.
    pub fn layout(&self, app: &App) -> Layout {
        app.layout_for(&self.signed_in)
    }

    /// Asked again while something goes on for them: their session lives, and it may do what an
    /// administrator's does.
    ///
    /// # Errors
    /// [`WebError::Forbidden`], or whatever the database says.
    pub fn still_administers(
        &self,
        connection: &mut db::Connection,
        now: OffsetDateTime,
    ) -> Result<(), WebError> {
        match access::current(connection, &self.session, now)? {
            Some(found) if found.administrator && !found.must_choose_password => Ok(()),
            _ => Err(WebError::Forbidden),
        }
    }

    /// Leaves a message for their next page.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn leave(&self, tx: &mut db::Connection, flash: &Flash) -> Result<(), db::Error> {
        sessions::leave_flash(tx, &self.session, &flash.stored()?)
    }

    /// The same for what was sent again: the message of what was done by it first stays, where it was not shown yet.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn leave_again(&self, tx: &mut db::Connection, flash: &Flash) -> Result<(), db::Error> {
        sessions::leave_flash_where_none_waits(tx, &self.session, &flash.stored()?)
    }

    /// To another page than the one that was asked for: the message that would have been shown there waits on.
    pub async fn lead_on(&self, app: &web::Data<App>, to: &str) -> WebError {
        if let Some(flash) = self.signed_in.flash.clone() {
            let (app, session) = (app.clone(), self.session.clone());
            afterwards(move || {
                app.db
                    .write(|tx| sessions::leave_flash_where_none_waits(tx, &session, &flash))
            })
            .await;
        }
        WebError::SeeOther(to.to_string())
    }
}

impl App {
    /// The frame of a page for nobody in particular.
    pub fn layout(&self) -> Layout {
        Layout {
            product_name: self.settings.product_name.clone(),
            support_email: self.settings.support_email.clone(),
            support_phone: self.settings.support_phone.clone(),
            ..Layout::default()
        }
    }

    fn layout_for(&self, signed_in: &SignedIn) -> Layout {
        Layout {
            signed_in: Some(layout::SignedIn {
                account_name: signed_in.account.name.clone(),
                name: format!("{} {}", signed_in.first_name, signed_in.last_name),
                username: signed_in.username.clone(),
                administrator: signed_in.administrator && !signed_in.must_choose_password,
            }),
            flash: signed_in
                .flash
                .clone()
                .and_then(|flash| serde_json::from_value(flash).ok()),
            ..self.layout()
        }
    }
}

/// The token in the cookie, if it has one.
pub fn token_digest(cookie: &Session) -> Option<Digest> {
    let token: String = cookie.get(TOKEN).ok().flatten()?;
    Some(Digest::of(&token))
}

/// Puts a new session into the cookie; what was in it is gone.
///
/// # Errors
/// [`WebError::Internal`] when it cannot be written.
pub fn hand_over(cookie: &Session, token: &sessions::Token) -> Result<(), WebError> {
    cookie.clear();
    cookie.renew();
    cookie
        .insert(TOKEN, token.as_str())
        .map_err(|error| WebError::Internal(error.to_string()))
}

/// Looks the session up: one query for session, user and account; the time it was last seen is kept
/// to the minute, a message shown is removed.
/// Whether what is asked for shows the message that waits: not the way home, which only leads on, no file, and
/// nothing that a script looks up behind a page (another window's message would be lost in it).
fn shows_message(request: &HttpRequest) -> bool {
    request.method() == Method::GET
        && request.path() != "/"
        && !origin::is_file(request.path())
        && !origin::is_fetched_by_script(request.headers())
}

async fn look_up(
    request: &HttpRequest,
    cookie: &Session,
) -> Result<Option<SignedInUser>, WebError> {
    let Some(session) = token_digest(cookie) else {
        return Ok(None);
    };
    let app = application(request)?;
    let source = context::source(request, &app);
    let request_id = context::request_id(request);
    let shows_page = shows_message(request);
    let now = clock::now();
    let (shared, digest) = (app.clone(), session.clone());
    let signed_in = blocking(move || {
        shared.db.read(|connection| {
            let mut found = access::current(connection, &digest, now)?;
            match &mut found {
                Some(signed_in) => {
                    sessions::touch(connection, &digest, signed_in.last_seen_at, now)?;
                    if !shows_page {
                        signed_in.flash = None;
                    } else if signed_in.flash.is_some() {
                        sessions::take_flash(connection, &digest)?;
                    }
                }
                None => sessions::end_if_expired(connection, &digest, now)?,
            }
            Ok::<_, db::Error>(found)
        })
    })
    .await??;
    if let Some(signed_in) = &signed_in {
        remember(request, &app, signed_in);
    }
    Ok(signed_in.map(|signed_in| SignedInUser {
        author: Author {
            account_id: signed_in.account.id,
            actor: Actor::User(signed_in.user_id),
            source,
            request_id,
            import: None,
        },
        zone: clock::zone(&signed_in.account.time_zone),
        signed_in,
        session,
        now,
    }))
}

fn application(request: &HttpRequest) -> Result<web::Data<App>, WebError> {
    request
        .app_data::<web::Data<App>>()
        .cloned()
        .ok_or_else(|| WebError::Internal("no application".to_string()))
}

/// Keeps who asks with the request: for its line in the log, and for the frame of an error page.
fn remember(request: &HttpRequest, app: &App, signed_in: &SignedIn) {
    let mut kept = request.extensions_mut();
    kept.insert(context::Caller {
        account_id: signed_in.account.id,
        user_id: signed_in.user_id,
    });
    if !signed_in.second_factor_due {
        kept.insert(app.layout_for(signed_in));
    }
}

/// Looks up who asks, for an error page that came before its guard did. Changes nothing: what a browser
/// asks for by itself, an icon say, takes no message away.
///
/// # Errors
/// [`WebError`] when it cannot be told; the error page is then drawn for nobody in particular.
pub async fn recognize(request: &HttpRequest) -> Result<(), WebError> {
    let Some(session) = token_digest(&request.get_session()) else {
        return Ok(());
    };
    let app = application(request)?;
    let (shared, now) = (app.clone(), clock::now());
    let found = blocking(move || {
        shared
            .db
            .read(|connection| access::current(connection, &session, now))
    })
    .await??;
    if let Some(mut signed_in) = found {
        signed_in.flash = None;
        remember(request, &app, &signed_in);
    }
    Ok(())
}

type Guarded<T> = Pin<Box<dyn Future<Output = Result<T, WebError>>>>;

impl FromRequest for Visitor {
    type Error = WebError;
    type Future = Guarded<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let cookie = request.get_session();
            let found = look_up(&request, &cookie).await?;
            let (arriving, user) = match found {
                Some(user) if user.signed_in.second_factor_due => (Some(user), None),
                found => (None, found),
            };
            Ok(Visitor {
                user,
                arriving,
                cookie,
            })
        })
    }
}

impl FromRequest for SignedInUser {
    type Error = WebError;
    type Future = Guarded<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let cookie = request.get_session();
            let app = application(&request)?;
            let Some(user) = look_up(&request, &cookie).await? else {
                return Err(return_to::sign_in_first(&request, app.settings.https));
            };
            if user.signed_in.second_factor_due {
                return Err(user.lead_on(&app, "/second-factor").await);
            }
            Ok(user)
        })
    }
}

impl FromRequest for WithOwnPassword {
    type Error = WebError;
    type Future = Guarded<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = SignedInUser::from_request(request, payload);
        let app = application(request);
        Box::pin(async move {
            let user = user.await?;
            if user.signed_in.must_choose_password {
                return Err(user.lead_on(&app?, "/password").await);
            }
            Ok(WithOwnPassword(user))
        })
    }
}

impl FromRequest for Administrator {
    type Error = WebError;
    type Future = Guarded<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = SignedInUser::from_request(request, payload);
        let app = application(request);
        let shows_page = matches!(*request.method(), Method::GET | Method::HEAD);
        Box::pin(async move {
            let (user, app) = (user.await?, app?);
            if user.signed_in.must_choose_password {
                return Err(user.lead_on(&app, "/password").await);
            }
            if !user.signed_in.administrator {
                // The page of their own password says why there is no other.
                return Err(if shows_page {
                    user.lead_on(&app, "/password").await
                } else {
                    WebError::Forbidden
                });
            }
            if user.owes_second_factor() {
                return Err(user.lead_on(&app, "/second-factor").await);
            }
            Ok(Administrator(user))
        })
    }
}
