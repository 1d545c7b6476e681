//! Which actions are a consumer's: those that occur in their own getsession, read off its JSON while it
//! passes through, so that no session is ever held. Remembers them for a minute; never decides what a
//! consumer may do with an action, which is AccelerateConnect's.

use actson::feeder::PushJsonFeeder;
use actson::options::JsonParserOptionsBuilder;
use actson::{JsonEvent, JsonParser};
use moka::sync::Cache;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a session's actions are remembered.
const KEPT: Duration = Duration::from_secs(60);
/// How young a session must be to be believed when it lacks an action: asking again at once would let
/// anyone make us ask as often as they like.
const YOUNG: Duration = Duration::from_secs(2);
/// How many actions of how many consumers are remembered: about 40 bytes each.
const REMEMBERED: u64 = 500_000;
/// A dossier has no more actions than this.
const MOST: usize = 100_000;
/// No id is longer, in bytes.
const LONGEST: usize = 64;
/// No session is nested deeper.
const DEEPEST: usize = 64;

/// The members that hold actions: maps keyed by their id, or lists.
const CONTAINERS: [&str; 3] = [
    "productactions",
    "uploadable_productactions",
    "downloadable_productactions",
];

/// The actions of one consumer, and when AccelerateConnect said so.
#[derive(Debug)]
pub struct Actions {
    ids: HashSet<Box<str>>,
    at: Instant,
}

impl Actions {
    /// Whether that action is among them.
    pub fn has(&self, productaction_id: &str) -> bool {
        self.ids.contains(productaction_id)
    }

    /// Whether they are so young that asking again is no use.
    pub fn are_young(&self, now: Instant) -> bool {
        now.duration_since(self.at) < YOUNG
    }
}

/// The actions of the consumers who were here in the last minute.
pub struct Owned {
    known: Cache<String, Arc<Actions>>,
    /// One question at a time for each consumer.
    asking: Cache<String, Arc<tokio::sync::Mutex<()>>>,
}

impl std::fmt::Debug for Owned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Owned")
    }
}

impl Default for Owned {
    fn default() -> Owned {
        Owned {
            known: Cache::builder()
                .time_to_live(KEPT)
                .max_capacity(REMEMBERED)
                .weigher(|_, actions: &Arc<Actions>| {
                    u32::try_from(actions.ids.len()).unwrap_or(u32::MAX).max(1)
                })
                .build(),
            asking: Cache::builder()
                .time_to_idle(KEPT)
                .max_capacity(REMEMBERED)
                .build(),
        }
    }
}

impl Owned {
    /// What is remembered of a consumer.
    pub fn of(&self, consumer_id: &str) -> Option<Arc<Actions>> {
        self.known.get(consumer_id)
    }

    /// Remembers what a whole session said.
    pub fn learn(&self, consumer_id: &str, actions: Arc<Actions>) {
        self.known.insert(consumer_id.to_owned(), actions);
    }

    /// Who holds this asks for that consumer; the others wait and look again.
    pub fn turn(&self, consumer_id: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.asking.get_with_by_ref(consumer_id, Arc::default)
    }
}

/// Reads the actions' ids off a session that comes in pieces.
pub struct Scanner {
    parser: JsonParser<PushJsonFeeder>,
    /// For each open object or list: what it is.
    open: Vec<Place>,
    /// The member whose value comes next, as far as it matters.
    member: Member,
    ids: HashSet<Box<str>>,
    state: Reading,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Container,
    Action,
    Elsewhere,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Container,
    Id,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Going,
    Whole,
    Broken,
}

impl Default for Scanner {
    fn default() -> Scanner {
        let options = JsonParserOptionsBuilder::default()
            .with_max_depth(DEEPEST)
            .build();
        Scanner {
            parser: JsonParser::new_with_options(PushJsonFeeder::new(), options),
            open: Vec::new(),
            member: Member::Other,
            ids: HashSet::new(),
            state: Reading::Going,
        }
    }
}

impl Scanner {
    /// Takes the next piece.
    pub fn push(&mut self, mut piece: &[u8]) {
        while self.state == Reading::Going && !piece.is_empty() {
            let taken = self.parser.feeder.push_bytes(piece);
            piece = &piece[taken..];
            self.read();
        }
    }

