//! What every kind of store must do.

use super::*;

pub(super) fn key(name: &str) -> StoreKey {
    StoreKey::new(format!("portal:test:{name}"))
}

const LONG: Duration = Duration::from_secs(3_600);

async fn value(store: &dyn Store, name: &str) -> Option<Bytes> {
    store.get(&[key(name)]).await.unwrap().remove(0)
}

/// Calls the assertions that hold for every kind, on an empty store.
pub(super) async fn behaves_as_a_store(store: &dyn Store) {
    assert!(!store.is_away());
    store.available().await;
    a_value_is_there_until_it_is_replaced(store).await;
    of_two_new_values_the_first_stays(store).await;
    a_value_is_replaced_only_when_it_is_the_expected_one(store).await;
    several_values_are_changed_together_or_not_at_all(store).await;
    a_number_counts_up_until_its_end(store).await;
    what_has_ended_was_never_there(store).await;
    assert!(store.is_running(store.copy()).await.unwrap());
    assert!(!store.is_running("another").await.unwrap());
}

async fn a_value_is_there_until_it_is_replaced(store: &dyn Store) {
    assert_eq!(value(store, "a").await, None);
    store.put(&key("a"), "1".into(), LONG).await.unwrap();
    store.put(&key("a"), "2".into(), LONG).await.unwrap();
    store.put(&key("b"), "3".into(), LONG).await.unwrap();
    let values = store.get(&[key("b"), key("none"), key("a")]).await.unwrap();
    assert_eq!(values, [Some("3".into()), None, Some("2".into())]);
    assert_eq!(store.get(&[]).await.unwrap(), []);
}

async fn of_two_new_values_the_first_stays(store: &dyn Store) {
    assert_eq!(store.put_new(&key("new"), "1".into(), LONG).await, Ok(None));
    let second = store.put_new(&key("new"), "2".into(), LONG).await;
    assert_eq!(second, Ok(Some("1".into())));
    assert_eq!(value(store, "new").await, Some("1".into()));
}

async fn a_value_is_replaced_only_when_it_is_the_expected_one(store: &dyn Store) {
    let new = |text: &'static str| Some((text.into(), LONG));
    store.put(&key("r"), "1".into(), LONG).await.unwrap();
    assert_eq!(
        store.replace(&key("r"), "9".into(), new("2")).await,
        Ok(false)
    );
    assert_eq!(store.replace(&key("r"), "9".into(), None).await, Ok(false));
    assert_eq!(
        store.replace(&key("r"), "1".into(), new("2")).await,
        Ok(true)
    );
    let again = store.replace(&key("r"), "1".into(), new("2")).await;
    assert_eq!(again, Ok(true), "it is so already");
    assert_eq!(value(store, "r").await, Some("2".into()));
    assert_eq!(store.replace(&key("r"), "2".into(), None).await, Ok(true));
    assert_eq!(store.replace(&key("r"), "2".into(), None).await, Ok(true));
    assert_eq!(value(store, "r").await, None);
    assert_eq!(
        store.replace(&key("r"), "2".into(), new("3")).await,
        Ok(false)
    );
    assert_eq!(value(store, "r").await, None);
}

async fn several_values_are_changed_together_or_not_at_all(store: &dyn Store) {
    let swap = |name: &str, old: Option<&'static str>, new: Option<&'static str>| Swap {
        key: key(name),
        old: old.map(Bytes::from),
        new: new.map(|new| (new.into(), LONG)),
    };
    for outlasts in [Outlasts::Nothing, Outlasts::PowerCut] {
        let begin = [swap("s", None, Some("1")), swap("t", None, Some("2"))];
        assert_eq!(store.swap(&begin, outlasts).await, Ok(None));
        let again = store.swap(&begin, outlasts).await;
        assert_eq!(again, Ok(None), "it is so already");
        for refused in [
            [swap("s", None, Some("3")), swap("t", None, Some("3"))],
            [swap("s", Some("1"), Some("3")), swap("t", None, Some("3"))],
            [swap("s", Some("3"), None), swap("t", Some("2"), None)],
            // One is the old one, and the other is the new one already.
            [swap("s", Some("1"), Some("3")), swap("t", None, Some("2"))],
        ] {
            let values = vec![Some("1".into()), Some("2".into())];
            assert_eq!(store.swap(&refused, outlasts).await, Ok(Some(values)));
        }
        let kept = [
            swap("s", Some("1"), Some("3")),
            swap("t", Some("2"), Some("2")),
        ];
        assert_eq!(store.swap(&kept, outlasts).await, Ok(None));
        let over = [swap("s", Some("3"), None), swap("t", Some("2"), None)];
        for _ in 0..2 {
            assert_eq!(store.swap(&over, outlasts).await, Ok(None));
        }
        let refused = store.swap(&kept, outlasts).await;
        assert_eq!(refused, Ok(Some(vec![None, None])));
    }
}

async fn a_number_counts_up_until_its_end(store: &dyn Store) {
    for number in 1..=3 {
        assert_eq!(store.count(&key("n"), LONG).await, Ok(number));
    }
    assert_eq!(store.count(&key("other"), LONG).await, Ok(1));
    let ended = Duration::from_millis(1);
    store.count(&key("short"), ended).await.unwrap();
    ends(store, "short").await;
    assert_eq!(store.count(&key("short"), LONG).await, Ok(1));
}

async fn what_has_ended_was_never_there(store: &dyn Store) {
    let ended = Duration::from_millis(1);
    store.put(&key("e"), "1".into(), ended).await.unwrap();
    ends(store, "e").await;
    assert_eq!(store.put_new(&key("e"), "2".into(), ended).await, Ok(None));
    ends(store, "e").await;
    let new = Some(("3".into(), LONG));
    assert_eq!(store.replace(&key("e"), "2".into(), new).await, Ok(false));
}

async fn ends(store: &dyn Store, name: &str) {
    while value(store, name).await.is_some() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn memory_behaves_as_a_store() {
    behaves_as_a_store(&MemoryStore::new()).await;
}
