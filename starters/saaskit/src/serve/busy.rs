use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What is asked on one connection. HTTP/2 keeps one for ever that asks nothing and answers pings.
#[derive(Debug, Clone, Default)]
pub(super) struct Busy(Arc<Asked>);

#[derive(Debug, Default)]
struct Asked {
    under_way: AtomicU32,
    /// How often something was asked; it may go around.
    begun: AtomicU32,
}

impl Busy {
    /// Notes a request.
    pub(super) fn begin(&self) -> UnderWay {
        self.0.under_way.fetch_add(1, Ordering::AcqRel);
        self.0.begun.fetch_add(1, Ordering::AcqRel);
        UnderWay(self.clone())
    }

    /// Ends after a period in which nothing was asked, and nothing is under way.
    pub(super) async fn idles(&self, period: Duration) {
        let Asked { under_way, begun } = &*self.0;
        loop {
            let before = begun.load(Ordering::Acquire);
            tokio::time::sleep(period).await;
            if under_way.load(Ordering::Acquire) == 0 && begun.load(Ordering::Acquire) == before {
                return;
            }
        }
    }
}

/// A request, until its answer has ended.
#[derive(Debug)]
pub(super) struct UnderWay(Busy);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}
