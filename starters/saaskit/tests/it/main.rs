//! What the starter promises its operators.

mod configuration;
mod documents;
