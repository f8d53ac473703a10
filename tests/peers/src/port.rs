use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::guarded::Guarded;

/// A port of this machine nobody listens on.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Comes back when the server listens on its port; the error is what it wrote to its log.
#[expect(clippy::disallowed_methods, reason = "a process of another make does not say when it listens")]
pub fn listening(server: &mut Guarded, port: u16, log: &Path) -> Result<()> {
    const PAUSE: Duration = Duration::from_millis(50);
    for _ in 0..1200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        if !server.runs() {
            bail!("it ended: {}", fs::read_to_string(log).unwrap_or_default().trim());
        }
        std::thread::sleep(PAUSE);
    }
    bail!("it did not listen within a minute: {}", fs::read_to_string(log).unwrap_or_default().trim())
}
