//! Who holds how many connections. When all are taken, or one address has more than its share, the oldest
//! connection of whoever has most is closed, unless a consumer who is signed in uses it. So a flood takes
//! places from itself. It knows nothing of what is said on a connection.

use crate::client_address::network;
use crate::refusal::Refusal;
use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::Notify;

/// How long a client with too many connections is asked to wait.
const WAIT: Duration = Duration::from_secs(5);
/// How often is looked whether a connection is still used, at the end.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// All connections that are open.
#[derive(Debug)]
pub struct Connections {
    most: usize,
    most_of_address: usize,
    trusted_proxies: Vec<IpNet>,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    next_id: u64,
    count: usize,
    /// The connections of each network, the oldest first. A household's IPv6 addresses are one network.
    by_network: HashMap<IpAddr, BTreeMap<u64, Arc<Activity>>>,
}

/// What is going on on a connection.
#[derive(Debug, Default)]
pub struct Activity {
    /// The requests so far.
    requests: AtomicUsize,
    /// Bodies of requests and answers under way. At 0 the connection waits for a request.
    bodies: AtomicUsize,
    /// The same of consumers who are signed in: such a connection is not closed for others.
    kept: AtomicUsize,
    close: Notify,
}

/// A connection's place among the others. It is given back when this is dropped.
#[derive(Debug)]
pub struct Place {
    connections: Arc<Connections>,
    network: Mutex<IpAddr>,
    id: u64,
    is_proxy: bool,
    activity: Arc<Activity>,
}

impl Connections {
    /// Room for `most` connections, and `most_of_address` of each address. Trusted proxies stand for many
    /// consumers and have no share of their own: theirs count for the consumer, once the consumer is known.
    pub fn new(most: usize, most_of_address: usize, trusted_proxies: Vec<IpNet>) -> Connections {
        Connections {
            most: most.max(1),
            most_of_address: most_of_address.max(1),
            trusted_proxies,
            table: Mutex::default(),
        }
    }

    /// A place for a connection from that address. `None` when there is none.
    pub fn admit(self: &Arc<Connections>, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        let network = network(peer);
        let is_proxy = self.trusted_proxies.iter().any(|it| it.contains(&peer));
        let mut table = self.table();
        if !is_proxy {
            table.make_room_of(network, self.most_of_address)?;
        }
        if table.count >= self.most {
            table.make_room(network)?;
        }
        let id = table.next_id;
        table.next_id += 1;
        let activity = Arc::<Activity>::default();
        table.insert(network, id, activity.clone());
        Some(Place {
            connections: self.clone(),
            network: Mutex::new(network),
            id,
            is_proxy,
            activity,
        })
    }

