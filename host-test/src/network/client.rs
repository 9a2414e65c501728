use std::time::Duration;

use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::Body;
use super::dial::Dialer;

pub(super) type PooledClient = Client<Dialer, Body>;

/// How long an unused connection is kept: less than the minute after which
/// load balancers commonly close it, so that we are the one to do it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(45);

/// How many unused HTTP/1.1 connections are kept for an origin: one for each of
/// the calls that run at once where nothing else is said. With fewer, calls that
/// come in crowds close connections only to open others. With HTTP/2, which
/// Atlassian speaks, there is one for all of them.
const MAX_IDLE_PER_ORIGIN: usize = 64;

/// How often an HTTP/2 connection in use is asked whether it is alive, and how
/// long it may think about it. Else a connection that a middlebox has forgotten
/// would swallow requests until their own time is up.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest header block of an answer over HTTP/2. Jira's have a few kilobytes.
const MAX_HEADER_BYTES: u32 = 64 * 1024;

/// How much of an answer over HTTP/1.1 is read at once, and so also the longest
/// head of one, which may have a hundred headers besides: a page of a list, which a component then gets in one piece where
/// the network brings it that fast. A connection has so much only when it needs
/// it.
const MAX_READ_BYTES: usize = 256 * 1024;

/// How much of one answer comes in before somebody reads it. At a distance of a
/// tenth of a second this lets ten megabytes a second through.
const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;

/// How many answers of one connection may be left unread and not hold up the
/// others: twice as many as servers commonly let be under way at once (100 to
/// 128), so that the connection's window is never what they wait for.
const MAX_UNREAD_ANSWERS: u32 = 256;

/// How much comes in over one connection before somebody reads it. All tenants
/// share it, so no tenant's answers may use it up.
const CONNECTION_WINDOW_BYTES: u32 = MAX_UNREAD_ANSWERS * STREAM_WINDOW_BYTES;

pub(super) fn pooled(dialer: Dialer) -> PooledClient {
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE_PER_ORIGIN)
        .http1_max_buf_size(MAX_READ_BYTES)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_initial_stream_window_size(STREAM_WINDOW_BYTES)
        .http2_initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .http2_keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        // A request comes back for a second try only while it is still whole,
        // that is, when nothing of it was written to the connection that
        // turned out to be closed. So this never sends a POST twice, and spares
        // callers a failure that means nothing.
        .retry_canceled_requests(true)
        .build(dialer)
}