    /// The actions, when all of the session was there and was JSON.
    pub fn finish(mut self, now: Instant) -> Option<Actions> {
        self.parser.feeder.done();
        if self.state == Reading::Going {
            self.read();
        }
        (self.state == Reading::Whole).then_some(Actions {
            ids: self.ids,
            at: now,
        })
    }

    fn read(&mut self) {
        loop {
            match self.parser.next_event() {
                Ok(Some(JsonEvent::NeedMoreInput)) => return,
                Ok(Some(event)) => self.event(event),
                Ok(None) => {
                    self.state = Reading::Whole;
                    return;
                }
                Err(_) => self.state = Reading::Broken,
            }
            if self.state == Reading::Broken {
                return;
            }
        }
    }

    fn event(&mut self, event: JsonEvent) {
        let here = self.open.last().copied();
        match event {
            JsonEvent::StartObject | JsonEvent::StartArray => {
                let place = match (here, self.member) {
                    (Some(Place::Container), _) => Place::Action,
                    (_, Member::Container) => Place::Container,
                    _ => Place::Elsewhere,
                };
                self.open.push(place);
                self.member = Member::Other;
            }
            JsonEvent::EndObject | JsonEvent::EndArray => {
                self.open.pop();
                self.member = Member::Other;
            }
            JsonEvent::FieldName => {
                let name = self.parser.current_str().unwrap_or_default();
                self.member = match here {
                    Some(Place::Container) => {
                        let id = Box::from(name);
                        self.found(id);
                        return;
                    }
                    Some(Place::Action) if name == "id" => Member::Id,
                    _ if CONTAINERS.contains(&name) => Member::Container,
                    _ => Member::Other,
                };
            }
            JsonEvent::ValueString | JsonEvent::ValueInt => {
                if self.member == Member::Id {
                    let id = Box::from(self.parser.current_str().unwrap_or_default());
                    self.found(id);
                }
                self.member = Member::Other;
            }
            _ => self.member = Member::Other,
        }
    }

    fn found(&mut self, id: Box<str>) {
        if id.is_empty() || id.len() > LONGEST {
            return;
        }
        if self.ids.len() >= MOST {
            self.state = Reading::Broken;
            return;
        }
        self.ids.insert(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(json: &[u8], piece: usize) -> Option<Vec<String>> {
        let mut scanner = Scanner::default();
        for piece in json.chunks(piece) {
            scanner.push(piece);
        }
        let actions = scanner.finish(Instant::now())?;
        let mut ids: Vec<String> = actions.ids.iter().map(|id| id.to_string()).collect();
        ids.sort();
        Some(ids)
    }

    const EXAMPLE: &[u8] = br#"{"consumerportalsession":{"dossier":{"id":"DS","products":{"P":{"id":"P",
        "productactions":{"PRA1":{"id":"PRA1","label":"\"id\":\"PRA9\"","document":{"id":"DOC"}}}}}},
        "duplicate_comfort_data":{"downloadable_productactions":[],"uploadable_productactions":
        [{"label":"x","id":"PRA2"}],"productactions":{"PRA3":null}},"consumer":{"id":"CNSR"}}}"#;

    #[test]
    fn only_actions_count_wherever_they_stand() {
        assert_eq!(ids(EXAMPLE, 4096).unwrap(), ["PRA1", "PRA2", "PRA3"]);
    }

    #[test]
    fn a_session_that_breaks_off_or_is_none_says_nothing() {
        for end in [0, 10, EXAMPLE.len() - 1] {
            assert_eq!(ids(&EXAMPLE[..end], 7), None, "cut at {end}");
        }
        assert_eq!(ids(b"<!doctype html>", 4), None);
        assert_eq!(ids("[".repeat(10_000).as_bytes(), 1_000), None);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_a_session_is_cut(piece in 1usize..200) {
            prop_assert_eq!(ids(EXAMPLE, piece).unwrap(), ["PRA1", "PRA2", "PRA3"]);
        }

        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..50) {
            let _ = ids(&bytes, piece);
        }
    }
}
