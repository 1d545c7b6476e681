//! Reads the ids of a consumer's actions off a session while it passes through, so that no session is ever
//! held in memory. A consumer's actions are those that occur in their own getsession. The scanner is as
//! lenient as the portal's reader: a session that the portal shows can be scanned.

use crate::action_cache::{Actions, is_action_id};
use crate::json_cleaner::JsonCleaner;
use actson::feeder::PushJsonFeeder;
use actson::options::JsonParserOptionsBuilder;
use actson::{JsonEvent, JsonParser};
use std::collections::HashSet;
use std::time::Instant;

/// A session with more actions than this is refused.
const MAX_ACTIONS: usize = 100_000;
/// A session that is nested deeper is refused: each level takes two bytes of memory.
const MAX_DEPTH: usize = 10_000;

/// The members that hold actions: maps keyed by their id, or lists.
const CONTAINERS: [&str; 3] = [
    "productactions",
    "uploadable_productactions",
    "downloadable_productactions",
];

/// Scans a session that comes in pieces.
pub struct ActionScanner {
    cleaner: JsonCleaner,
    /// The cleaned form of the present piece.
    cleaned: Vec<u8>,
    parser: JsonParser<PushJsonFeeder>,
    /// What each open object or list is, the innermost last.
    open: Vec<Node>,
    /// The member whose value comes next.
    member: Member,
    ids: HashSet<Box<str>>,
    state: ScanState,
}

/// An object or a list of the session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    /// It holds actions.
    Container,
    /// It is an action.
    Action,
    /// Anything else.
    Other,
}

/// A member of an object, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    /// One of [`CONTAINERS`].
    Container,
    /// The id of an action.
    Id,
    /// Anything else.
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScanState {
    /// More of the session may come.
    Reading,
    /// All of the session was there.
    Complete,
    /// It is no JSON, or larger than allowed.
    Failed,
}

impl Default for ActionScanner {
    fn default() -> ActionScanner {
        let options = JsonParserOptionsBuilder::default()
            .with_max_depth(MAX_DEPTH)
            .build();
        ActionScanner {
            cleaner: JsonCleaner::default(),
            cleaned: Vec::new(),
            parser: JsonParser::new_with_options(PushJsonFeeder::new(), options),
            open: Vec::new(),
            member: Member::Other,
            ids: HashSet::new(),
            state: ScanState::Reading,
        }
    }
}

impl ActionScanner {
    /// Reads the next piece of the session.
    pub fn push(&mut self, piece: &[u8]) {
        let mut cleaned = std::mem::take(&mut self.cleaned);
        cleaned.clear();
        self.cleaner.clean(piece, &mut cleaned);
        let mut rest = &cleaned[..];
        while !rest.is_empty() && self.state == ScanState::Reading {
            let length = self.parser.feeder.push_bytes(rest);
            rest = &rest[length..];
            self.read_events();
        }
        self.cleaned = cleaned;
    }

    /// The actions, when the session was complete and was JSON.
    pub fn finish(mut self, now: Instant) -> Option<Actions> {
        self.parser.feeder.done();
        if self.state == ScanState::Reading {
            self.read_events();
        }
        (self.state == ScanState::Complete).then(|| Actions::new(self.ids, now))
    }

    fn read_events(&mut self) {
        while self.state == ScanState::Reading {
            match self.parser.next_event() {
                Ok(Some(JsonEvent::NeedMoreInput)) => return,
                Ok(Some(event)) => self.read_event(event),
                Ok(None) => self.state = ScanState::Complete,
                Err(_) => self.state = ScanState::Failed,
            }
        }
    }

