use fred::error::Error;
use fred::interfaces::LuaInterface;
use fred::types::FromValue;
use fred::util::sha1_hash;

use crate::failure::word;
use crate::redis::Live;

/// What a server does in one step.
#[derive(Debug)]
pub(crate) struct Script {
    text: &'static str,
    hash: String,
}

impl Script {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text, hash: sha1_hash(text) }
    }

    /// Runs it by its name, and by its text where the server does not know it: after a start, or a failover.
    pub(crate) async fn run<T: FromValue>(
        &self,
        live: &Live,
        key: &str,
        values: Vec<i64>,
    ) -> Result<T, Error> {
        match live.client.evalsha(self.hash.as_str(), key, values.clone()).await {
            Err(error) if word(&error) == Some("NOSCRIPT") => live.client.eval(self.text, key, values).await,
            answer => answer,
        }
    }
}
