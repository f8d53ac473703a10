use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use saaskit_auth::Auth;
use saaskit_kernel::{Follower, Freshness, Source};
use saaskit_memory::MemoryStore;

/// How the nodes of a world hear of each other: when the test says so, and not before.
#[derive(Debug, Default)]
pub(crate) struct Ears(Mutex<Vec<Follower>>);

impl Ears {
    /// From now on that node hears, too.
    pub(crate) fn listen(&self, node: &Auth, memory: Arc<MemoryStore>, source: Source, freshness: Freshness) {
        let follower = Follower::new(memory, [node.listener()], source, freshness);
        self.0.lock().unwrap().push(follower);
    }

    pub(crate) fn follow(&self) {
        for follower in &*self.0.lock().unwrap() {
            at_once(follower.follow()).unwrap();
            at_once(follower.sweep()).unwrap();
        }
    }
}

/// The memory store never has to wait.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("the memory store waits"),
    }
}
