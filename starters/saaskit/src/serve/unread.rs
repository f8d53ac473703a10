use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Buf, Bytes, Frame, SizeHint};

use super::busy::UnderWay;

/// How many answers of one connection wait for its client. One that moves counts in the present period, one that
/// does not stays in the period before.
#[derive(Debug, Clone, Default)]
pub(super) struct Unread(Arc<Periods>);

#[derive(Debug, Default)]
struct Periods {
    waiting: [AtomicU32; 2],
    present: AtomicUsize,
}

impl Unread {
    /// Ends once an answer has stood still for a period, or almost two.
    pub(super) async fn stands_still(&self, period: Duration) {
        let Periods { waiting, present } = &*self.0;
        loop {
            tokio::time::sleep(period).await;
            let before = 1 - present.load(Ordering::Acquire);
            if waiting[before].load(Ordering::Acquire) > 0 {
                return;
            }
            present.store(before, Ordering::Release);
        }
    }

    fn enter(&self) -> usize {
        let period = self.0.present.load(Ordering::Acquire);
        self.0.waiting[period].fetch_add(1, Ordering::AcqRel);
        period
    }

    fn leave(&self, period: usize) {
        self.0.waiting[period].fetch_sub(1, Ordering::AcqRel);
    }
}

/// One answer. It waits for the client while a part of it is on its way, or it is not asked for the next.
#[derive(Debug)]
struct Answer {
    unread: Unread,
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    reasons_to_wait: u32,
    period: usize,
}

impl Answer {
    fn moved(&self) {
        self.touch(|_| ());
    }

    fn touch(&self, change: impl FnOnce(&mut u32)) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.reasons_to_wait > 0 {
            self.unread.leave(progress.period);
        }
        change(&mut progress.reasons_to_wait);
        if progress.reasons_to_wait > 0 {
            progress.period = self.unread.enter();
        }
    }
}

/// A reason to wait, for as long as it is held.
#[derive(Debug)]
struct Waits(Arc<Answer>);

impl Waits {
    fn of(answer: &Arc<Answer>) -> Self {
        answer.touch(|reasons| *reasons += 1);
        Self(answer.clone())
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.touch(|reasons| *reasons -= 1);
    }
}

/// A body whose client is waited for, unless it was asked for more and has nothing yet.
#[derive(Debug)]
pub(super) struct Watched<B> {
    body: B,
    answer: Arc<Answer>,
    unasked: Option<Waits>,
    _under_way: UnderWay,
}

impl<B> Watched<B> {
    pub(super) fn new(body: B, unread: &Unread, under_way: UnderWay) -> Self {
        let answer = Arc::new(Answer { unread: unread.clone(), progress: Mutex::default() });
        Self { body, unasked: Some(Waits::of(&answer)), answer, _under_way: under_way }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Watched<B> {
    type Data = Part;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Part>, B::Error>>> {
        self.unasked = None;
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.unasked = Some(Waits::of(&self.answer));
        let part = |bytes| Part { bytes, unsent: Waits::of(&self.answer) };
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A part of a body on its way.
#[derive(Debug)]
pub(super) struct Part {
    bytes: Bytes,
    unsent: Waits,
}

impl Buf for Part {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.unsent.0.moved();
    }
}
