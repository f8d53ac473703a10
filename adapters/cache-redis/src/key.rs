/// Makes the names under which things are kept. No two things share one, whatever characters theirs hold.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// The length tells where the space ends and the subject begins.
    pub(crate) fn cached(&self, space: &str, subject: &str) -> String {
        format!("{}cache:{}:{space}:{subject}", self.prefix, space.len())
    }

    /// Likewise.
    pub(crate) fn limited(&self, limit: &str, subject: &str) -> String {
        format!("{}limit:{}:{limit}:{subject}", self.prefix, limit.len())
    }

    pub(crate) fn channel(&self, topic: &str) -> String {
        format!("{}hint:{topic}", self.prefix)
    }

    /// Reads [`Self::channel`] back.
    pub(crate) fn topic<'a>(&self, channel: &'a str) -> Option<&'a str> {
        channel.strip_prefix(&self.prefix)?.strip_prefix("hint:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_things_share_a_name() {
        let keys = Keys::new("x:");
        assert_ne!(keys.cached("a", "b:c"), keys.cached("a:b", "c"));
        assert_ne!(keys.cached("a", "b"), keys.limited("a", "b"));
        assert_eq!(keys.topic(&keys.channel("auth.revoked")), Some("auth.revoked"));
        assert_eq!(keys.topic("y:hint:auth.revoked"), None);
    }
}
