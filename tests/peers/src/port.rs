use std::io;
use std::net::TcpListener;

/// A port of this machine nobody listens on.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
