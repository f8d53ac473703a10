use std::io;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a proxy does with what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// It hands everything on.
    Fair,
    /// It hands everything on, each piece so much later.
    Slow(Duration),
    /// It hands nothing on, and its connections stay open.
    Still,
    /// It closes its connections and takes no new ones.
    Broken,
    /// It takes no new connections.
    Closed,
}

/// Stands between a client and a server and makes the way between them as bad as it is told to.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    weather: watch::Sender<Weather>,
    listening: JoinHandle<()>,
}

impl Proxy {
    /// Before the server on that port of this machine.
    pub async fn before(server: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (weather, news) = watch::channel(Weather::Fair);
        let listening = tokio::spawn(listen(listener, server, news));
        Ok(Self { port, weather, listening })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.weather.send_replace(Weather::Broken);
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, server: u16, weather: watch::Receiver<Weather>) {
    while let Ok((client, _)) = listener.accept().await {
        if !matches!(*weather.borrow(), Weather::Broken | Weather::Closed) {
            // What goes wrong with one connection is what its client sees of it.
            tokio::spawn(connect(client, server, weather.clone()));
        }
    }
}

async fn connect(client: TcpStream, server: u16, mut weather: watch::Receiver<Weather>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", server)).await?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (up, down) = (weather.clone(), weather.clone());
    tokio::select! {
        ended = hand_on(from_client, to_server, up) => ended,
        ended = hand_on(from_server, to_client, down) => ended,
        _ = weather.wait_for(|weather| *weather == Weather::Broken) => Ok(()),
    }
}

async fn hand_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
) -> io::Result<()> {
    let mut piece = vec![0; 1 << 16];
    loop {
        let length = from.read(&mut piece).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        let now = *weather.borrow();
        if let Weather::Slow(later) = now {
            tokio::time::sleep(later).await;
        }
        if weather.wait_for(|weather| *weather != Weather::Still).await.is_err() {
            return Ok(());
        }
        to.write_all(&piece[..length]).await?;
    }
}