    fn read_event(&mut self, event: JsonEvent) {
        let node = self.open.last().copied();
        match event {
            JsonEvent::StartObject | JsonEvent::StartArray => {
                self.open.push(match (node, self.member) {
                    (Some(Node::Container), _) => Node::Action,
                    (_, Member::Container) => Node::Container,
                    _ => Node::Other,
                });
                self.member = Member::Other;
            }
            JsonEvent::EndObject | JsonEvent::EndArray => {
                self.open.pop();
                self.member = Member::Other;
            }
            JsonEvent::FieldName => {
                // A name that is no UTF-8 is none that matters here.
                let name = self.parser.current_str().unwrap_or_default();
                self.member = match node {
                    Some(Node::Container) => {
                        let id = name.to_owned();
                        self.add_id(&id);
                        Member::Other
                    }
                    Some(Node::Action) if name == "id" => Member::Id,
                    _ if CONTAINERS.contains(&name) => Member::Container,
                    _ => Member::Other,
                };
            }
            JsonEvent::ValueString | JsonEvent::ValueInt | JsonEvent::ValueFloat => {
                if self.member == Member::Id {
                    let id = self.parser.current_str().unwrap_or_default().to_owned();
                    self.add_id(&id);
                }
                self.member = Member::Other;
            }
            _ => self.member = Member::Other,
        }
    }

