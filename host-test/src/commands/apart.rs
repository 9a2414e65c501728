use super::context::interruption;
use crate::exit::{Exit, Failure};

/// Does what may take long, or for ever, on a thread of its own: whoever reads
/// standard output may be slow or never read, whoever writes to standard input may
/// never end, and neither may a filter. Ctrl-C ends that too.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let work = tokio::task::spawn_blocking(work);
    tokio::select! {
        biased;
        done = work => done.map_err(|error| Failure::new(Exit::Other, error))?,
        () = interruption() => Err(Failure::silent(Exit::Interrupted)),
    }
}
