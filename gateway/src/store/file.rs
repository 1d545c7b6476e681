//! The store in one file, an embedded database (redb): what was written survives a restart, a killed process
//! and a machine without power. Changes that need less get to the disk a moment later, with the next ones. One
//! gateway at a time can have the file open.

use super::memory::number_in;
use super::{Outlasts, Store, StoreAway, StoreKey, Swap, may_swap, random_copy};
use async_trait::async_trait;
use bytes::Bytes;
use redb::{
    Database, DatabaseError, Durability, ReadableDatabase as _, ReadableTable as _, Table,
    TableDefinition,
};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{oneshot, watch};

/// For each key when it ends, in Unix milliseconds, and its value.
const VALUES: TableDefinition<'_, &str, (u64, &[u8])> = TableDefinition::new("values");
/// The same keys in the order of their ends.
const ENDS: TableDefinition<'_, (u64, &str), ()> = TableDefinition::new("ends");
/// How much of the file is kept in memory, in bytes.
const CACHE_BYTES: usize = 8 << 20;
/// How many changes are written at once at most: each writing waits for the disk.
const MAX_BATCH: usize = 256;
/// How long a change for which nobody waits is in memory alone, at most.
const FLUSH: Duration = Duration::from_millis(50);
/// How often what has ended is removed, and how much of it at once.
const CLEANUP: Duration = Duration::from_secs(60);
const MAX_CLEANUP: usize = 10_000;
/// The pause before the next attempt to open a file that failed.
const RETRY: Duration = Duration::from_millis(250);

/// The store in a file.
///
/// After an error of the disk, such as a full one, the database refuses everything until it is opened anew. The
/// store is away then, and the thread that writes opens it as soon as the disk allows.
pub struct FileStore {
    open: Arc<OpenFile>,
    /// The thread that writes takes its work from here, and ends when this does.
    work: Sender<Work>,
    copy: String,
}

/// Opens the file.
type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send>;

/// The file while it is open.
struct OpenFile {
    database: RwLock<Option<Arc<Database>>>,
    available: watch::Sender<bool>,
}

/// What the thread that writes has to do.
enum Work {
    Change(Change, oneshot::Sender<Outcome>),
    /// A reading failed: open the file anew.
    OpenAnew,
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileStore")
    }
}

/// One change.
enum Change {
    Put(StoreKey, Bytes, Duration),
    PutNew(StoreKey, Bytes, Duration),
    Swap(Vec<Swap>, Outlasts),
    Count(StoreKey, Duration),
}

impl Change {
    fn outlasts(&self) -> Outlasts {
        match self {
            Change::Swap(_, outlasts) => *outlasts,
            Change::Put(..) | Change::PutNew(..) | Change::Count(..) => Outlasts::PowerCut,
        }
    }
}

/// What a change gave.
enum Outcome {
    Was(Option<Bytes>),
    Swapped(Option<Vec<Option<Bytes>>>),
    Number(u64),
}

impl FileStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened or made, is none of ours, or another gateway has it open.
    pub fn open(path: &Path) -> io::Result<FileStore> {
        let path = path.to_owned();
        FileStore::open_by(Box::new(move || {
            let mut builder = Database::builder();
            builder.set_cache_size(CACHE_BYTES).create(&path)
        }))
    }

    fn open_by(opener: Opener) -> io::Result<FileStore> {
        let database = opener().map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => io::Error::new(
                io::ErrorKind::ResourceBusy,
                "another gateway has the file of gateway_store open",
            ),
            error => io::Error::other(format!(
                "the file of gateway_store cannot be opened: {error}"
            )),
        })?;
        // Makes the tables, so that they can be read.
        write(&database, Vec::new(), Outlasts::PowerCut).map_err(io::Error::other)?;
        let open = Arc::new(OpenFile {
            database: RwLock::new(Some(Arc::new(database))),
            available: watch::Sender::new(true),
        });
        let (work, received) = channel();
        let writer = open.clone();
        std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || write_all(&writer, &opener, &received))?;
        Ok(FileStore {
            open,
            work,
            copy: random_copy(),
        })
    }

    async fn change(&self, change: Change) -> Result<Outcome, StoreAway> {
        let (sender, outcome) = oneshot::channel();
        let change = Work::Change(change, sender);
        self.work.send(change).map_err(|_| StoreAway)?;
        outcome.await.map_err(|_| StoreAway)
    }
}

