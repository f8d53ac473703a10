//! Alerts posted to a URL as JSON, signed as Standard Webhooks are.
//!
//! Where an alert goes is the operator's choice, so an address inside the own network is as good as any; nothing a
//! customer says ever leads here, and redirects are not followed.

mod config;
mod sign;
mod webhook;

pub use config::{InvalidWebhookConfig, WebhookConfig};
pub use webhook::WebhookAlerts;
