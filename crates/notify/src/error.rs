use saaskit_kernel::PortError;

/// Why a message could not be planned.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// A template and its values do not fit together: a bug.
    #[error("the template can't be rendered: {0}")]
    Template(String),
    /// Something needed failed.
    #[error(transparent)]
    Port(#[from] PortError),
}
