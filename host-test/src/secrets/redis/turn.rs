//! One process at a time changes the key, or touches the key file.

use std::time::{Duration, Instant};

use redis::ScriptInvocation;
use tokio::time::sleep;

use super::super::error::SealedStoreError;
use super::desk::{Desk, PAUSE};
use super::error::RedisError;
use super::scripts;
use super::token::token;

/// How long a turn lasts from its last step on, which takes milliseconds: after
/// the crash of whoever has it, those who write wait this long, and that is less
/// than their patience.
const LENGTH: Duration = Duration::from_secs(4);

/// A turn, which ends by itself when its process does.
pub(super) struct Turn<'a> {
    desk: &'a Desk,
    token: String,
}

impl<'a> Turn<'a> {
    /// Waits for others and takes a turn. Those who wait to write try again in
    /// shorter intervals than somebody who takes one turn after the other.
    pub(super) async fn take(desk: &'a Desk) -> Result<Self, SealedStoreError> {
        let token = token()?;
        sleep(2 * PAUSE).await;
        let since = Instant::now();
        while !Turn::is_taken(desk, &token).await? {
            if !desk.is_patient(since) {
                return Err(RedisError::Rekeying(desk.at().to_owned()).into());
            }
            sleep(PAUSE).await;
        }
        Ok(Turn { desk, token })
    }

    async fn is_taken(desk: &Desk, token: &str) -> Result<bool, SealedStoreError> {
        let mut live = desk.server.to_change(desk.at()).await?;
        let mut command = redis::cmd("SET");
        command
            .arg(&desk.names.turn)
            .arg(token)
            .arg("NX")
            .arg("PX")
            .arg(milliseconds());
        let answer = command.query_async(live.connection()).await;
        let answer: Option<String> = desk.server.noted(desk.at(), &live, answer).await?;
        Ok(answer.is_some())
    }

    /// A step of it: a script that begins with whose turn it is, and makes it
    /// last.
    pub(super) fn step<'s>(&self, script: &'s redis::Script) -> ScriptInvocation<'s> {
        let mut call = script.prepare_invoke();
        call.key(&self.desk.names.turn)
            .key(&self.desk.names.aside)
            .arg(&self.token)
            .arg(milliseconds());
        call
    }

    /// Ends it. Where that fails, it ends by itself.
    pub(super) async fn leave(self) {
        let call = self.step(&scripts::LEAVE);
        let _: Result<((), _), _> = self.desk.run(&call).await;
    }
}

fn milliseconds() -> u64 {
    LENGTH.as_millis() as u64
}
