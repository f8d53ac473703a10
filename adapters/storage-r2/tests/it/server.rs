use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use saaskit_kernel::{Secret, Source};
use saaskit_peers::Bucket;
use saaskit_storage_r2::{R2Config, R2Storage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) fn config(address: SocketAddr) -> R2Config {
    R2Config::new(format!("http://{address}"), Bucket::NAME, Bucket::KEY_ID, Secret::new(Bucket::SECRET))
}

pub(crate) fn storage(config: &R2Config) -> Arc<R2Storage> {
    Arc::new(R2Storage::new(config, Source::system()).unwrap())
}

/// A wire to a server, which is cut once so many bytes went over it to the server, or which swallows them for ever.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    pub(crate) cuts: Arc<AtomicUsize>,
}

/// What befalls a wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// Each connection is cut after so many bytes.
    CutAfter(usize),
    /// Nothing comes back.
    Silence,
}

impl Wire {
    pub(crate) async fn to(server: SocketAddr, trouble: Trouble) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, cuts) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = cuts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, trouble, counted.clone()));
            }
        });
        Self { address, cuts }
    }
}

async fn carry(client: TcpStream, server: SocketAddr, trouble: Trouble, cuts: Arc<AtomicUsize>) {
    let (mut from, mut back) = client.into_split();
    let (mut answers, mut to) = TcpStream::connect(server).await.unwrap().into_split();
    if let Trouble::CutAfter(_) = trouble {
        tokio::spawn(async move { tokio::io::copy(&mut answers, &mut back).await });
    }
    let (mut buffer, mut carried) = (vec![0; 64 * 1024], 0);
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        carried += read;
        if matches!(trouble, Trouble::CutAfter(most) if carried > most) {
            cuts.fetch_add(1, Ordering::SeqCst);
            return;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// Waits until it is so, for ten seconds at most.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect(what);
}
