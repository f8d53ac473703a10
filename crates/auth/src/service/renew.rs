use saaskit_kernel::{Call, Commit, InstallationSecret, Outcome, Secret, SessionId, Token, retry_stale};
use serde_json::json;

use super::{Auth, TRIES, is_contended};
use crate::port::Letter;
use crate::write::{AuthWrite, RefreshWrite, SessionWrite};
use crate::{
    AuthError, ClientMark, DeviceToken, News, Presented, ProofError, Renewal, Rotation, Tokens, action, event,
};

/// A link of a session's chain that somebody showed.
#[derive(Debug)]
pub struct Shown {
    secret: Token,
    presented: Presented,
}

impl Shown {
    /// The session it renews, whoever shows it.
    pub fn session(&self) -> SessionId {
        self.presented.session.id
    }
}

impl Auth {
    /// Finds the link whose secret is shown; whether it is good for anything, [`Auth::renew`] tells.
    pub async fn shown(&self, secret: &Secret) -> Result<Shown, AuthError> {
        let secret = Token::parse(secret.expose()).map_err(|_| ProofError::RefreshInvalid)?;
        let presented = self.presented(&secret).await?;
        Ok(Shown { secret, presented })
    }

    /// Gives the next tokens of a session for its newest link. Whoever lost the answer may ask again; a link that was
    /// replaced long ago was stolen, and ends the session.
    pub async fn renew(
        &self,
        call: &Call,
        shown: Shown,
        device: Option<&DeviceToken>,
    ) -> Result<Tokens, AuthError> {
        let Shown { secret: shown, presented } = shown;
        let secret = self.installation()?;
        let client = ClientMark::of(&secret, device, call.agent.as_ref());
        let mut at_first = Some(presented);
        let renewed = retry_stale(TRIES, is_contended, || {
            let known = at_first.take();
            let (secret, shown) = (&secret, &shown);
            async move {
                let presented = match known {
                    Some(presented) => presented,
                    None => self.presented(shown).await?,
                };
                self.renew_once(call, secret, shown, client, presented).await
            }
        });
        renewed.await
    }

    async fn presented(&self, shown: &Token) -> Result<Presented, AuthError> {
        self.ports
            .refresh_tokens
            .presented(&shown.hash())
            .await?
            .ok_or(AuthError::Proof(ProofError::RefreshInvalid))
    }

    async fn renew_once(
        &self,
        call: &Call,
        secret: &InstallationSecret,
        shown: &Token,
        client: ClientMark,
        presented: Presented,
    ) -> Result<Tokens, AuthError> {
        let Presented { token, session, .. } = &presented;
        let now = self.ports.source.now();
        let successor_by = |nonce, at| {
            let successor = token.successor(secret, shown, &nonce);
            let next = token.next(successor.hash(), session, at);
            self.tokens(session, &next, &successor).map(|tokens| (next, tokens))
        };
        match presented.decide(client, now) {
            Renewal::Rotate => {
                let nonce = self.ports.source.bytes();
                let (next, tokens) = successor_by(nonce, now)?;
                let rotation = Rotation { at: now, client, nonce: Some(nonce) };
                let rotate = RefreshWrite::Rotate { shown: token.hash, rotation, next };
                self.ports.store.commit(call.commit().write(AuthWrite::Refresh(rotate))).await?;
                Ok(tokens)
            }
            Renewal::Repeat { nonce } => {
                let rotated_at = token.rotation.as_ref().map_or(now, |rotation| rotation.at);
                successor_by(nonce, rotated_at).map(|(_, tokens)| tokens)
            }
            Renewal::Over => Err(ProofError::RefreshInvalid.into()),
            Renewal::OtherClient => {
                self.warn_of_another_client(call, presented).await?;
                Err(ProofError::RefreshInvalid.into())
            }
            Renewal::Stolen => {
                self.end_stolen(call, presented).await?;
                Err(ProofError::RefreshReused.into())
            }
        }
    }

    /// Writes it down, and to the user, who can tell whether it was theirs: not more than once a day.
    async fn warn_of_another_client(&self, call: &Call, presented: Presented) -> Result<(), AuthError> {
        let Presented { session, user, .. } = presented;
        let source = &self.ports.source;
        let at = source.now();
        let entry = call.entry(source, action::REFRESH_ELSEWHERE, Outcome::Refused, None);
        let mut commit = Commit::new().record(entry.on(session.id));
        if session.deserves_warning(at) {
            let warn = SessionWrite::Warn { session: session.id, last: session.warned_at, at };
            let letter = self.ports.letters.plan(call, Letter::SecurityAlert { to: user }).await?;
            commit = commit.write(AuthWrite::Session(warn)).and(letter);
        }
        Ok(self.ports.store.commit(commit).await?)
    }

    async fn end_stolen(&self, call: &Call, presented: Presented) -> Result<(), AuthError> {
        let Presented { session, user, .. } = presented;
        let source = &self.ports.source;
        let at = source.now();
        let reused =
            self.event(event::REFRESH_REUSED, None, json!({ "user": user.id, "session": session.id }));
        let letter = self.ports.letters.plan(call, Letter::TokenReuse { to: user }).await?;
        let commit = Commit::new()
            .write(AuthWrite::Session(SessionWrite::End { session: session.id, at }))
            .emit(reused)
            .record(call.entry(source, action::REFRESH_REUSED, Outcome::Refused, None).on(session.id))
            .and(letter);
        self.commit_news(commit, &[News::SessionEnded(session.id)]).await
    }
}
