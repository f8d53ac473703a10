use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Handler, HandlerError, Job};

use super::deeds::Deeds;

/// That handler, each of its tries counted.
pub(super) fn counting(handler: Arc<dyn Handler>, deeds: &Deeds) -> Arc<dyn Handler> {
    Arc::new(CountingHandler { handler, deeds: deeds.clone() })
}

#[derive(Debug)]
struct CountingHandler {
    handler: Arc<dyn Handler>,
    deeds: Deeds,
}

#[async_trait]
impl Handler for CountingHandler {
    fn kind(&self) -> &'static str {
        self.handler.kind()
    }

    async fn handle(&self, call: &Call, job: &Job, attempt: Attempt) -> Result<Commit, HandlerError> {
        let mut begun = Begun { kind: self.kind(), outcome: "broken_off", deeds: &self.deeds };
        let done = self.handler.handle(call, job, attempt).await;
        begun.outcome = match &done {
            Ok(_) => "done",
            Err(HandlerError::Again(error)) if !attempt.ends_by(error) => "put_off",
            Err(_) => "given_up",
        };
        done
    }
}

/// A try that is counted also if nobody waits for its end.
struct Begun<'a> {
    kind: &'static str,
    outcome: &'static str,
    deeds: &'a Deeds,
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.deeds.tried(self.kind, self.outcome);
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;
    use saaskit_kernel::{ErrorKind, PortError, Source};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug)]
    struct Fickle;

    #[async_trait]
    impl Handler for Fickle {
        fn kind(&self) -> &'static str {
            "test.fickle"
        }

        async fn handle(&self, _: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
            let failure = |kind| Err(PortError::new(kind, "test").into());
            match job.payload.as_str() {
                Some("away") => failure(ErrorKind::Unavailable),
                Some("refused") => failure(ErrorKind::Rejected),
                Some("nonsense") => Err(HandlerError::Never("it can't be read")),
                Some("hangs") => std::future::pending().await,
                _ => Ok(Commit::new()),
            }
        }
    }

    #[tokio::test]
    async fn every_try_is_counted_by_how_it_ended() {
        let (deeds, source) = (Deeds::default(), Source::system());
        let handler = counting(Arc::new(Fickle), &deeds);
        let try_it = async |says: Value, is_last: bool| {
            let job = Job::now(&source, "test.fickle", None, says);
            let attempt = Attempt { number: 1, is_last, is_excused: false };
            let call = Call::of_operator(&source);
            let _ = futures_util::FutureExt::now_or_never(handler.handle(&call, &job, attempt));
        };
        for (says, is_last) in
            [("well", false), ("away", false), ("away", true), ("refused", false), ("nonsense", false)]
        {
            try_it(json!(says), is_last).await;
        }
        try_it(json!("hangs"), false).await;
        let (mut registry, mut text) = (Registry::default(), String::new());
        deeds.register(&mut registry);
        encode(&mut text, &registry).unwrap();
        for (outcome, count) in [("done", 1), ("put_off", 1), ("given_up", 3), ("broken_off", 1)] {
            let line =
                format!("saaskit_job_tries_total{{kind=\"test.fickle\",outcome=\"{outcome}\"}} {count}\n");
            assert!(text.contains(&line), "{line} in {text}");
        }
    }
}
