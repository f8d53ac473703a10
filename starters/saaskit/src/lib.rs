//! A whole SaaS backend, as a library: [`App::new`] takes the ports you fill, so that your own `main` can bring
//! its own adapters. The program `saaskit` is this library with the wiring of `wire.rs`.

mod app;
mod breakers;
pub mod command;
pub mod config;
mod data_dir;
mod environment;
mod logs;
mod ports;
mod serve;
mod wire;

pub use app::{App, Settings, metrics, metrics_table};
pub use breakers::Breakers;
pub use ports::{Commons, Ports, Stores};
pub use serve::serve;
