//! The store in Redis or Valkey, which several copies of the gateway share. A task keeps the connections, says
//! every second that this copy runs, and connects anew when something went wrong. While there is no
//! connection nobody waits: the store is away.

use super::{Outlasts, Store, StoreAway, StoreKey, Swap, random_copy};
use async_trait::async_trait;
use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, Script, ScriptInvocation};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// Each connection takes any number of commands at a time; several keep one large answer from holding up all.
const CONNECTIONS: usize = 4;
/// How long connecting may take, and an answer.
const TIMEOUT: Duration = Duration::from_secs(1);
/// How often a copy says that it runs.
const BEAT: Duration = Duration::from_secs(1);
/// For how long a copy counts as running after it has said so.
const BEAT_LIFETIME: Duration = Duration::from_secs(5);
/// The pause before the next attempt to connect.
const RETRY: Duration = Duration::from_millis(250);

/// The store in Redis or Valkey.
pub struct RedisStore {
    client: Client,
    connections: RwLock<Vec<MultiplexedConnection>>,
    next: AtomicUsize,
    available: watch::Sender<bool>,
    failed: Notify,
    copy: String,
    scripts: Scripts,
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisStore")
    }
}

/// What Redis has no single command for, in every version.
struct Scripts {
    put_new: Script,
    swap: Script,
    count: Script,
}

impl Scripts {
    fn new() -> Scripts {
        Scripts {
            put_new: Script::new(
                "local present = redis.call('GET', KEYS[1])
                 if not present then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
                 return present",
            ),
            // For each key five arguments: whether something must be there, and what; whether something is there
            // then, what, and for how long.
            swap: Script::new(
                "local present, is_old, is_new = {}, true, true
                 for number, key in ipairs(KEYS) do
                   local at = number * 5 - 4
                   local value = redis.call('GET', key)
                   present[number] = value
                   if value ~= (ARGV[at] == '1' and ARGV[at + 1]) then is_old = false end
                   if value ~= (ARGV[at + 2] == '1' and ARGV[at + 3]) then is_new = false end
                 end
                 if not is_old and not is_new then return present end
                 for number, key in ipairs(KEYS) do
                   local at = number * 5 - 4
                   if ARGV[at + 2] == '1' then redis.call('SET', key, ARGV[at + 3], 'PX', ARGV[at + 4])
                   else redis.call('DEL', key) end
                 end
                 return false",
            ),
            count: Script::new(
                "local number = redis.call('INCR', KEYS[1])
                 if number == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
                 return number",
            ),
        }
    }
}

impl RedisStore {
    /// A store at this address, `redis://` or `rediss://`. Connecting goes on in the background.
    ///
    /// # Errors
    /// When the address is none.
    pub fn open(url: &SecretString) -> io::Result<Arc<RedisStore>> {
        let store = Arc::new(RedisStore {
            client: client(url)?,
            connections: RwLock::default(),
            next: AtomicUsize::new(0),
            available: watch::Sender::new(false),
            failed: Notify::new(),
            copy: random_copy(),
            scripts: Scripts::new(),
        });
        tokio::spawn(keep_connected(Arc::downgrade(&store)));
        Ok(store)
    }

    fn connection(&self) -> Result<MultiplexedConnection, StoreAway> {
        let connections = self.connections.read();
        let connections = connections.unwrap_or_else(PoisonError::into_inner);
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let connection = connections.get(next % connections.len().max(1));
        connection.cloned().ok_or(StoreAway)
    }

    async fn connect(&self) -> Result<(), RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        let mut connections = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            let client = &self.client;
            let connecting = client.get_multiplexed_async_connection_with_config(&config);
            connections.push(connecting.await?);
        }
        self.beat(&mut connections[0]).await?;
        self.set_connections(connections);
        self.available.send_replace(true);
        Ok(())
    }

    /// Says that this copy runs, and sees whether the store takes anything.
    async fn beat(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        redis::cmd("SET")
            .arg(beat_key(&self.copy))
            .arg("1")
            .arg("PX")
            .arg(milliseconds(BEAT_LIFETIME))
            .exec_async(connection)
            .await
    }

    /// Beats until the store fails.
    async fn beat_on(&self) {
        let failed = self.failed.notified();
        tokio::pin!(failed);
        loop {
            tokio::select! {
                () = &mut failed => return,
                () = tokio::time::sleep(BEAT) => {}
            }
            let Ok(mut connection) = self.connection() else {
                return;
            };
            if self.beat(&mut connection).await.is_err() {
                return;
            }
        }
    }

    fn set_connections(&self, connections: Vec<MultiplexedConnection>) {
        let mut present = self.connections.write();
        let present = present.as_deref_mut();
        match present {
            Ok(present) => *present = connections,
            Err(poisoned) => **poisoned.get_mut() = connections,
        }
    }

    fn leave(&self) {
        self.set_connections(Vec::new());
        self.available.send_replace(false);
    }

    async fn invoke<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, StoreAway> {
        let mut connection = self.connection()?;
        let answer = script.invoke_async(&mut connection).await;
        answer.map_err(|error| self.failure(&error))
    }

    /// After a failure the store is away until it was reached anew.
    fn failure(&self, error: &RedisError) -> StoreAway {
        tracing::warn!(kind = ?error.kind(), "the store failed");
        self.leave();
        self.failed.notify_waiters();
        StoreAway
    }
}

