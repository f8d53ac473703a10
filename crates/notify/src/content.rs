use saaskit_kernel::{ErrorKind, Locale, PortError, Sealed, Sealer};
use serde::{Deserialize, Serialize};

use crate::render::Values;
use crate::{Branding, Message, MessageId, Rendered, Template, TemplateError};

/// What a template is filled with; it is kept sealed until the mail was sent.
#[derive(Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) brand: Branding,
    pub(crate) values: Values,
}

impl Content {
    pub(crate) fn render(&self, template: Template, locale: Locale) -> Result<Rendered, TemplateError> {
        template.render(locale, &self.brand, &self.values)
    }

    pub(crate) fn seal(&self, sealer: &dyn Sealer, id: MessageId) -> Result<Sealed, PortError> {
        let content = serde_json::to_vec(self).map_err(|error| bug().because(error))?;
        sealer.seal(&Message::seal_context(id), &content)
    }

    pub(crate) fn open(sealer: &dyn Sealer, id: MessageId, seal: &Sealed) -> Result<Self, PortError> {
        let opened = sealer.open(&Message::seal_context(id), seal)?;
        serde_json::from_slice(&opened).map_err(|_| bug().because("the values can't be read"))
    }
}

pub(crate) fn bug() -> PortError {
    PortError::new(ErrorKind::Unexpected, "notify")
}
