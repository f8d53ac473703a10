mod create;
mod enter;
mod list;
mod update;

use std::sync::Arc;

use saaskit_kernel::{Source, Store};

pub use create::NewTenant;
pub use update::TenantChange;

use crate::TenantsError;
use crate::port::Workspaces;

/// How often a use case starts again when someone else was faster.
const TRIES: u32 = 8;

/// Everything tenants does: one method a use case. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tenants {
    ports: Arc<Ports>,
}

/// The world tenants lives in.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub workspaces: Arc<dyn Workspaces>,
    pub source: Source,
}

impl Tenants {
    /// Tenants in that world.
    pub fn new(ports: Ports) -> Self {
        Self { ports: Arc::new(ports) }
    }
}

fn is_contended(error: &TenantsError) -> bool {
    matches!(error, TenantsError::Contended)
}
