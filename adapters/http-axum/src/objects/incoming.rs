use std::sync::{Arc, OnceLock};

use axum::body::Body;
use futures_util::{StreamExt as _, stream};
use saaskit_kernel::{Bytestream, ErrorKind, PortError};
use tokio::sync::oneshot::Receiver;

use super::ObjectFault;
use super::pace::{Pace, Patience};

/// Why we ended an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Ended {
    #[error("the body does not go on")]
    Stalled,
    #[error("the URL was over before the body was")]
    TooLate,
}

/// Remembers why we ended an upload, whatever a storage makes of that.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending(Arc<OnceLock<Ended>>);

impl Ending {
    fn by(&self, ended: Ended) -> PortError {
        PortError::new(ErrorKind::Invalid, "http").because(*self.0.get_or_init(|| ended))
    }

    /// What the failure of a put means for whoever sent the bytes.
    pub(super) fn fault(&self, error: PortError) -> ObjectFault {
        match self.0.get() {
            Some(Ended::Stalled) => ObjectFault::UploadStalled,
            Some(Ended::TooLate) => ObjectFault::UrlRefused,
            None if error.kind() == ErrorKind::Invalid => ObjectFault::BodyRefused(error),
            None => ObjectFault::Storage(error),
        }
    }
}

/// The bytes of a request, for as long as they come at that pace and whoever asks is not `gone`, and whole only if it is
/// still good at their end.
pub(super) fn bytes(
    body: Body,
    pace: Pace,
    is_good: impl Fn() -> bool + Send + 'static,
    ending: Ending,
    gone: Receiver<()>,
) -> Bytestream {
    let begin = (body.into_data_stream(), Patience::of(pace), is_good, ending, gone);
    stream::try_unfold(begin, move |(mut body, mut patience, is_good, ending, mut gone)| async move {
        let next = tokio::select! {
            next = patience.wait(body.next()) => next.map_err(|_| ending.by(Ended::Stalled))?,
            _ = &mut gone => return Err(broken()),
        };
        match next.transpose().map_err(|_| broken())? {
            Some(piece) => {
                patience.passed(piece.len());
                Ok(Some((piece, (body, patience, is_good, ending, gone))))
            }
            None if is_good() => Ok(None),
            None => Err(ending.by(Ended::TooLate)),
        }
    })
    .boxed()
}

fn broken() -> PortError {
    PortError::new(ErrorKind::Invalid, "http").because("the request broke off")
}
