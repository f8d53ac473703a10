use std::io::{Error, ErrorKind};

use rustix::io::Errno;
use saaskit_kernel::PortError;

pub(crate) const ADAPTER: &str = "local disk";

/// What a failure of the disk means. Neither a link in our tree nor a file that is cut off mends itself. A disk that
/// takes nothing more is there all the same: what is on it can be read.
pub(crate) fn failure(error: Error) -> PortError {
    let is_link = error.raw_os_error() == Some(Errno::LOOP.raw_os_error());
    let kind = match error.kind() {
        _ if is_link => saaskit_kernel::ErrorKind::Unexpected,
        ErrorKind::InvalidData | ErrorKind::NotADirectory => saaskit_kernel::ErrorKind::Unexpected,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem => {
            saaskit_kernel::ErrorKind::Throttled
        }
        _ => saaskit_kernel::ErrorKind::Unavailable,
    };
    PortError::new(kind, ADAPTER).because(error)
}

/// Does what waits for the disk on a thread that may.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, PortError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, PortError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    let lost = |error| PortError::new(saaskit_kernel::ErrorKind::Unexpected, ADAPTER).because(error);
    done.map_err(lost)?
}
