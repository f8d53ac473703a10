use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to a request instead of being handed on.
#[derive(Debug, Clone)]
pub enum Order {
    /// These bytes are the answer.
    Say(Vec<u8>),
    /// These bytes begin the answer, and more follow for ever, a piece each time so much has passed.
    SayForEver(Vec<u8>, Duration),
    /// No answer comes, and the connection stays open.
    SayNothing,
    /// The connection is closed.
    HangUp,
    /// It is handed on, and the connection is closed instead of bringing the answer.
    HandOnAndHangUp,
}

/// A request, and what was answered.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Head and body as they came.
    pub request: String,
    /// Head and body as they went back; empty where nothing did.
    pub answer: String,
}

/// What stands in front of an HTTP server and does to requests what the server itself can't: one request a
/// connection, one order a request, and in between everything is handed on.
#[derive(Debug)]
pub struct Front {
    port: u16,
    state: Arc<State>,
    listening: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    upstream: Option<String>,
    orders: Mutex<VecDeque<Order>>,
    exchanges: Mutex<Vec<Exchange>>,
}

/// What a request or an answer may have at most.
const LONGEST: usize = 1 << 20;

impl Front {
    /// In front of the server of that address; without one, a request nothing was ordered for is hung up on.
    pub async fn before(upstream: Option<String>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State { upstream, orders: Mutex::default(), exchanges: Mutex::default() });
        let listening = tokio::spawn(listen(listener, state.clone()));
        Ok(Self { port, state, listening })
    }

    /// Where it is talked to.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What happens to the next request, after those ordered already.
    pub fn order(&self, order: Order) {
        lock(&self.state.orders).push_back(order);
    }

    /// Every request, in the order in which it was answered.
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.state.exchanges).clone()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        // What goes wrong with one connection is what its client sees of it.
        tokio::spawn(async move { drop(state.serve(stream).await) });
    }
}

impl State {
    async fn serve(&self, mut stream: TcpStream) -> Result<()> {
        let request = read_request(&mut stream).await?;
        let order = lock(&self.orders).pop_front();
        let answer = match &order {
            Some(Order::Say(bytes)) => bytes.clone(),
            None | Some(Order::HandOnAndHangUp) => self.hand_on(&request).await?,
            Some(Order::SayForEver(..) | Order::SayNothing | Order::HangUp) => Vec::new(),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        lock(&self.exchanges).push(Exchange { request: text(&request), answer: text(&answer) });
        match order {
            Some(Order::SayForEver(begin, pause)) => say_for_ever(&mut stream, &begin, pause).await,
            Some(Order::SayNothing) => Ok(stream.read(&mut [0]).await.map(|_| ())?),
            Some(Order::HangUp | Order::HandOnAndHangUp) => Ok(()),
            Some(Order::Say(_)) | None => Ok(stream.write_all(&answer).await?),
        }
    }

    async fn hand_on(&self, request: &[u8]) -> Result<Vec<u8>> {
        let upstream = self.upstream.as_ref().context("there is no server behind this")?;
        let mut server = TcpStream::connect(upstream).await?;
        let line = head_line(request);
        server.write_all(&request[..line]).await?;
        server.write_all(b"Connection: close\r\n").await?;
        server.write_all(&request[line..]).await?;
        let mut answer = Vec::new();
        server.take(LONGEST as u64).read_to_end(&mut answer).await?;
        Ok(answer)
    }
}

async fn say_for_ever(stream: &mut TcpStream, begin: &[u8], pause: Duration) -> Result<()> {
    stream.write_all(begin).await?;
    loop {
        stream.write_all(&[b' '; 512]).await?;
        tokio::time::sleep(pause).await;
    }
}

/// Where the first header begins.
fn head_line(request: &[u8]) -> usize {
    request.windows(2).position(|two| two == b"\r\n").map_or(request.len(), |at| at + 2)
}

async fn read_request(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        anyhow::ensure!(request.len() < LONGEST, "the request is too long");
        anyhow::ensure!(stream.read_buf(&mut request).await? > 0, "the request ends too early");
    }
    Ok(request)
}

fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    request.len() >= end + 4 + length
}
