use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// What a server shows of itself to whoever asks for that path.
pub fn get(address: &str, path: &str) -> Result<String> {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n"), "")
}

/// Tells a server something that needs no body.
pub fn post(address: &str, path: &str) -> Result<String> {
    exchange(address, &format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n"), "")
}

/// The body of what is answered to a request; anything but success is an error.
pub(crate) fn exchange(address: &str, head: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(stream, "{head}Connection: close\r\n\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    ensure!(status.starts_with('2'), "{address} answered {answer}");
    let (_, body) = answer.split_once("\r\n\r\n").context("an answer without a body")?;
    Ok(body.to_owned())
}
