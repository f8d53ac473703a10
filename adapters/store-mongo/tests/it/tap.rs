//! Hears what a store asks its server.

use std::io;
use std::sync::{Arc, Mutex};

use saaskit_kernel::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Database;

/// Stands between a store and its server, and notes each command by its name.
pub(crate) struct Tap(Arc<Mutex<Vec<String>>>);

impl Tap {
    /// From now on the database is reached through it.
    pub(crate) async fn before(database: &mut Database) -> Self {
        let url = database.config.url.expose().to_owned();
        let host = url.trim_start_matches("mongodb://").split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let own = listener.local_addr().unwrap().to_string();
        database.config.url = Secret::new(url.replacen(&host, &own, 1));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = heard.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(hand_on(client, host.clone(), notes.clone()));
            }
        });
        Self(heard)
    }

    /// What was heard since it was asked last, in that order. Beginning is no command of its own; ending is, and not
    /// told, nor what the driver asks for itself, nor that somebody is there.
    pub(crate) fn take(&self) -> Vec<String> {
        let own =
            ["hello", "isMaster", "commitTransaction", "abortTransaction", "endSessions", "findAndModify"];
        let heard = std::mem::take(&mut *self.0.lock().unwrap());
        heard.into_iter().filter(|name| !own.contains(&name.as_str())).collect()
    }
}

async fn hand_on(client: TcpStream, server: String, heard: Arc<Mutex<Vec<String>>>) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    loop {
        let length = from_client.read_i32_le().await?;
        let mut message = length.to_le_bytes().to_vec();
        message.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
        from_client.read_exact(&mut message[4..]).await?;
        heard.lock().unwrap().extend(command(&message));
        to_server.write_all(&message).await?;
    }
}

/// The first name in an `OP_MSG`: behind the header, the flags, a section's kind, a document's length and the type
/// of its first field.
fn command(message: &[u8]) -> Option<String> {
    let is_command = message.get(12..16)? == 2013_i32.to_le_bytes();
    let name = message.get(26..)?.split(|byte| *byte == 0).next()?;
    is_command.then(|| String::from_utf8_lossy(name).into_owned())
}
