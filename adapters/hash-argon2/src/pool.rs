use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

use argon2::Block;
use saaskit_kernel::{ErrorKind, PortError};
use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroizing;

use crate::Argon2Config;
use crate::hasher::ADAPTER;

/// The memory of one thread.
pub(crate) type Memory = [Block];
type Job = Box<dyn FnOnce(&mut Memory) + Send>;
type Queue = Arc<Mutex<Receiver<Job>>>;

/// When to come again after being refused: a full queue is worked off well within.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Threads that work on one memory each, and a bounded queue before them. They end when the pool is dropped.
#[derive(Debug)]
pub(crate) struct Pool {
    queue: Sender<Job>,
    places: Arc<Semaphore>,
}

impl Pool {
    pub(crate) fn start(config: &Argon2Config, blocks: usize) -> io::Result<Self> {
        let (queue, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..config.threads {
            let jobs = Queue::clone(&jobs);
            thread::Builder::new().name(format!("argon2-{number}")).spawn(move || work(&jobs, blocks))?;
        }
        Ok(Self { queue, places: Arc::new(Semaphore::new(config.threads + config.queue)) })
    }

    /// Whether work would not be refused now.
    pub(crate) fn has_room(&self) -> Result<(), PortError> {
        if self.places.available_permits() > 0 { Ok(()) } else { Err(throttled()) }
    }

    /// Has a thread do `work`, or refuses at once if as many wait as may. Work nobody waits for any more is skipped.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, PortError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Memory) -> T + Send + 'static,
    {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| throttled())?;
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |memory| {
            let result = (!reply.is_closed()).then(|| work(memory));
            drop(place);
            if let Some(result) = result {
                // Whoever asked may be gone by now, which is no failure.
                drop(reply.send(result));
            }
        });
        self.queue.send(job).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())
    }
}

fn throttled() -> PortError {
    PortError::new(ErrorKind::Throttled, ADAPTER).after(RETRY_AFTER)
}

fn stopped() -> PortError {
    PortError::new(ErrorKind::Unexpected, ADAPTER).because("the hashing threads have stopped")
}

/// Works jobs off until the queue is closed.
fn work(jobs: &Queue, blocks: usize) {
    // It comes with the first work: whoever hashes nothing holds none.
    let mut memory = Zeroizing::new(Vec::new());
    while let Some(job) = next(jobs, &mut memory) {
        memory.resize(blocks, Block::new());
        job(&mut memory);
    }
}

/// What a hash leaves in memory would let its password be guessed cheaply, so a thread that finds nothing to do
/// wipes it before it waits.
fn next(jobs: &Queue, memory: &mut Memory) -> Option<Job> {
    waiting(jobs).or_else(|| {
        memory.fill(Block::new());
        lock(jobs).recv().ok()
    })
}

/// The next job if one is there. While another thread holds the queue, none is.
fn waiting(jobs: &Queue) -> Option<Job> {
    jobs.try_lock().ok()?.try_recv().ok()
}

fn lock(jobs: &Queue) -> MutexGuard<'_, Receiver<Job>> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::pin::Pin;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn pool(threads: usize, queue: usize) -> Pool {
        Pool::start(&Argon2Config { threads, queue, ..Argon2Config::default() }, 8).unwrap()
    }

    /// Has a thread wait until the sender is used or dropped.
    fn hold(pool: &Pool) -> (Sender<()>, impl Future<Output = Result<(), PortError>>) {
        let (release, held) = channel();
        (release, pool.run(move |_| held.recv().unwrap_or_default()))
    }

    /// The first poll's answer, or the work, which has begun.
    fn begin<F: Future>(work: F) -> Result<Pin<Box<F>>, F::Output> {
        let mut work = Box::pin(work);
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => Ok(work),
            Poll::Ready(answer) => Err(answer),
        }
    }

    #[tokio::test]
    async fn however_many_come_there_is_one_memory_a_thread_and_it_does_not_grow() {
        const THREADS: usize = 2;
        let pool = pool(THREADS, 20);
        for _ in 0..5 {
            // Each holds its memory until as many have one as there are threads.
            let together = Arc::new(std::sync::Barrier::new(THREADS));
            let works = (0..20).map(|_| {
                let together = Arc::clone(&together);
                begin(pool.run(move |memory| {
                    together.wait();
                    (memory.as_ptr().addr(), memory.len())
                }))
                .ok()
                .unwrap()
            });
            let works: Vec<_> = works.collect();
            let mut seen = std::collections::BTreeSet::new();
            for work in works {
                seen.insert(work.await.unwrap());
            }
            assert_eq!(seen.len(), THREADS, "{seen:?}");
            assert!(seen.iter().all(|(_, blocks)| *blocks == 8), "{seen:?}");
        }
    }

    #[tokio::test]
    async fn as_many_are_let_in_as_work_and_may_wait() {
        let pool = pool(2, 3);
        let (releases, held): (Vec<_>, Vec<_>) = (0..5).map(|_| hold(&pool)).unzip();
        let held: Vec<_> = held.into_iter().map(|work| begin(work).ok().unwrap()).collect();
        let refusal = begin(pool.run(|_| ())).err().unwrap().unwrap_err();
        assert_eq!((refusal.kind(), refusal.retry_after()), (ErrorKind::Throttled, Some(RETRY_AFTER)));
        drop(releases);
        for work in held {
            work.await.unwrap();
        }
        pool.run(|_| ()).await.unwrap();
    }

    #[tokio::test]
    async fn work_nobody_waits_for_is_skipped() {
        let pool = pool(1, 10);
        let (release, held) = hold(&pool);
        let held = begin(held).ok().unwrap();
        let done = Arc::new(AtomicU32::new(0));
        for _ in 0..10 {
            let done = Arc::clone(&done);
            let work = begin(pool.run(move |_| done.fetch_add(1, Ordering::SeqCst)));
            drop(work.ok().unwrap());
        }
        drop(release);
        held.await.unwrap();
        pool.run(|_| ()).await.unwrap();
        assert_eq!(done.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn memory_is_wiped_when_there_is_nothing_to_do() {
        let pool = pool(1, 1);
        pool.run(|memory| memory.iter_mut().for_each(|block| block.as_mut().fill(7))).await.unwrap();
        let is_zero =
            |memory: &mut Memory| memory.iter().all(|block| block.as_ref().iter().all(|&word| word == 0));
        let wiped = async { while !pool.run(is_zero).await.unwrap() {} };
        tokio::time::timeout(Duration::from_mins(1), wiped).await.unwrap();
    }

    thread_local! {
        static ALIVE: RefCell<Vec<mpsc::Sender<()>>> = const { RefCell::new(Vec::new()) };
    }

    #[tokio::test]
    async fn threads_end_when_the_pool_is_dropped() {
        let pool = pool(1, 1);
        let (alive, ended) = channel();
        pool.run(move |_| ALIVE.with_borrow_mut(|senders| senders.push(alive))).await.unwrap();
        assert!(ended.try_recv().is_err());
        drop(pool);
        assert_eq!(ended.recv_timeout(Duration::from_mins(1)), Err(RecvTimeoutError::Disconnected));
    }
}
