//! The renewal of tokens, by one caller at a time.

mod failures;
mod lease;
mod overtaken;
mod rotation;

/// Lets everything else go on until a condition holds.
async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}