    /// Waits until no consumer who is signed in uses a connection.
    pub async fn unused(&self) {
        while self.is_used() {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    fn is_used(&self) -> bool {
        let table = self.table();
        let mut all = table.by_network.values().flat_map(BTreeMap::values);
        all.any(|activity| activity.kept.load(Ordering::Acquire) > 0)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn insert(&mut self, network: IpAddr, id: u64, activity: Arc<Activity>) {
        self.by_network
            .entry(network)
            .or_default()
            .insert(id, activity);
        self.count += 1;
    }

    fn remove(&mut self, network: IpAddr, id: u64) -> Option<Arc<Activity>> {
        let of_network = self.by_network.get_mut(&network)?;
        let activity = of_network.remove(&id)?;
        if of_network.is_empty() {
            self.by_network.remove(&network);
        }
        self.count -= 1;
        Some(activity)
    }

    fn count_of(&self, network: IpAddr) -> usize {
        self.by_network.get(&network).map_or(0, BTreeMap::len)
    }

    /// Makes room for one more of a network that may have so many. `None` when it cannot.
    fn make_room_of(&mut self, network: IpAddr, most: usize) -> Option<()> {
        if self.count_of(network) < most {
            return Some(());
        }
        self.close_oldest(network)
    }

    /// Makes room for one of that network, at the cost of whoever has most. `None` when nobody has more
    /// than this network already has.
    fn make_room(&mut self, newcomer: IpAddr) -> Option<()> {
        let own = self.count_of(newcomer);
        let mut larger: Vec<(usize, IpAddr)> = self
            .by_network
            .iter()
            .map(|(network, of_network)| (of_network.len(), *network))
            .filter(|(count, network)| *count > own || *network == newcomer)
            .collect();
        larger.sort_unstable_by(|one, other| other.cmp(one));
        larger
            .into_iter()
            .find_map(|(_, network)| self.close_oldest(network))
    }

    /// Closes the oldest connection of a network that no consumer who is signed in uses.
    fn close_oldest(&mut self, network: IpAddr) -> Option<()> {
        let of_network = self.by_network.get(&network)?;
        let (id, _) = of_network
            .iter()
            .find(|(_, activity)| activity.kept.load(Ordering::Acquire) == 0)?;
        let id = *id;
        self.remove(network, id)?.close.notify_one();
        Some(())
    }
}

impl Place {
    /// What is going on on the connection.
    pub fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// From now on the connection counts for that client, for whom the proxy forwards.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`] when the client has its share already.
    pub fn belongs_to(&self, client: IpAddr) -> Result<(), Refusal> {
        let client = network(client);
        let mut present = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_proxy || *present == client {
            return Ok(());
        }
        let mut table = self.connections.table();
        if table
            .make_room_of(client, self.connections.most_of_address)
            .is_none()
        {
            return Err(Refusal::TooManyRequests(WAIT));
        }
        // One that was closed for another in this moment stays closed.
        if let Some(activity) = table.remove(*present, self.id) {
            table.insert(client, self.id, activity);
            *present = client;
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let network = *self.network.lock().unwrap_or_else(PoisonError::into_inner);
        self.connections.table().remove(network, self.id);
    }
}

impl Activity {
    /// Waits until the connection must close for another.
    pub async fn closed(&self) {
        self.close.notified().await;
    }

    /// A request begins. It is under way until what this gives is dropped.
    pub fn begin_request(self: &Arc<Activity>) -> UnderWay {
        self.requests.fetch_add(1, Ordering::AcqRel);
        self.bodies.fetch_add(1, Ordering::AcqRel);
        UnderWay(self.clone(), |it| &it.bodies)
    }

    /// How many requests have begun.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Acquire)
    }

    /// Whether a request is under way.
    pub fn is_busy(&self) -> bool {
        self.bodies.load(Ordering::Acquire) > 0
    }

    /// Marks a request's body as under way, until it is dropped.
    pub fn track(self: &Arc<Activity>, body: Body) -> Body {
        if http_body::Body::is_end_stream(&body) {
            return body;
        }
        self.bodies.fetch_add(1, Ordering::AcqRel);
        let under_way = UnderWay(self.clone(), |it| &it.bodies);
        Body::new(TrackedBody { body, under_way })
    }

    /// The connection is not closed for others until this is dropped.
    pub fn keep(self: &Arc<Activity>) -> UnderWay {
        self.kept.fetch_add(1, Ordering::AcqRel);
        UnderWay(self.clone(), |it| &it.kept)
    }
}

/// Something that is under way until it is dropped.
#[derive(Debug)]
pub struct UnderWay(Arc<Activity>, fn(&Activity) -> &AtomicUsize);

impl UnderWay {
    /// Goes on until that body is dropped.
    pub fn until_the_end_of(self, body: Body) -> Body {
        Body::new(TrackedBody {
            body,
            under_way: self,
        })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        (self.1)(&self.0).fetch_sub(1, Ordering::AcqRel);
    }
}

struct TrackedBody {
    body: Body,
    #[expect(dead_code, reason = "it is dropped with the body")]
    under_way: UnderWay,
}

impl http_body::Body for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(most: usize, most_of_address: usize) -> Arc<Connections> {
        let proxies = vec!["10.0.0.0/8".parse().unwrap()];
        Arc::new(Connections::new(most, most_of_address, proxies))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Whether a connection was told to close.
    fn is_closed(place: &Place) -> bool {
        use futures_util::FutureExt as _;
        place.activity.closed().now_or_never().is_some()
    }

    #[test]
    fn an_address_with_its_share_loses_its_oldest_connection() {
        let connections = connections(100, 2);
        let admit = |from: &str| connections.admit(address(from)).unwrap();
        let places = [1, 2, 3].map(|_| admit("192.0.2.1"));
        assert_eq!(places.each_ref().map(is_closed), [true, false, false]);
        let household = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(admit);
        assert_eq!(household.each_ref().map(is_closed), [true, false, false]);
        assert!(!is_closed(&admit("2001:db8:0:1::1")));
    }

    #[test]
    fn when_all_are_taken_whoever_has_most_gives_one_up() {
        let connections = connections(4, 4);
        let admit = |from: &str| connections.admit(address(from));
        let flood = [1, 2, 3].map(|_| admit("192.0.2.1").unwrap());
        let one = admit("192.0.2.2").unwrap();
        let another = admit("192.0.2.3").unwrap();
        assert_eq!(flood.each_ref().map(is_closed), [true, false, false]);
        assert!(!is_closed(&one) && !is_closed(&another));
    }

    #[test]
    fn a_connection_that_a_consumer_uses_is_not_closed() {
        let connections = connections(2, 2);
        let admit = || connections.admit(address("192.0.2.1"));
        let (one, other) = (admit().unwrap(), admit().unwrap());
        let used = one.activity().keep();
        let third = admit().unwrap();
        assert_eq!((is_closed(&one), is_closed(&other)), (false, true));
        let used_too = third.activity().keep();
        assert!(admit().is_none());
        drop((used, used_too));
        assert!(admit().is_some());
    }

    #[test]
    fn a_proxys_connection_counts_for_its_client() {
        let connections = connections(100, 1);
        let admit = || connections.admit(address("10.0.0.1")).unwrap();
        let (one, other, third) = (admit(), admit(), admit());
        assert_eq!(one.belongs_to(address("192.0.2.1")), Ok(()));
        assert_eq!(other.belongs_to(address("192.0.2.2")), Ok(()));
        let used = one.activity().keep();
        assert_eq!(
            third.belongs_to(address("192.0.2.1")),
            Err(Refusal::TooManyRequests(WAIT))
        );
        drop(used);
        assert_eq!(third.belongs_to(address("192.0.2.1")), Ok(()));
        assert!(is_closed(&one) && !is_closed(&other));
    }

    #[test]
    fn a_place_that_is_given_back_can_be_taken_again() {
        let connections = connections(1, 1);
        for _ in 0..3 {
            let place = connections.admit(address("192.0.2.1")).unwrap();
            let _busy = place.activity().keep();
            assert!(connections.admit(address("192.0.2.2")).is_none());
        }
        assert_eq!(connections.table().count, 0);
        assert!(connections.table().by_network.is_empty());
    }
}
