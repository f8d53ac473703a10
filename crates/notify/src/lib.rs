//! How the product reaches you: mail and, in development, the outbox that shows it.
//!
//! [`Notify`] is the whole of it, its use cases one a file under `service/`: plan a message that rides in the caller's
//! commit, set what a workspace's mails look like, suppress an address and lift that. [`SendMessage`] is the worker's
//! part.

pub mod action;
mod alert;
mod archive;
mod branding;
mod capture;
mod category;
mod content;
mod error;
mod message;
mod outbox;
pub mod permissions;
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
pub use branding::{Branding, Color, Logo, NewBranding};
pub use capture::CaptureSender;
pub use category::{Category, Topic};
pub use error::{NotifyError, TemplateError};
pub use message::{Message, MessageEntity, MessageId, Status};
pub use outbox::{Captured, Channel};
pub use refusal::{OptOut, Suppression, SuppressionEntity, SuppressionId, SuppressionReason};
pub use render::{Rendered, Values};
pub use send_message::SendMessage;
pub use service::{NewMessage, NewSuppression, Notify, Ports};
pub use template::Template;
