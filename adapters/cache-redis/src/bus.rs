use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use fred::interfaces::PubsubInterface;
use saaskit_kernel::{ErrorKind, EventBus, Heard, Hints, LONGEST_HINT, PortError, Source};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::config::{InvalidRedisConfig, RedisConfig};
use crate::failure::failure;
use crate::listen::Ear;
use crate::redis::Redis;

/// Hints by the channels of Redis, which keeps nothing. Each subscriber may be behind by so many hints of its topic;
/// then it misses the oldest and is told, as everybody is when the connection was lost and is back.
pub struct RedisEventBus {
    redis: Arc<Redis>,
    topics: Arc<Topics>,
    wishes: mpsc::Sender<Wish>,
    patience: Duration,
    listening: JoinHandle<()>,
}

/// Subscriptions that wait for their answer.
const WISHES: usize = 64;

impl RedisEventBus {
    /// Publishes by those connections and listens by one of its own, which is made in the background. Subscribers
    /// may be behind by so many hints, at least one.
    pub fn new(
        redis: Arc<Redis>,
        config: &RedisConfig,
        source: &Source,
        behind: usize,
    ) -> Result<Self, InvalidRedisConfig> {
        let behind = behind.max(1);
        let prepared = config.prepare(behind)?;
        let topics = Arc::new(Topics { behind, senders: Mutex::default() });
        let (wishes, asked) = mpsc::channel(WISHES);
        let ear = Ear::new(topics.clone(), redis.keys.clone(), asked);
        let listening = tokio::spawn(ear.listen(prepared, source.clone()));
        Ok(Self { redis, topics, wishes, patience: config.connect_timeout, listening })
    }
}

impl fmt::Debug for RedisEventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisEventBus").field("redis", &self.redis).finish_non_exhaustive()
    }
}

impl Drop for RedisEventBus {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

#[async_trait]
impl EventBus for RedisEventBus {
    async fn publish(&self, topic: &'static str, body: &str) -> Result<(), PortError> {
        if body.len() > LONGEST_HINT {
            return Err(failure(ErrorKind::Invalid, "the hint is too long"));
        }
        let live = self.redis.live()?;
        let channel = self.redis.keys.channel(topic);
        live.client.publish(channel, body).await.map_err(|error| live.explain(&error))
    }

    /// Where there is no connection it answers nevertheless: this subscriber is then told that it missed something
    /// as soon as there is one.
    async fn subscribe(&self, topic: &'static str) -> Result<Box<dyn Hints>, PortError> {
        let (reply, granted) = oneshot::channel();
        let asked = async {
            self.wishes.send(Wish { topic, reply }).await.ok()?;
            granted.await.ok()
        };
        let receiver = timeout(self.patience, asked).await.ok().flatten();
        Ok(Box::new(RedisHints(receiver.unwrap_or_else(|| self.topics.sender(topic).subscribe()))))
    }
}

/// A subscription that is granted when the server has it.
pub(crate) struct Wish {
    pub(crate) topic: &'static str,
    pub(crate) reply: oneshot::Sender<Receiver<Heard>>,
}

/// Who listens to what on this node. Topics are few, so those that nobody listens to any more are kept.
#[derive(Debug)]
pub(crate) struct Topics {
    behind: usize,
    senders: Mutex<HashMap<&'static str, Sender<Heard>>>,
}

impl Topics {
    pub(crate) fn sender(&self, topic: &'static str) -> Sender<Heard> {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        senders.entry(topic).or_insert_with(|| Sender::new(self.behind)).clone()
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// Tells whoever listens to the topic.
    pub(crate) fn tell(&self, topic: &str, heard: Heard) {
        if let Some(sender) = self.senders.lock().unwrap_or_else(PoisonError::into_inner).get(topic) {
            // That nobody listens is no failure.
            drop(sender.send(heard));
        }
    }
}

#[derive(Debug)]
struct RedisHints(Receiver<Heard>);

#[async_trait]
impl Hints for RedisHints {
    async fn next(&mut self) -> Heard {
        match self.0.recv().await {
            Ok(heard) => heard,
            Err(RecvError::Lagged(_)) => Heard::Missed,
            // The bus is gone, and nothing will ever be heard again.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
