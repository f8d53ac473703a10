//! Errors by Sentry's protocol, against a server of this machine.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

mod reporter;
