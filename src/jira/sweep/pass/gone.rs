//! Batches without what is kept no longer.

use super::{Batch, Pass};
use crate::jira::{
    error::Result,
    host::Host,
    sweep::{gone::gone, own, register},
};

impl<H: Host> Pass<'_, H> {
    /// A batch without the accounts of which nothing is kept any more: what a
    /// disconnect or a consent that was cut short has left of them in the register
    /// is taken out of it.
    pub(super) async fn without_gone(&mut self, mut batch: Batch) -> Result<Batch> {
        let gone = gone(self.host, &batch.accounts).await?;
        for (id, copy) in gone {
            own::drop_copy(self.host, &id, &copy).await?;
            let place = batch.accounts.iter().position(|due| due.id == id);
            let Some(place) = place else {
                continue;
            };
            let due = batch.accounts.remove(place);
            let entry = register::read_many(self.host, &[id]).await?.pop();
            match due.clone().again(entry.flatten().transpose()?) {
                Some(due) => batch.accounts.insert(place, due),
                None => self.plan.conclude(&due, None, false),
            }
        }
        Ok(batch)
    }
}
