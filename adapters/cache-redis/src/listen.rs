use std::collections::HashSet;
use std::sync::Arc;

use fred::clients::Client;
use fred::error::{Error, ErrorKind};
use fred::interfaces::{ClientLike, EventInterface, PubsubInterface};
use fred::types::{CustomCommand, Message};
use fred::util::redis_keyslot;
use saaskit_kernel::{Heard, Source};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::bus::{Topics, Wish};
use crate::config::Prepared;
use crate::failure::reason;
use crate::key::Keys;
use crate::redis::RETRY;
use crate::session::Session;

/// What listens, on one session after the other.
pub(crate) struct Ear {
    topics: Arc<Topics>,
    keys: Keys,
    wishes: mpsc::Receiver<Wish>,
}

impl Ear {
    pub(crate) fn new(topics: Arc<Topics>, keys: Keys, wishes: mpsc::Receiver<Wish>) -> Self {
        Self { topics, keys, wishes }
    }

    pub(crate) async fn listen(mut self, prepared: Prepared, source: Source) {
        let mut tried = 0;
        loop {
            let error = match Session::open(&prepared).await {
                Ok(session) => {
                    tried = 0;
                    self.hear(session).await
                }
                Err(error) => error,
            };
            if tried == 0 {
                tracing::warn!(reason = reason(&error), "no connection to Redis to listen on");
            }
            tried += 1;
            sleep(RETRY.wait(tried, &source)).await;
        }
    }

    /// Listens until the session is lost, and says why.
    async fn hear(&mut self, mut session: Session) -> Error {
        let client = session.client().clone();
        let mut messages = client.message_rx();
        let mut heard: HashSet<&'static str> = self.topics.names().into_iter().collect();
        if let Err(error) = self.subscribe(&client, heard.iter().copied()).await {
            return error;
        }
        self.tell_all_they_missed();
        let lost = session.lost();
        tokio::pin!(lost);
        loop {
            tokio::select! {
                error = &mut lost => return error,
                message = messages.recv() => match message {
                    Ok(message) => self.pass_on(message),
                    Err(RecvError::Lagged(_)) => self.tell_all_they_missed(),
                    Err(RecvError::Closed) => return Error::new(ErrorKind::IO, "the client is gone"),
                },
                Some(wish) = self.wishes.recv() => {
                    if heard.insert(wish.topic)
                        && let Err(error) = self.subscribe(&client, [wish.topic]).await
                    {
                        return error;
                    }
                    self.grant(wish);
                }
            }
        }
    }

    /// Comes back when the server has the subscriptions. It answers to them out of turn, so it is asked for
    /// something it answers in turn.
    async fn subscribe(
        &self,
        client: &Client,
        topics: impl IntoIterator<Item = &'static str>,
    ) -> Result<(), Error> {
        let channels: Vec<String> = topics.into_iter().map(|topic| self.keys.channel(topic)).collect();
        if channels.is_empty() {
            return Ok(());
        }
        client.subscribe(channels).await?;
        let same_server = redis_keyslot(client.id().as_bytes());
        client.custom(CustomCommand::new_static("PING", same_server, false), Vec::<String>::new()).await
    }

    /// Who no longer waits has subscribed without being sure, and may have missed something until now.
    fn grant(&self, wish: Wish) {
        let receiver = self.topics.sender(wish.topic).subscribe();
        if wish.reply.send(receiver).is_err() {
            self.topics.tell(wish.topic, Heard::Missed);
        }
    }

    fn pass_on(&self, message: Message) {
        let body = message.value.into_string();
        if let (Some(topic), Some(body)) = (self.keys.topic(&message.channel), body) {
            self.topics.tell(topic, Heard::Hint(body));
        }
    }

    fn tell_all_they_missed(&self) {
        for topic in self.topics.names() {
            self.topics.tell(topic, Heard::Missed);
        }
    }
}
