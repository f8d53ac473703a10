use std::sync::Arc;

use saaskit_gateway::{Csrf, Door, Idempotency, Pages};
use saaskit_kernel::{ErrorReporter, InstallationSecret, OnlyLogged, Source};

use crate::cookie::Cookies;
use crate::{Cursors, Settings};

/// What every request is served with.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) door: Door,
    pub(crate) source: Source,
    pub(crate) secret: InstallationSecret,
    pub(crate) cursors: Cursors,
    pub(crate) cookies: Cookies,
    pub(crate) settings: Settings,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) reporter: Arc<dyn ErrorReporter>,
}

impl Edge {
    pub(crate) fn new(door: Door, source: Source, secret: InstallationSecret, settings: Settings) -> Self {
        let csrf = Csrf::new(secret.clone(), source.clone());
        let pages = Pages::new(settings.public_url.origin().clone(), settings.cors.clone(), csrf);
        let cursors = Cursors::new(secret.clone());
        let cookies = Cookies::of(&settings.public_url);
        Self {
            door: door.with_pages(pages),
            source,
            secret,
            cursors,
            cookies,
            settings,
            idempotency: None,
            reporter: Arc::new(OnlyLogged),
        }
    }
}