/// Connects, and connects anew whenever the store failed, as long as somebody has the store.
async fn keep_connected(store: Weak<RedisStore>) {
    let mut is_known_away = false;
    while let Some(store) = store.upgrade() {
        match store.connect().await {
            Ok(()) => {
                if is_known_away {
                    tracing::info!("the store is back");
                }
                is_known_away = false;
                store.beat_on().await;
                store.leave();
            }
            Err(error) if !is_known_away => {
                tracing::warn!(kind = ?error.kind(), "the store is away");
                is_known_away = true;
            }
            Err(_) => {}
        }
        drop(store);
        tokio::time::sleep(RETRY).await;
    }
}

/// The client for that address. Nothing is sent by it yet.
pub(super) fn client(url: &SecretString) -> io::Result<Client> {
    // Without the address itself, which may hold a password.
    Client::open(url.expose_secret()).map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "gateway_store is no address of a Redis, such as redis://10.0.0.5/0",
        )
    })
}

fn beat_key(copy: &str) -> String {
    ["portal:copy:", copy].concat()
}

fn milliseconds(lifetime: Duration) -> u64 {
    u64::try_from(lifetime.as_millis())
        .unwrap_or(u64::MAX)
        .max(1)
}

#[async_trait]
impl Store for RedisStore {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Bytes>>, StoreAway> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.connection()?;
        let mut command = redis::cmd("MGET");
        for key in keys {
            command.arg(key.as_str());
        }
        let values = command.query_async(&mut connection).await;
        values.map_err(|error| self.failure(&error))
    }

    async fn put(&self, key: &StoreKey, value: Bytes, lifetime: Duration) -> Result<(), StoreAway> {
        let mut connection = self.connection()?;
        let mut command = redis::cmd("SET");
        command
            .arg(key.as_str())
            .arg(&value[..])
            .arg("PX")
            .arg(milliseconds(lifetime));
        let done = command.exec_async(&mut connection).await;
        done.map_err(|error| self.failure(&error))
    }

    async fn put_new(
        &self,
        key: &StoreKey,
        value: Bytes,
        lifetime: Duration,
    ) -> Result<Option<Bytes>, StoreAway> {
        let mut script = self.scripts.put_new.key(key.as_str());
        script.arg(&value[..]).arg(milliseconds(lifetime));
        self.invoke(&script).await
    }

    /// How much of a power cut it outlasts, the settings of Redis say.
    async fn swap(
        &self,
        swaps: &[Swap],
        _: Outlasts,
    ) -> Result<Option<Vec<Option<Bytes>>>, StoreAway> {
        let mut script = self.scripts.swap.prepare_invoke();
        for Swap { key, old, new } in swaps {
            script.key(key.as_str());
            script
                .arg(old.is_some())
                .arg(old.as_deref().unwrap_or_default());
            script.arg(new.is_some());
            let (value, lifetime) = new.clone().unwrap_or_default();
            script.arg(&value[..]).arg(milliseconds(lifetime));
        }
        self.invoke(&script).await
    }

    async fn count(&self, key: &StoreKey, lifetime: Duration) -> Result<u64, StoreAway> {
        let mut script = self.scripts.count.key(key.as_str());
        script.arg(milliseconds(lifetime));
        self.invoke(&script).await
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn copy(&self) -> &str {
        &self.copy
    }

    async fn is_running(&self, copy: &str) -> Result<bool, StoreAway> {
        let beat = self.get(&[StoreKey::new(beat_key(copy))]).await?;
        Ok(beat.iter().any(Option::is_some))
    }

    fn is_away(&self) -> bool {
        !*self.available.borrow()
    }

    async fn available(&self) {
        // The sender is in this store, so it does not end.
        let _ = self.available.subscribe().wait_for(|it| *it).await;
    }
}
