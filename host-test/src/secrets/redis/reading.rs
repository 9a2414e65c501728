//! Reading, with the key that opens what was read.

use std::sync::Arc;
use std::time::Instant;

use redis::{FromRedisValue, Pipeline};
use tokio::time::sleep;

use super::super::error::SealedStoreError;
use super::super::unlocked::Unlocked;
use super::desk::{ABSENCE, Desk, KEY_CHECK_FIELD, is_unreachable};
use super::entries::{Fields, is_entry};

impl Desk {
    /// What is there for these keys, and the key that opens it.
    pub(super) async fn fields(
        &self,
        keys: &[String],
    ) -> Result<(Arc<Unlocked>, Vec<Option<Vec<u8>>>), SealedStoreError> {
        let mut question = redis::pipe();
        let command = question.cmd("HMGET").arg(&self.names.entries);
        command.arg(KEY_CHECK_FIELD).arg(keys);
        let (unlocked, mut fields) = self
            .read(&question, |(fields,): &(Vec<Option<Vec<u8>>>,)| {
                fields.first()?.as_deref()
            })
            .await?;
        // The check comes first, or it would not have fitted.
        fields.0.remove(0);
        Ok((unlocked, fields.0))
    }

    /// Everything that is there, and the key that opens it.
    pub(super) async fn all(&self) -> Result<(Arc<Unlocked>, Fields), SealedStoreError> {
        let mut question = redis::pipe();
        question.hgetall(&self.names.entries);
        let (unlocked, (mut fields,)) = self
            .read(&question, |(fields,): &(Fields,)| {
                let mut fields = fields.iter();
                let key_check = fields.find(|(field, _)| field == KEY_CHECK_FIELD);
                key_check.map(|(_, key_check)| key_check.as_slice())
            })
            .await?;
        fields.retain(|(field, _)| is_entry(field));
        Ok((unlocked, fields))
    }

    /// Keys between two bounds, as the server writes them, at most so many.
    pub(super) async fn keys_between(
        &self,
        start: &str,
        end: &str,
        most: usize,
    ) -> Result<Vec<String>, SealedStoreError> {
        let most = isize::try_from(most).unwrap_or(isize::MAX);
        let mut question = redis::pipe();
        question
            .hget(&self.names.entries, KEY_CHECK_FIELD)
            .zrangebylex_limit(&self.names.index, start, end, 0, most);
        let (_, (_, keys)) = self
            .read(
                &question,
                |(key_check, _): &(Option<Vec<u8>>, Vec<String>)| key_check.as_deref(),
            )
            .await?;
        Ok(keys)
    }

    /// Reads something with the check of the key, and answers the key that fits.
    async fn read<T: FromRedisValue>(
        &self,
        question: &Pipeline,
        key_check: impl Fn(&T) -> Option<&[u8]>,
    ) -> Result<(Arc<Unlocked>, T), SealedStoreError> {
        let since = Instant::now();
        let mut unlocked = self.unlocked().await?;
        loop {
            let asked = self.server.reading().ask::<T>(self.at(), question).await;
            match asked {
                Ok(answer) if key_check(&answer) == Some(&unlocked.meta().key_check) => {
                    return Ok((unlocked, answer));
                }
                Ok(_) if self.is_patient(since) => unlocked = self.unlock().await?,
                Ok(_) => return Err(SealedStoreError::KeyChanged(self.at().to_owned())),
                Err(error) if is_unreachable(&error) && self.is_patient(since) => {
                    sleep(ABSENCE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
