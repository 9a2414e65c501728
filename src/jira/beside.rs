//! Two futures of one call, driven together.

use core::{
    future::{Future, poll_fn},
    pin::pin,
};

/// What a future comes to, while another one is driven beside it for as long
/// as that takes. The other is dropped when it is not done by then.
pub async fn beside<T>(side: impl Future<Output = ()>, main: impl Future<Output = T>) -> T {
    let mut side = pin!(side);
    let mut main = pin!(main);
    let mut side_is_done = false;
    poll_fn(|context| {
        if !side_is_done {
            side_is_done = side.as_mut().poll(context).is_ready();
        }
        main.as_mut().poll(context)
    })
    .await
}
