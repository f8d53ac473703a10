use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn router() -> Router {
    Router::new().route("/", get(async || "here"))
}

async fn answer(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// The kernel let them in, so they are answered, whether they had asked by then or do so at once; others are refused.
#[tokio::test(flavor = "multi_thread")]
async fn who_connected_before_the_server_is_told_to_stop_is_answered() {
    let ((listener, address), stop) = (listen().await, CancellationToken::new());
    let mut clients = Vec::new();
    for asks_later in (0..40).map(|number| number % 2 == 1) {
        let mut client = TcpStream::connect(address).await.unwrap();
        if !asks_later {
            client.write_all(REQUEST).await.unwrap();
        }
        clients.push((client, asks_later));
    }
    stop.cancel();
    let serving = tokio::spawn(saaskit::serve(listener, router(), stop));
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    for (mut client, asks_later) in clients {
        if asks_later {
            client.write_all(REQUEST).await.unwrap();
        }
        let answer = answer(client).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("here"), "{answer}");
    }
    serving.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_connected_and_says_nothing_does_not_keep_a_server_from_stopping() {
    let ((listener, address), stop) = (listen().await, CancellationToken::new());
    let serving = tokio::spawn(saaskit::serve(listener, router(), stop.clone()));
    let silent = TcpStream::connect(address).await.unwrap();
    let mut kept_alive = TcpStream::connect(address).await.unwrap();
    kept_alive.write_all(REQUEST).await.unwrap();
    kept_alive.read_exact(&mut [0; 12]).await.unwrap();
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
    assert_eq!(answer(silent).await, "");
}
