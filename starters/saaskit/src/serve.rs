//! Serves a router until told to stop, and then loses nothing that was begun.

mod busy;
mod connection;
mod stream;
mod unread;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use saaskit_gateway::Guests;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use connection::answer;

/// Connections at once; further ones wait to be accepted.
const CONNECTIONS: usize = 10_000;
/// Of these, from one address: room for a proxy, not for one stranger to take all of it.
const CONNECTIONS_OF_ONE: u32 = 1_000;
/// A client that takes longer to send its headers is let go.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// After the signal, a connection that has not asked yet has this long to do so.
const ASKS_WITHIN: Duration = Duration::from_secs(1);
/// Requests under way get this long after the signal.
const DRAIN: Duration = Duration::from_secs(35);

/// Accepts until `stop` is cancelled; then takes what already waits, finishes what is under way for at most 35
/// seconds, and returns.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let server =
        Server { router, stop, connections: TaskTracker::new(), guests: Guests::new(CONNECTIONS_OF_ONE) };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Some(place) = server.free_place(&places).await {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = server.stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => server.spawn(stream, peer, place),
            Err(error) => rest_after(&error).await,
        }
    }
    server.take_waiting(listener, &places);
    server.connections.close();
    if tokio::time::timeout(DRAIN, server.connections.wait()).await.is_err() {
        tracing::warn!("some requests were still under way when time was up");
    }
}

struct Server {
    router: Router,
    stop: CancellationToken,
    connections: TaskTracker,
    guests: Guests,
}

impl Server {
    async fn free_place(&self, places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            place = places.clone().acquire_owned() => place.ok(),
            () = self.stop.cancelled() => None,
        }
    }

    /// Connections the kernel completed before the signal belong to clients that were promised an answer. The
    /// kernel itself is asked for them: the runtime may not have heard of the last ones yet.
    fn take_waiting(&self, listener: TcpListener, places: &Arc<Semaphore>) {
        let Ok(listener) = listener.into_std() else { return };
        while let (Ok((stream, peer)), Ok(place)) = (listener.accept(), places.clone().try_acquire_owned()) {
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                self.spawn(stream, peer, place);
            }
        }
    }

    fn spawn(&self, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        let Some(seat) = self.guests.seat(peer.ip()) else { return };
        let (router, stop) = (self.router.clone(), self.stop.clone());
        self.connections.spawn(async move {
            if asks(&stream, &stop).await {
                answer(stream, peer, router, &stop).await;
            }
            drop((place, seat));
        });
    }
}

/// Whether so much arrives in time that the protocol can be told from it. Hyper is not asked: it waits for that
/// for ever, and a graceful shutdown makes it drop a connection that it has read nothing of, though the request
/// may have arrived.
async fn asks(stream: &TcpStream, stop: &CancellationToken) -> bool {
    let stopped = async {
        stop.cancelled().await;
        tokio::time::sleep(ASKS_WITHIN).await;
    };
    tokio::select! {
        biased;
        speaks = speaks(stream) => speaks,
        () = stopped => false,
        () = tokio::time::sleep(HEADERS_WITHIN) => false,
    }
}

async fn speaks(stream: &TcpStream) -> bool {
    const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let mut begin = [0; PREFACE.len()];
    loop {
        match stream.peek(&mut begin).await {
            Ok(0) | Err(_) => return false,
            Ok(read) if read < PREFACE.len() && PREFACE.starts_with(&begin[..read]) => {
                // More of the same is not announced while what is there lies unread.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(_) => return true,
        }
    }
}

/// Without file handles, accepting again at once would only spin.
async fn rest_after(error: &std::io::Error) {
    tracing::warn!(error = error as &dyn std::error::Error, "a connection could not be accepted");
    tokio::time::sleep(Duration::from_millis(100)).await;
}
