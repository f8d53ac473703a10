use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use saaskit_journeys::World;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Mails = BTreeMap<String, Vec<String>>;

/// A mail server that takes everything and keeps whom it was for.
#[derive(Debug)]
pub struct Sink {
    port: u16,
    mails: Arc<Mutex<Mails>>,
    listening: JoinHandle<()>,
}

impl Sink {
    /// On a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let mails = Arc::new(Mutex::new(Mails::new()));
        let listening = tokio::spawn(listen(listener, mails.clone()));
        Self { port, mails, listening }
    }

    /// The same world, whose mail it takes.
    #[must_use]
    pub fn of(&self, world: World) -> World {
        let world = world.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", &self.port.to_string());
        world.with("SMTP_TLS", "none")
    }

    /// The ids of the mails that arrived, by whom they were for, as often as they arrived.
    pub fn mails(&self) -> BTreeMap<String, Vec<String>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, mails: Arc<Mutex<Mails>>) {
    while let Ok((stream, _)) = listener.accept().await {
        // A sender that is killed in the middle of a mail has not sent it.
        tokio::spawn(take(stream, mails.clone()));
    }
}

async fn take(mut stream: TcpStream, mails: Arc<Mutex<Mails>>) -> std::io::Result<()> {
    let (from, mut to) = stream.split();
    let mut lines = BufReader::new(from).lines();
    to.write_all(b"220 sink\r\n").await?;
    let mut recipient = String::new();
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "RCPT" => {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                address.clone_into(&mut recipient);
                "250 ok"
            }
            "DATA" => {
                to.write_all(b"354 go on\r\n").await?;
                let mut id = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    if let Some(named) = line.strip_prefix("Message-ID:") {
                        named.trim().clone_into(&mut id);
                    }
                }
                let mut mails = mails.lock().unwrap_or_else(PoisonError::into_inner);
                mails.entry(recipient.clone()).or_default().push(id);
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        to.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
