//! A connection to the server that many calls share, and that is made anew when
//! it breaks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, Pipeline};
use tokio::sync::Mutex as AsyncMutex;

use super::super::error::SealedStoreError;
use super::durability::Durability;
use super::error::{classify, classify_connecting};
use super::settling::Settling;

/// How long a connection may have been silent before it is asked whether it is
/// still there. What stands between drops silent ones without a word, most of
/// them after minutes.
const SILENCE: Duration = Duration::from_secs(15);

/// How long the other end may take to say that it is there, and how long a
/// connection may take to be made.
const GREETING: Duration = Duration::from_secs(2);

/// What a connection is for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Role {
    Reading,
    /// It waits for the disk, and others that only read must not wait with it.
    Changing,
}

/// A connection in one role.
pub(super) struct Wire {
    client: Client,
    database: i64,
    role: Role,
    patience: Duration,
    state: AsyncMutex<State>,
}

#[derive(Default)]
struct State {
    live: Option<Live>,
    /// The last attempt to connect that failed.
    failed: Option<(Instant, redis::RedisError)>,
}

/// One connection, for as long as it lasts.
#[derive(Clone)]
pub(super) struct Live {
    connection: MultiplexedConnection,
    used: Arc<Mutex<Instant>>,
    pub(super) durability: Durability,
    pub(super) settling: Arc<Settling>,
}

impl Wire {
    pub(super) fn new(client: Client, database: i64, role: Role, patience: Duration) -> Self {
        Wire {
            client,
            database,
            role,
            patience,
            state: AsyncMutex::default(),
        }
    }

    /// The connection, which is made where there is none.
    pub(super) async fn live(&self, at: &str) -> Result<Live, SealedStoreError> {
        let since = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(live) = &mut state.live {
            if live.is_there().await {
                return Ok(live.clone());
            }
            state.live = None;
        }
        // Those who wait behind an attempt that fails do not make another one
        // each, one after the other.
        if let Some((when, error)) = &state.failed
            && *when > since
        {
            return Err(classify_connecting(at, error));
        }
        match self.connect().await {
            Ok(live) => {
                state.live = Some(live.clone());
                Ok(live)
            }
            Err(error) => {
                let told = classify_connecting(at, &error);
                state.failed = Some((Instant::now(), error));
                Err(told)
            }
        }
    }

    /// Asks for something.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        at: &str,
        question: &Pipeline,
    ) -> Result<T, SealedStoreError> {
        let mut live = self.live(at).await?;
        let answer = question.query_async(live.connection()).await;
        self.noted(at, &live, answer).await
    }

    /// What an answer means, for the caller and for the connection.
    pub(super) async fn noted<T>(
        &self,
        at: &str,
        live: &Live,
        answer: redis::RedisResult<T>,
    ) -> Result<T, SealedStoreError> {
        if let Err(error) = &answer
            && (error.is_io_error() || error.is_unrecoverable_error())
        {
            self.forget(live).await;
        }
        answer.map_err(|error| classify(at, &error))
    }

    /// Leaves a connection to those who still use it, and answers whether
    /// nobody has done so before.
    pub(super) async fn forget(&self, live: &Live) -> bool {
        let mut state = self.state.lock().await;
        let is_same = |current: &mut Live| Arc::ptr_eq(&current.used, &live.used);
        state.live.take_if(is_same).is_some()
    }

    /// Leaves the connection that there is, whichever that is.
    pub(super) async fn forget_any(&self) {
        self.state.lock().await.live = None;
    }

    async fn connect(&self) -> redis::RedisResult<Live> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(GREETING))
            .set_response_timeout(Some(self.patience));
        let client = &self.client;
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        if self.database != 0 {
            // The client would do so too, but does not tell the server's code.
            let mut select = redis::cmd("SELECT");
            select
                .arg(self.database)
                .exec_async(&mut connection)
                .await?;
        }
        let durability = match self.role {
            Role::Reading => Durability::default(),
            Role::Changing => Durability::of(&mut connection).await?,
        };
        Ok(Live {
            connection,
            used: Arc::new(Mutex::new(Instant::now())),
            durability,
            settling: Arc::default(),
        })
    }
}

impl Live {
    /// The connection, which is being used.
    pub(super) fn connection(&mut self) -> &mut MultiplexedConnection {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        &mut self.connection
    }

    async fn is_there(&mut self) -> bool {
        let used = *self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.elapsed() < SILENCE {
            return true;
        }
        let ping = redis::cmd("PING");
        let answer = ping.query_async::<redis::Value>(self.connection());
        matches!(tokio::time::timeout(GREETING, answer).await, Ok(Ok(_)))
    }
}
