use std::convert::Infallible;

use axum::body::Bytes;
use axum::routing::get;
use hyper::body::Frame;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::*;

const LARGE: usize = 1 << 20;
/// What lies between a client and the server at most.
const ON_THE_WAY: usize = 16 * 1024;
/// Whoever stands still is let go by then.
const LET_GO: Duration = Duration::from_secs(61);

/// The far end of a connection to a server of one large answer, one that comes in parts, and one that never goes on.
fn connect() -> (DuplexStream, JoinHandle<()>) {
    let parts = async || {
        let parts = (0..LARGE / 4096).map(|_| Ok::<_, Infallible>(Bytes::from_static(&[7; 4096])));
        Body::from_stream(futures_util::stream::iter(parts))
    };
    let router = Router::new()
        .route("/large", get(async || vec![7_u8; LARGE]))
        .route("/parts", get(parts))
        .route("/quiet", get(async || Body::new(Quiet { begun: false })));
    let (client, server) = duplex(ON_THE_WAY);
    let peer = "192.0.2.1:1".parse().unwrap();
    let answered = async move { answer(server, peer, router, &CancellationToken::new()).await };
    (client, tokio::spawn(answered))
}

/// A body that begins and then has nothing for a long time.
struct Quiet {
    begun: bool,
}

impl hyper::body::Body for Quiet {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.begun {
            return std::task::Poll::Pending;
        }
        self.begun = true;
        std::task::Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"begun")))))
    }
}

async fn ask(client: &mut DuplexStream, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_reads_nothing_of_an_answer_is_let_go() {
    for path in ["/large", "/parts"] {
        let (mut client, answered) = connect();
        ask(&mut client, path).await;
        timeout(LET_GO, answered).await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_and_asks_and_reads_nothing_is_let_go() {
    let (mut client, answered) = connect();
    let asking = tokio::spawn(async move {
        while client.write_all(b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n").await.is_ok() {}
    });
    timeout(LET_GO, answered).await.unwrap().unwrap();
    asking.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_reads_slowly_is_answered_to_the_end() {
    for path in ["/large", "/parts"] {
        let (mut client, answered) = connect();
        let begun = Instant::now();
        ask(&mut client, path).await;
        let (mut read, mut buffer) = (0, vec![0; ON_THE_WAY]);
        while read < LARGE {
            sleep(Duration::from_secs(25)).await;
            read += client.read(&mut buffer).await.unwrap();
            assert!(!answered.is_finished(), "{path}: {read} after {:?}", begun.elapsed());
        }
        assert!(begun.elapsed() > 10 * LET_GO);
    }
}

/// Events come when there are some: whoever waits for them is not at fault.
#[tokio::test(start_paused = true)]
async fn an_answer_that_has_nothing_more_for_now_is_waited_for() {
    let (mut client, answered) = connect();
    ask(&mut client, "/quiet").await;
    assert!(timeout(Duration::from_hours(1), answered).await.is_err());
    let mut begun = vec![0; 4096];
    let read = client.read(&mut begun).await.unwrap();
    assert!(String::from_utf8_lossy(&begun[..read]).contains("begun"));
}

const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACKNOWLEDGED: u8 = 1;

/// What an HTTP/2 frame is made of.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[tokio::test(start_paused = true)]
async fn who_asks_nothing_is_let_go_though_it_answers_pings() {
    let served = speaks(&frame(SETTINGS, 0, 0, &[])).await;
    assert!(served <= 2 * LET_GO, "{served:?}");
}

/// Asks by HTTP/2 with a window of so many bytes, which is never opened further, and is otherwise well-behaved.
async fn never_opens_its_window(window: u32, path: &[u8]) -> Duration {
    let settings = [&[0, 4], &window.to_be_bytes()[..]].concat();
    let path = [&[0x04, u8::try_from(path.len()).unwrap()], path].concat();
    let host = [&[0x41, 9], &b"localhost"[..]].concat();
    // GET by http, by the table of RFC 7541; the end of the headers and of the request.
    let headers = frame(1, 4 | 1, 1, &[&[0x82, 0x86], &path[..], &host].concat());
    speaks(&[&frame(SETTINGS, 0, 0, &settings)[..], &headers].concat()).await
}

/// How long a client is served that says this by HTTP/2, and then answers pings.
async fn speaks(frames: &[u8]) -> Duration {
    let (mut client, answered) = connect();
    let opening = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frames].concat();
    client.write_all(&opening).await.unwrap();
    let begun = Instant::now();
    let mut head = [0; 9];
    while client.read_exact(&mut head).await.is_ok() {
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        client.read_exact(&mut payload).await.unwrap();
        if matches!(head[3], SETTINGS | PING) && head[4] & ACKNOWLEDGED == 0 {
            let payload = if head[3] == PING { &payload[..] } else { &[] };
            drop(client.write_all(&frame(head[3], ACKNOWLEDGED, 0, payload)).await);
        }
    }
    answered.await.unwrap();
    begun.elapsed()
}

#[tokio::test(start_paused = true)]
async fn who_never_opens_the_window_of_a_stream_is_let_go_though_it_answers_pings() {
    for path in [&b"/large"[..], b"/parts"] {
        for window in [0, 1, 4096, 5000] {
            let held = never_opens_its_window(window, path).await;
            assert!(held >= READS_WITHIN && held <= LET_GO, "{window}: {held:?}");
        }
    }
}

#[tokio::test]
async fn a_request_says_once_whom_it_is_for() {
    let ask = async |head: &str| {
        let (mut client, answered) = connect();
        client.write_all(format!("{head}\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = vec![0; 12];
        client.read_exact(&mut answer).await.unwrap();
        drop(client);
        answered.await.unwrap();
        String::from_utf8(answer.split_off("HTTP/1.x ".len())).unwrap()
    };
    for head in [
        "GET /quiet HTTP/1.1\r\nHost: localhost\r\nHost: example.org",
        "GET /quiet HTTP/1.1\r\nHost: localhost\r\nhost: localhost",
        "GET /quiet HTTP/1.0\r\nHost: localhost\r\nHost: localhost",
        "GET /quiet HTTP/1.1\r\nX-Host: localhost",
        "GET http://example.org/quiet HTTP/1.1\r\nHost: localhost",
    ] {
        assert_eq!(ask(head).await, "400", "{head}");
    }
    assert_eq!(ask("GET /quiet HTTP/1.1\r\nHost: localhost").await, "200");
    assert_eq!(ask("GET http://localhost/quiet HTTP/1.1\r\nHost: localhost").await, "200");
    assert_eq!(ask("GET /quiet HTTP/1.0").await, "200");
}
