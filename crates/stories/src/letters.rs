use async_trait::async_trait;
use saaskit_auth::User;
use saaskit_auth::port::{Letter, Letters};
use saaskit_kernel::{Call, Commit, Email, ErrorKind, Locale, PortError, Timestamp};
use saaskit_notify::{Category, NewMessage, Notify, NotifyError, Template, Values};

use crate::Links;

/// Auth's letters, written by notify.
#[derive(Debug, Clone)]
pub struct NotifyLetters {
    notify: Notify,
    links: Links,
}

impl NotifyLetters {
    /// Letters whose links lead there.
    pub fn new(notify: Notify, links: Links) -> Self {
        Self { notify, links }
    }

    /// Which mail it is, and what it says besides the name.
    fn written(&self, letter: Letter) -> Written {
        let links = &self.links;
        match letter {
            Letter::VerifyEmail { to, token } => {
                Written::linked(Template::VerifyEmail, to, links.verify_email(&token))
            }
            Letter::AccountExists { to } => Written::linked(Template::AccountExists, to, links.home()),
            Letter::ResetPassword { to, token } => {
                Written::linked(Template::PasswordReset, to, links.reset_password(&token))
            }
            Letter::PasswordChanged { to } => Written::linked(Template::PasswordChanged, to, links.home()),
            Letter::Locked { to, token, until } => {
                Written::linked(Template::AccountLocked, to, links.unlock(&token))
                    .saying("until", minute(until))
            }
            Letter::PasswordDisabled { to } => Written::linked(Template::PasswordDisabled, to, links.home()),
            Letter::ConfirmEmail { to, address, token } => {
                Written::linked(Template::EmailChangeConfirm, to, links.confirm_email(&token)).at(address)
            }
            Letter::EmailChanged { to, address, token } => {
                Written::linked(Template::EmailChanged, to, links.undo_email(&token)).at(address)
            }
            Letter::TokenReuse { to } => Written::linked(Template::TokenReuse, to, links.home()),
            Letter::SecurityAlert { to } => {
                let event = another_client(to.locale).to_owned();
                Written::linked(Template::SecurityAlert, to, links.home()).saying("event", event)
            }
            Letter::AccountDeleted { to } => Written::plain(Template::AccountDeleted, to),
        }
    }
}

#[async_trait]
impl Letters for NotifyLetters {
    async fn plan(&self, _: &Call, letter: Letter) -> Result<Commit, PortError> {
        let Written { template, user, address, values } = self.written(letter);
        let message = NewMessage {
            tenant: None,
            to: address,
            locale: user.locale,
            template,
            category: Category::System,
            values,
        };
        plan(&self.notify, message).await
    }

    async fn plan_forgetting(&self, _: &Call, address: &Email) -> Result<Commit, PortError> {
        Ok(self.notify.plan_forgetting(address))
    }
}

struct Written {
    template: Template,
    user: User,
    address: Email,
    values: Values,
}

impl Written {
    fn plain(template: Template, user: User) -> Self {
        Self { template, address: user.email.clone(), values: Values::from([named(&user)]), user }
    }

    fn linked(template: Template, user: User, link: String) -> Self {
        Self::plain(template, user).saying("link", link)
    }

    fn saying(mut self, name: &str, value: String) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// To an address that is not, or no longer, the account's. Who reads it is not sure to be the account's owner
    /// and gets no name.
    fn at(self, address: Email) -> Self {
        Self { address, ..self.saying("name", String::new()) }
    }
}

/// What happened, where one session was shown by two clients.
fn another_client(locale: Locale) -> &'static str {
    match locale {
        Locale::En => {
            "somebody tried to go on with one of your sessions from another browser or app than before. We refused that."
        }
        Locale::De => {
            "Jemand wollte eine Ihrer Sitzungen in einem anderen Browser oder einer anderen App fortsetzen als bisher. \
             Wir haben das abgelehnt."
        }
    }
}

/// A time as both languages write it, to the minute.
fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or(time))
}

/// The name a mail greets with; empty for who gave none, and for who has not proved the address: until then
/// anybody may have chosen it, and would write into somebody's mail.
pub(crate) fn named(user: &User) -> (String, String) {
    let name = user.name.as_ref().filter(|_| user.verified_at.is_some()).map_or("", |name| name.as_str());
    ("name".to_owned(), name.to_owned())
}

/// A message that can't be planned is a bug of ours, for whoever asked for it.
pub(crate) async fn plan(notify: &Notify, message: NewMessage) -> Result<Commit, PortError> {
    notify.plan(message).await.map_err(|error| match error {
        NotifyError::Unavailable(error) => error,
        error => PortError::new(ErrorKind::Unexpected, "notify").because(error),
    })
}
