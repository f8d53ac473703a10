//! How the product reaches you: mail and, in development, the outbox that shows it.
//!
//! [`Notify`] plans messages that ride in the caller's commit; [`SendMessage`] is the worker's part.

mod alert;
mod archive;
mod branding;
mod capture;
mod category;
mod content;
mod error;
mod message;
mod outbox;
pub mod port;
mod refusal;
mod render;
mod send_message;
mod service;
mod template;
/// What notify asks to have changed.
pub mod write;

pub use alert::MailAlerts;
pub use archive::TABLES;
pub use branding::{Branding, Color, Logo};
pub use capture::CaptureSender;
pub use category::{Category, Topic};
pub use error::NotifyError;
pub use message::{Message, MessageEntity, MessageId, Status};
pub use outbox::{Captured, Channel};
pub use refusal::{OptOut, Suppression, SuppressionReason};
pub use render::{Rendered, Values};
pub use send_message::SendMessage;
pub use service::{NewMessage, Notify};
pub use template::Template;
