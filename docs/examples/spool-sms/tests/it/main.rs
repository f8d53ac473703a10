//! Text messages in a folder.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

mod config;
mod folder;
mod gateway;
