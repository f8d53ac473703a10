//! How the product reaches you: mail and, in development, the outbox that shows it.
//!
//! [`Notify`] plans messages that ride in the caller's commit; [`SendMessage`] is the worker's part.

mod capture;
mod error;
mod message;
mod outbox;
pub mod port;
mod render;
mod send_message;
mod service;
mod template;
/// What notify asks to have changed.
pub mod write;

pub use capture::CaptureSender;
pub use error::NotifyError;
pub use message::{Category, Message, MessageEntity, MessageId, Status};
pub use outbox::{Captured, Channel};
pub use render::{Rendered, Values};
pub use send_message::SendMessage;
pub use service::{NewMessage, Notify};
pub use template::Template;
