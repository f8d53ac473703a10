use axum::body::{Body, Bytes};
use futures_util::{StreamExt as _, stream};
use saaskit_kernel::{Bytestream, ErrorKind, PortError};
use tokio::sync::mpsc::{self, Sender};

use super::pace::{Pace, Patience};
use super::transfers::Place;

/// Bytes that are handed over at once: a client is asked to take no more than that at a time.
const PIECE: usize = 64 * 1024;

/// So many bytes as a body. They are read by a task of their own: a body is not asked for more while its client takes
/// nothing, and could not find out. Whoever does not keep that pace is left alone, and the object and the place
/// given back.
pub(super) fn body(bytes: Bytestream, length: u64, least: Pace, place: Place) -> Body {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        hand_over(bytes, &sender, Patience::of(least)).await;
        drop((sender, place));
    });
    Body::from_stream(stream::try_unfold((receiver, length), |(mut receiver, left)| async move {
        match receiver.recv().await.transpose()? {
            Some(piece) => {
                let left = left.saturating_sub(piece.len() as u64);
                Ok(Some((piece, (receiver, left))))
            }
            None if left == 0 => Ok(None),
            None => Err(PortError::new(ErrorKind::TimedOut, "http").because("nobody took the rest")),
        }
    }))
}

async fn hand_over(mut bytes: Bytestream, taker: &Sender<Result<Bytes, PortError>>, mut patience: Patience) {
    while let Some(next) = next(&mut bytes, taker).await {
        let Ok(mut rest) = next else {
            // Whoever does not take the failure is cut off all the same.
            let _ = patience.wait(taker.send(next)).await;
            return;
        };
        while !rest.is_empty() {
            let piece = rest.split_to(rest.len().min(PIECE));
            let size = piece.len();
            match patience.wait(taker.send(Ok(piece))).await {
                Ok(Ok(())) => patience.passed(size),
                Ok(Err(_)) => return,
                Err(_) => return tracing::info!("a download is given up: nobody takes it"),
            }
        }
    }
}

/// The next bytes; none either when nobody is there any more.
async fn next(
    bytes: &mut Bytestream,
    taker: &Sender<Result<Bytes, PortError>>,
) -> Option<Result<Bytes, PortError>> {
    tokio::select! {
        next = bytes.next() => next,
        () = taker.closed() => None,
    }
}
