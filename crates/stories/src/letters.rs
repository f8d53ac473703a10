use async_trait::async_trait;
use saaskit_auth::User;
use saaskit_auth::port::{Letter, Letters};
use saaskit_kernel::{Call, Commit, ErrorKind, PortError};
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
}

#[async_trait]
impl Letters for NotifyLetters {
    async fn plan(&self, _: &Call, letter: Letter) -> Result<Commit, PortError> {
        let (template, to, link) = match letter {
            Letter::VerifyEmail { to, token } => (Template::VerifyEmail, to, self.links.verify_email(&token)),
            Letter::AccountExists { to } => (Template::AccountExists, to, self.links.home()),
        };
        let values = Values::from([named(&to), ("link".to_owned(), link)]);
        plan(
            &self.notify,
            NewMessage { tenant: None, to: to.email, template, category: Category::System, values },
        )
    }
}

/// The name a mail greets with; empty for who gave none, and for who has not proved the address: until then
/// anybody may have chosen it, and would write into somebody's mail.
pub(crate) fn named(user: &User) -> (String, String) {
    let name = user.name.as_ref().filter(|_| user.verified_at.is_some()).map_or("", |name| name.as_str());
    ("name".to_owned(), name.to_owned())
}

/// A message that can't be planned is a bug of ours, for whoever asked for it.
pub(crate) fn plan(notify: &Notify, message: NewMessage) -> Result<Commit, PortError> {
    notify.plan(message).map_err(|error| match error {
        NotifyError::Port(error) => error,
        error @ NotifyError::Template(_) => PortError::new(ErrorKind::Unexpected, "notify").because(error),
    })
}
