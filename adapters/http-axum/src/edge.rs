use std::sync::Arc;

use saaskit_gateway::Door;
use saaskit_kernel::{InstallationSecret, Source};

use crate::{Cursors, Settings};

/// What every request is served with.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) door: Door,
    pub(crate) source: Source,
    pub(crate) secret: InstallationSecret,
    pub(crate) cursors: Cursors,
    pub(crate) settings: Arc<Settings>,
}

impl Edge {
    pub(crate) fn new(door: Door, source: Source, secret: InstallationSecret, settings: Settings) -> Self {
        let cursors = Cursors::new(secret.clone());
        Self { door, source, secret, cursors, settings: Arc::new(settings) }
    }
}