    /// Adds an id, unless nobody can ask for it.
    fn add_id(&mut self, id: &str) {
        if !is_action_id(id) {
            return;
        }
        self.ids.insert(id.into());
        if self.ids.len() > MAX_ACTIONS {
            self.state = ScanState::Failed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(json: &[u8], piece: usize) -> Option<Vec<String>> {
        let mut scanner = ActionScanner::default();
        for piece in json.chunks(piece) {
            scanner.push(piece);
        }
        let actions = scanner.finish(Instant::now())?;
        let mut ids: Vec<String> = actions.ids().map(str::to_owned).collect();
        ids.sort();
        Some(ids)
    }

    const EXAMPLE: &[u8] = br#"{"consumerportalsession":{"dossier":{"id":"DS","products":{"P":{"id":"P",
        "productactions":{"PRA1":{"id":"PRA1","label":"\"id\":\"PRA9\"","document":{"id":"DOC"}}}}}},
        "duplicate_comfort_data":{"downloadable_productactions":[],"uploadable_productactions":
        [{"label":"x","id":"PRA2"}],"productactions":{"PRA3":null}},"consumer":{"id":"CNSR"}}}"#;

    #[test]
    fn only_actions_count_wherever_they_stand() {
        assert_eq!(scan(EXAMPLE, 4096).unwrap(), ["PRA1", "PRA2", "PRA3"]);
    }

    #[test]
    fn an_id_may_be_a_number() {
        let session = br#"{"productactions":[{"id":7},{"id":1.5},{"id":true}]}"#;
        assert_eq!(scan(session, 5).unwrap(), ["1.5", "7"]);
    }

    #[test]
    fn a_session_that_breaks_off_or_is_no_json_gives_nothing() {
        for end in [0, 10, EXAMPLE.len() - 1] {
            assert_eq!(scan(&EXAMPLE[..end], 7), None, "broken off at {end}");
        }
        assert_eq!(scan(b"<!doctype html>", 4), None);
        assert_eq!(scan("[".repeat(20_000).as_bytes(), 1_000), None);
    }

    /// A session of one action with this label.
    fn with_label(label: &[u8]) -> Vec<u8> {
        [
            br#"{"consumerportalsession":{"dossier":{"products":{"P":{"id":"P","productactions":{"PRA1":{"id":"PRA1","label":""#,
            label,
            br#""}}}}}}}"#,
        ]
        .concat()
    }

    #[test]
    fn a_byte_order_mark_does_not_hide_the_actions() {
        for before in [&b"\xEF\xBB\xBF"[..], b"\xEF\xBB\xBF\r\n", b"\n\xEF\xBB\xBF"] {
            let session = [before, EXAMPLE].concat();
            for piece in [1, 2, 4096] {
                assert_eq!(scan(&session, piece), scan(EXAMPLE, 4096), "{before:?}");
            }
        }
    }

    #[test]
    fn a_text_that_json_forbids_does_not_hide_the_actions() {
        for label in [
            &b"a\tb"[..],
            b"a\r\nb",
            b"a\x02b",
            b"\x00",
            b"caf\xE9",
            br"\ud83d",
            br"\u12",
            br"\x",
            b"\\\n",
        ] {
            for piece in [1, 3, 4096] {
                let ids = scan(&with_label(label), piece);
                assert_eq!(
                    ids.as_deref(),
                    Some(&["PRA1".to_owned()][..]),
                    "{}",
                    label.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn a_deeply_nested_value_does_not_hide_the_actions() {
        let deep = ["[".repeat(1_000), "]".repeat(1_000)].concat();
        let session = format!(r#"{{"x":{deep},"productactions":{{"PRA1":{{}}}}}}"#);
        assert_eq!(scan(session.as_bytes(), 100).unwrap(), ["PRA1"]);
    }

    /// Escapes, among them some that JSON does not know and halves of surrogate pairs.
    const ESCAPES: [&[u8]; 11] = [
        b"\\\"",
        br"\\",
        br"\n",
        br"\x",
        br"\u",
        br"\u12",
        br"\u00e9",
        br"\ud83d",
        br"\ude00",
        br"\ud83d\ude00",
        "é😀".as_bytes(),
    ];
    const BYTE_ORDER_MARKS: [&[u8]; 2] = [b"", b"\xEF\xBB\xBF"];

    /// Bytes of a string: mostly those that a strict parser does not accept.
    fn bytes_of_a_string() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            "[a-zA-Z0-9 ]{1,8}".prop_map(String::into_bytes),
            proptest::collection::vec(0u8..0x20, 1..4),
            proptest::collection::vec(0x7Fu8..=0xFF, 1..4),
            proptest::sample::select(&ESCAPES[..]).prop_map(<[u8]>::to_vec),
        ];
        proptest::collection::vec(part, 0..5).prop_map(|parts| parts.concat())
    }

    /// A session of some actions, with the ids of those that can be asked for.
    fn session() -> impl Strategy<Value = (Vec<u8>, Vec<String>)> {
        let action = ("[A-Z0-9]{1,6}", bytes_of_a_string(), bytes_of_a_string());
        (
            proptest::sample::select(&BYTE_ORDER_MARKS[..]),
            proptest::collection::btree_map("[A-Z0-9]{1,6}", action, 0..6),
            bytes_of_a_string(),
        )
            .prop_map(|(before, actions, name)| {
                let mut session = before.to_vec();
                session.extend_from_slice(
                    br#"{"consumerportalsession":{"dossier":{"products":{"P":{"productactions":{"#,
                );
                let mut ids = Vec::new();
                for (count, (key, (id, label, member))) in actions.into_iter().enumerate() {
                    if count > 0 {
                        session.push(b',');
                    }
                    let parts = [
                        &b"\""[..],
                        key.as_bytes(),
                        br#"":{"id":""#,
                        id.as_bytes(),
                        br#"","label":""#,
                        &label,
                        br#"","x"#,
                        &member,
                        br#"":1}"#,
                    ];
                    session.extend_from_slice(&parts.concat());
                    ids.extend([key, id]);
                }
                session.extend_from_slice(br#"}}},"consumer":{"surname":""#);
                session.extend_from_slice(&name);
                session.extend_from_slice(br#""}}}}"#);
                ids.sort();
                ids.dedup();
                (session, ids)
            })
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_a_session_is_cut(piece in 1usize..200) {
            prop_assert_eq!(scan(EXAMPLE, piece).unwrap(), ["PRA1", "PRA2", "PRA3"]);
        }

        #[test]
        fn every_session_of_any_texts_can_be_scanned((session, ids) in session(), piece in 1usize..100) {
            prop_assert_eq!(scan(&session, piece), Some(ids));
        }

        #[test]
        fn what_the_portal_reads_the_gateway_reads_too((session, _) in session(), piece in 1usize..100) {
            if let Ok(portal) = accelerate::decode::session(&session) {
                let ids = scan(&session, piece).unwrap();
                for action in portal.actions {
                    prop_assert!(!is_action_id(&action.id) || ids.contains(&action.id), "{}", action.id);
                }
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..50) {
            let _ = scan(&bytes, piece);
        }
    }
}
