//! Errors reported to Sentry.