impl OpenFile {
    fn database(&self) -> Option<Arc<Database>> {
        let database = self.database.read();
        database.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, database: Option<Database>) {
        let is_open = database.is_some();
        let mut place = self.database.write();
        **place.as_mut().unwrap_or_else(|it| it.get_mut()) = database.map(Arc::new);
        drop(place);
        self.available.send_replace(is_open);
    }
}

fn values_in(database: &Database, keys: &[StoreKey]) -> Result<Vec<Option<Bytes>>, redb::Error> {
    let now = unix_milliseconds();
    let values = database.begin_read()?.open_table(VALUES)?;
    let value = |key: &StoreKey| {
        let found = values.get(key.as_str())?;
        Ok(found.and_then(|found| {
            let (until, value) = found.value();
            (until > now).then(|| Bytes::copy_from_slice(value))
        }))
    };
    keys.iter().map(value).collect()
}

/// Writes changes until nobody has any, and opens the file anew when that failed.
fn write_all(open: &OpenFile, opener: &Opener, received: &Receiver<Work>) {
    loop {
        if let Some(database) = open.database() {
            if write_until_failure(&database, received).is_err() {
                open.set(None);
                continue;
            }
            return;
        }
        // Nobody waits for a file that is not open: the senders are dropped, and so everybody hears that it failed.
        let until = Instant::now() + RETRY;
        loop {
            match received.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        if let Ok(database) = opener()
            && write(&database, Vec::new(), Outlasts::PowerCut).is_ok()
        {
            tracing::info!("the store has its file open again");
            open.set(Some(database));
        }
    }
}

/// The disk failed.
struct Failed;

/// Writes changes until nobody has any. Those that wait together are written together.
fn write_until_failure(database: &Database, received: &Receiver<Work>) -> Result<(), Failed> {
    let write = |changes, outlasts| {
        write(database, changes, outlasts).map_err(|error| {
            tracing::error!(%error, "the store cannot write its file");
            Failed
        })
    };
    let mut cleaned = Instant::now();
    // Until when what is in memory alone must be on the disk.
    let mut flush: Option<Instant> = None;
    loop {
        let received_or_late = match flush {
            Some(at) => received.recv_timeout(at.saturating_duration_since(Instant::now())),
            None => received.recv().map_err(RecvTimeoutError::from),
        };
        let first = match received_or_late {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                // A writing without a change takes what was written before to the disk.
                write(Vec::new(), Outlasts::PowerCut)?;
                flush = None;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let more = received.try_iter().take(MAX_BATCH - 1);
        let (mut changes, mut senders) = (Vec::new(), Vec::new());
        for work in std::iter::once(first).chain(more) {
            let Work::Change(change, sender) = work else {
                return Err(Failed);
            };
            changes.push(change);
            senders.push(sender);
        }
        let now = Instant::now();
        let must_outlast = match changes.iter().map(Change::outlasts).max() {
            Some(Outlasts::Nothing) if flush.is_none_or(|at| now < at) => Outlasts::Nothing,
            _ => Outlasts::PowerCut,
        };
        flush = match must_outlast {
            Outlasts::PowerCut => None,
            Outlasts::Nothing => flush.or(Some(now + FLUSH)),
        };
        let outcomes = write(changes, must_outlast)?;
        for (sender, outcome) in senders.into_iter().zip(outcomes) {
            // Who does not wait any more need not hear.
            let _ = sender.send(outcome);
        }
        if cleaned.elapsed() > CLEANUP {
            cleaned = Instant::now();
            clean(database, unix_milliseconds()).map_err(|error| {
                tracing::error!(%error, "the store cannot clean its file");
                Failed
            })?;
        }
    }
    if flush.is_some() {
        write(Vec::new(), Outlasts::PowerCut)?;
    }
    Ok(())
}

/// Makes changes, and returns when the disk has them, if they must outlast a power cut.
fn write(
    database: &Database,
    changes: Vec<Change>,
    outlasts: Outlasts,
) -> Result<Vec<Outcome>, redb::Error> {
    let mut transaction = database.begin_write()?;
    if outlasts == Outlasts::Nothing {
        transaction.set_durability(Durability::None)?;
    }
    let outcomes = {
        let mut tables = Tables {
            values: transaction.open_table(VALUES)?,
            ends: transaction.open_table(ENDS)?,
            now: unix_milliseconds(),
        };
        let outcomes = changes.into_iter().map(|change| tables.change(change));
        outcomes.collect::<Result<Vec<Outcome>, redb::Error>>()?
    };
    transaction.commit()?;
    Ok(outcomes)
}

/// Removes what has ended.
fn clean(database: &Database, now: u64) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut values = transaction.open_table(VALUES)?;
        let mut ends = transaction.open_table(ENDS)?;
        let mut ended = Vec::new();
        for end in ends.range(..(now, ""))?.take(MAX_CLEANUP) {
            let (end, _) = end?;
            let (end, key) = end.value();
            ended.push((end, key.to_owned()));
        }
        for (end, key) in ended {
            ends.remove((end, key.as_str()))?;
            values.remove(key.as_str())?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// The tables while they are written.
struct Tables<'a> {
    values: Table<'a, &'static str, (u64, &'static [u8])>,
    ends: Table<'a, (u64, &'static str), ()>,
    now: u64,
}

impl Tables<'_> {
    fn change(&mut self, change: Change) -> Result<Outcome, redb::Error> {
        Ok(match change {
            Change::Put(key, value, lifetime) => {
                self.put(&key, &value, self.end(lifetime))?;
                Outcome::Was(None)
            }
            Change::PutNew(key, value, lifetime) => {
                let present = self.present(&key)?;
                if present.is_none() {
                    self.put(&key, &value, self.end(lifetime))?;
                }
                Outcome::Was(present.map(|(_, value)| value))
            }
            Change::Swap(swaps, _) => Outcome::Swapped(self.swap(&swaps)?),
            Change::Count(key, lifetime) => {
                let (until, before) = match self.present(&key)? {
                    Some((until, value)) => (until, number_in(&value)),
                    None => (self.end(lifetime), 0),
                };
                let number = before + 1;
                self.put(&key, number.to_string().as_bytes(), until)?;
                Outcome::Number(number)
            }
        })
    }

    fn swap(&mut self, swaps: &[Swap]) -> Result<Option<Vec<Option<Bytes>>>, redb::Error> {
        let present = swaps.iter().map(|swap| {
            let present = self.present(&swap.key)?;
            Ok(present.map(|(_, value)| value))
        });
        let present = present.collect::<Result<Vec<_>, redb::Error>>()?;
        if !may_swap(swaps, &present) {
            return Ok(Some(present));
        }
        for Swap { key, new, .. } in swaps {
            match new {
                Some((value, lifetime)) => self.put(key, value, self.end(*lifetime))?,
                None => self.remove(key)?,
            }
        }
        Ok(None)
    }

    fn end(&self, lifetime: Duration) -> u64 {
        let lifetime = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
        self.now.saturating_add(lifetime.max(1))
    }

    /// The value that has not ended, and when it does.
    fn present(&self, key: &StoreKey) -> Result<Option<(u64, Bytes)>, redb::Error> {
        let found = self.values.get(key.as_str())?;
        Ok(found.and_then(|found| {
            let (until, value) = found.value();
            (until > self.now).then(|| (until, Bytes::copy_from_slice(value)))
        }))
    }

    fn put(&mut self, key: &StoreKey, value: &[u8], until: u64) -> Result<(), redb::Error> {
        self.remove(key)?;
        self.values.insert(key.as_str(), (until, value))?;
        self.ends.insert((until, key.as_str()), ())?;
        Ok(())
    }

    fn remove(&mut self, key: &StoreKey) -> Result<(), redb::Error> {
        let removed = self.values.remove(key.as_str())?;
        let until = removed.map(|removed| removed.value().0);
        if let Some(until) = until {
            self.ends.remove((until, key.as_str()))?;
        }
        Ok(())
    }
}

fn unix_milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

#[async_trait]
impl Store for FileStore {
    /// Reads at once, and not in another thread: the file is small, and the system has it in memory.
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Bytes>>, StoreAway> {
        let database = self.open.database().ok_or(StoreAway)?;
        values_in(&database, keys).map_err(|error| {
            tracing::error!(%error, "the store cannot read its file");
            let _ = self.work.send(Work::OpenAnew);
            StoreAway
        })
    }

    async fn put(&self, key: &StoreKey, value: Bytes, lifetime: Duration) -> Result<(), StoreAway> {
        self.change(Change::Put(key.clone(), value, lifetime))
            .await?;
        Ok(())
    }

    async fn put_new(
        &self,
        key: &StoreKey,
        value: Bytes,
        lifetime: Duration,
    ) -> Result<Option<Bytes>, StoreAway> {
        let change = Change::PutNew(key.clone(), value, lifetime);
        match self.change(change).await? {
            Outcome::Was(value) => Ok(value),
            _ => Err(StoreAway),
        }
    }

    async fn swap(
        &self,
        swaps: &[Swap],
        outlasts: Outlasts,
    ) -> Result<Option<Vec<Option<Bytes>>>, StoreAway> {
        let change = Change::Swap(swaps.to_vec(), outlasts);
        match self.change(change).await? {
            Outcome::Swapped(refused) => Ok(refused),
            _ => Err(StoreAway),
        }
    }

    async fn count(&self, key: &StoreKey, lifetime: Duration) -> Result<u64, StoreAway> {
        match self.change(Change::Count(key.clone(), lifetime)).await? {
            Outcome::Number(number) => Ok(number),
            _ => Err(StoreAway),
        }
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn copy(&self) -> &str {
        &self.copy
    }

    async fn is_running(&self, copy: &str) -> Result<bool, StoreAway> {
        Ok(copy == self.copy)
    }

    fn is_away(&self) -> bool {
        !*self.open.available.borrow()
    }

    async fn available(&self) {
        // The sender is in this store, so it does not end.
        let _ = self.open.available.subscribe().wait_for(|it| *it).await;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{behaves_as_a_store, key};
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    fn file(name: &str) -> std::path::PathBuf {
        let file = std::env::temp_dir().join(format!("gateway-{}-{name}.redb", std::process::id()));
        let _ = std::fs::remove_file(&file);
        file
    }

    #[tokio::test]
    async fn a_file_behaves_as_a_store() {
        let file = file("behaves");
        behaves_as_a_store(&FileStore::open(&file).unwrap()).await;
        std::fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn only_one_gateway_has_the_file_open() {
        let file = file("twice");
        let first = FileStore::open(&file).unwrap();
        let second = FileStore::open(&file).unwrap_err();
        assert!(second.to_string().contains("another gateway"), "{second}");
        drop(first);
        std::fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn what_has_ended_leaves_the_file() {
        let file = file("ends");
        let store = FileStore::open(&file).unwrap();
        let minute = Duration::from_secs(60);
        for name in ["a", "b"] {
            store.put(&key(name), "1".into(), minute).await.unwrap();
        }
        store.put(&key("b"), "1".into(), 3 * minute).await.unwrap();
        let database = store.open.database().unwrap();
        clean(&database, unix_milliseconds() + 120_000).unwrap();
        let values = store.get(&[key("a"), key("b")]).await.unwrap();
        assert_eq!(values, [None, Some("1".into())]);
        std::fs::remove_file(file).unwrap();
    }

    fn new_value(name: &str) -> Swap {
        let new = Some(("1".into(), Duration::from_secs(60)));
        let (key, old) = (key(name), None);
        Swap { key, old, new }
    }

    /// What another process finds when this one is killed now: the file as it is, and nothing of this memory.
    fn found_after_a_kill(database: &std::path::Path, keys: &[StoreKey]) -> Vec<Option<Bytes>> {
        let copy = database.with_extension("killed");
        std::fs::copy(database, &copy).unwrap();
        let values = values_in(&Database::create(&copy).unwrap(), keys).unwrap();
        std::fs::remove_file(copy).unwrap();
        values
    }

    #[test]
    fn a_kill_takes_only_what_nobody_waited_for_since_the_last_change_that_outlasts_it() {
        let file = file("outlasts");
        let database = Database::create(&file).unwrap();
        let keys = ["a", "b", "c", "d"].map(key);
        let change = |name: &str, outlasts| {
            let change = Change::Swap(vec![new_value(name)], outlasts);
            write(&database, vec![change], outlasts).unwrap();
        };
        let there = Some(Bytes::from("1"));
        change("a", Outlasts::PowerCut);
        change("b", Outlasts::Nothing);
        let found = found_after_a_kill(&file, &keys);
        assert_eq!(found, [there.clone(), None, None, None]);
        change("c", Outlasts::PowerCut);
        change("d", Outlasts::Nothing);
        let found = found_after_a_kill(&file, &keys);
        assert_eq!(found, [there.clone(), there.clone(), there.clone(), None]);
        let alive = values_in(&database, &keys).unwrap();
        assert!(alive.iter().all(Option::is_some));
        drop(database);
        std::fs::remove_file(file).unwrap();
    }

    /// A disk that can be full, and counts how often somebody waits for it.
    #[derive(Debug)]
    struct Disk {
        file: redb::backends::FileBackend,
        is_full: Arc<AtomicBool>,
        waits: Arc<AtomicUsize>,
    }

    impl Disk {
        /// What opens a file on such a disk.
        fn opener(
            path: &std::path::Path,
            is_full: &Arc<AtomicBool>,
            waits: &Arc<AtomicUsize>,
        ) -> Opener {
            let (path, is_full, waits) = (path.to_owned(), is_full.clone(), waits.clone());
            Box::new(move || {
                let file = std::fs::File::options()
                    .read(true)
                    .write(true)
                    .create(true)
                    .truncate(false)
                    .open(&path)
                    .unwrap();
                let disk = Disk {
                    file: redb::backends::FileBackend::new(file)?,
                    is_full: is_full.clone(),
                    waits: waits.clone(),
                };
                Database::builder().create_with_backend(disk)
            })
        }
    }

    type DiskResult<T> = io::Result<T>;

    impl Disk {
        fn takes(&self) -> DiskResult<()> {
            match self.is_full.load(Ordering::Relaxed) {
                true => Err(io::ErrorKind::StorageFull.into()),
                false => Ok(()),
            }
        }
    }

    impl redb::StorageBackend for Disk {
        fn len(&self) -> DiskResult<u64> {
            self.file.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> DiskResult<()> {
            self.file.read(offset, out)
        }

        fn set_len(&self, len: u64) -> DiskResult<()> {
            self.takes()?;
            self.file.set_len(len)
        }

        fn sync_data(&self) -> DiskResult<()> {
            self.takes()?;
            self.waits.fetch_add(1, Ordering::Relaxed);
            self.file.sync_data()
        }

        fn write(&self, offset: u64, data: &[u8]) -> DiskResult<()> {
            self.takes()?;
            self.file.write(offset, data)
        }

        fn close(&self) -> DiskResult<()> {
            self.file.close()
        }
    }

    #[tokio::test]
    async fn a_change_for_which_nobody_waits_is_on_the_disk_a_moment_later() {
        let file = file("later");
        let waits = Arc::new(AtomicUsize::new(0));
        let opener = Disk::opener(&file, &Arc::default(), &waits);
        let store = FileStore::open_by(opener).unwrap();
        let before = waits.load(Ordering::Relaxed);
        for name in ["a", "b", "c"] {
            let swap = store.swap(&[new_value(name)], Outlasts::Nothing).await;
            assert_eq!(swap, Ok(None));
        }
        while waits.load(Ordering::Relaxed) == before {
            tokio::task::yield_now().await;
        }
        drop(store);
        std::fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn a_store_whose_disk_was_full_is_away_until_there_is_room_and_forgets_nothing() {
        let file = file("full");
        let is_full = Arc::new(AtomicBool::new(false));
        let opener = Disk::opener(&file, &is_full, &Arc::default());
        let store = FileStore::open_by(opener).unwrap();
        let minute = Duration::from_secs(60);
        store.put(&key("a"), "1".into(), minute).await.unwrap();
        is_full.store(true, Ordering::Relaxed);
        let refused = store.put(&key("b"), "1".into(), minute).await;
        assert_eq!(refused, Err(StoreAway));
        while !store.is_away() {
            tokio::task::yield_now().await;
        }
        is_full.store(false, Ordering::Relaxed);
        store.available().await;
        store.put(&key("c"), "1".into(), minute).await.unwrap();
        let values = store.get(&[key("a"), key("b"), key("c")]).await.unwrap();
        assert_eq!(values, [Some("1".into()), None, Some("1".into())]);
        std::fs::remove_file(file).unwrap();
    }
}
