//! Alerts posted to a URL.
