mod brand;
mod forget;
mod plan;
mod suppress;

use std::sync::Arc;

use saaskit_kernel::{Sealer, Source, Store};

pub use plan::NewMessage;
pub use suppress::NewSuppression;

use crate::Branding;
use crate::port::{Brandings, Suppressions};

/// Everything notify does: one method a use case. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notify {
    ports: Arc<Ports>,
    brand: Branding,
}

/// The world notify lives in.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub suppressions: Arc<dyn Suppressions>,
    pub brandings: Arc<dyn Brandings>,
    pub sealer: Arc<dyn Sealer>,
    pub source: Source,
}

impl Notify {
    /// Notify in that world; mails look like `brand` where a workspace did not choose otherwise.
    pub fn new(ports: Ports, brand: Branding) -> Self {
        Self { ports: Arc::new(ports), brand }
    }
}
