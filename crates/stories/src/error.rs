use saaskit_auth::AuthError;
use saaskit_kernel::{Code, Fault, Invalid};
use saaskit_notify::NotifyError;
use saaskit_tenants::TenantsError;

/// Which domain refused, and why.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// Auth did.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// Tenants did.
    #[error(transparent)]
    Tenants(#[from] TenantsError),
    /// Notify did.
    #[error(transparent)]
    Notify(#[from] NotifyError),
}

impl StoryError {
    fn fault(&self) -> &dyn Fault {
        match self {
            Self::Auth(error) => error,
            Self::Tenants(error) => error,
            Self::Notify(error) => error,
        }
    }
}

impl Fault for StoryError {
    fn code(&self) -> Code {
        self.fault().code()
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        self.fault().fields()
    }

    fn retry_after(&self) -> Option<u64> {
        self.fault().retry_after()
    }
}
