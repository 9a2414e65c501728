//! The renewal of tokens, by one caller at a time.

mod failures;
mod lease;
mod overtaken;
mod rotation;
mod tally;

/// Lets everything else go on until a condition holds. One that never does is
/// given up after a minute, so that a failing test ends.
pub async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    let given_up = tokio::time::timeout(std::time::Duration::from_secs(60), wait).await;
    assert!(given_up.is_ok(), "what the test waits for never happened");
}
