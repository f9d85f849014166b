//! GET `/dev/mailbox`: the mails that would have left. There only where no mail server is set, which
//! the program allows on this machine alone.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::tz::TimeZone;
use url::{Host, Url};

use super::pages::{MailLine, MailboxPage, OpenedMail};
use crate::mail::preview::{self, PreviewedMail};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::Pager;
use crate::web::error::WebError;
use crate::web::guard::Visitor;
use crate::web::input::Query;
use crate::web::{page, when};

/// The newest mails, and one of them opened by `?mail=`.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let folder = app.settings.mailbox.clone().ok_or(WebError::NotFound)?;
    if !is_asked_for_by_a_name_of_this_machine(&request) {
        return Err(WebError::NotFound);
    }
    let wanted = query.0.one("mail")?.map(str::to_string);
    let mails = blocking(move || preview::list(&folder))
        .await?
        .map_err(|error| WebError::Internal(format!("the mail folder: {error}")))?;
    let zone = visitor
        .user
        .as_ref()
        .map_or(TimeZone::UTC, |user| user.zone.clone());
    let opened = match &wanted {
        Some(id) => Some(
            mails
                .iter()
                .find(|mail| mail.id == *id)
                .ok_or(WebError::NotFound)?,
        ),
        None => mails.first(),
    };
    let layout = match &visitor.user {
        Some(user) => user.layout(&app),
        None => app.layout(),
    };
    page::ok(&MailboxPage {
        layout,
        opened: opened.map(|mail| whole(mail, &zone)),
        mails: mails.iter().map(|mail| line(mail, &zone, opened)).collect(),
        pager: Pager::default(),
    })
}

/// Whether the address that the browser went to names this machine. A page elsewhere can have its own
/// name point here (DNS rebinding) and would read the passwords in these mails.
fn is_asked_for_by_a_name_of_this_machine(request: &HttpRequest) -> bool {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| Url::parse(&format!("http://{host}")).ok());
    match host.as_ref().and_then(Url::host) {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn line(mail: &PreviewedMail, zone: &TimeZone, opened: Option<&PreviewedMail>) -> MailLine {
    MailLine {
        to: mail.to.clone(),
        subject: mail.subject.clone(),
        at: when::exact(mail.sent_at, zone),
        href: format!("/dev/mailbox?mail={}", mail.id),
        open: opened.is_some_and(|opened| opened.id == mail.id),
    }
}

fn whole(mail: &PreviewedMail, zone: &TimeZone) -> OpenedMail {
    OpenedMail {
        from: mail.from.clone(),
        to: mail.to.clone(),
        subject: mail.subject.clone(),
        at: when::exact(mail.sent_at, zone),
        text: mail.text.clone(),
        attachments: mail.attachments.clone(),
    }
}
