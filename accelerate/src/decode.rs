//! Reads an answer of `getsession` the way PHP writes it: what is missing or of the wrong kind costs its
//! own field, or its action, and never the session. Only JSON that is none, that is cut off, that is an
//! `error` or that has no `consumerportalsession` is a problem.
//!
//! - A map may be `[]`, or a list; then an object's own `id` says what it is. Where an object's `id` and
//!   its key disagree, the `id` counts: keys get renumbered, ids do not. Of two with one id the first
//!   counts.
//! - Order is the server's. Unknown fields are skipped. Of two fields with one name the first counts.
//! - An action comes up to three times: in its product, and in `duplicate_comfort_data`. It is read where
//!   it comes first; of the others only the id is read.
//! - `most_recent_appointment` is undocumented: [`appointment`](crate::conventions::appointment) has the names we read.

mod appointment;
mod people;
mod product;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use self::appointment::appointment;
use self::people::{consumer, person};
use self::product::product;
use crate::conventions::STATE_RUNNING;
use crate::json::{self, Json, Map};
use crate::problem::{ErrorBody, Problem, ProblemKind};
use crate::session::{Action, Counters, Document, Dossier, Offers, Session, State, Task};

/// Reads an answer of `getsession`.
pub fn session(body: &[u8]) -> Result<Session, Problem> {
    // Nearly every answer can be read as it is, which is quicker than looking for what may be wrong.
    match Answer::parse_whole(str::from_utf8(body).unwrap_or_default()) {
        Ok(answer) => answer.session(),
        Err(_) => Answer::parse_whole(&json::clean(body))?.session(),
    }
}

/// An answer of `getsession` that is parsed and not yet read. Of a long one, parsing is more than half of
/// the work: it comes in two steps, so that a page can do something else in between.
#[derive(Debug)]
pub struct Answer<'a>(Map<'a>);

impl<'a> Answer<'a> {
    /// Parses a text, as it is or [cleaned](json::clean), up to the rest.
    pub fn parse(text: &'a str) -> Result<Self, Problem> {
        Map::parse(text).map(Self).map_err(Problem::not_json)
    }

    /// Parses the rest: `duplicate_comfort_data`.
    pub fn parse_rest(&mut self) -> Result<(), Problem> {
        let session = self.0.get_mut("consumerportalsession");
        let rest = session.and_then(|session| session.map_mut()?.get_mut("duplicate_comfort_data"));
        rest.map_or(Ok(()), Json::read_rest)
            .map_err(Problem::not_json)
    }

    /// Both steps.
    fn parse_whole(text: &'a str) -> Result<Self, Problem> {
        let mut answer = Self::parse(text)?;
        answer.parse_rest()?;
        Ok(answer)
    }

    /// The session that it is, once all of it is parsed.
    pub fn session(&self) -> Result<Session, Problem> {
        let Self(answer) = self;
        if let Some(error) = ErrorBody::read(&answer["error"]) {
            return Err(error.into_problem(None));
        }
        let session = &answer["consumerportalsession"];
        if !session.is_object() {
            return Err(Problem::new(
                ProblemKind::NotUnderstood,
                "JSON without consumerportalsession",
            ));
        }
        Ok(portal_session(session.map()))
    }
}

/// Reads `consumerportalsession`.
fn portal_session(session: &Map<'_>) -> Session {
    let dossier = session["dossier"].map();
    let duplicates = session["duplicate_comfort_data"].map();
    let state = match session["session"].map()["state"].id() {
        Some(state) if state.trim() == STATE_RUNNING => State::Running,
        _ => State::Closed,
    };
    let products = products(dossier["products"].map());
    let actions = actions(&products, duplicates, state);
    let elsewhere = duplicates["actioncounter_per_product"].map();
    let products = products
        .iter()
        .enumerate()
        .filter(|(at, (id, _))| products[..*at].iter().all(|(earlier, _)| earlier != id))
        .map(|(_, (id, members))| {
            let counters = counters(&members["productaction_counters"])
                .or_else(|| counters(&elsewhere[id]))
                .unwrap_or_else(|| {
                    count_done(
                        actions
                            .iter()
                            .filter(|action| action.product_id.as_ref() == Some(id)),
                    )
                });
            product(id.clone(), members, counters)
        })
        .collect();
    Session {
        state,
        // In the example the consumer is in the dossier. When it has none, one beside it is read.
        consumer: match &dossier["consumer"] {
            inside if inside.is_object() => consumer(inside.map()),
            _ => consumer(session["consumer"].map()),
        },
        dossier: Dossier {
            id: dossier["id"].text(),
            code: dossier["code"].text(),
            date_created: dossier["date_created"].date(),
            owner: person(dossier["owner"].map()),
            advisor: person(dossier["advisor"].map()),
        },
        products,
        counters: counters(&duplicates["actioncounter_total"])
            .unwrap_or_else(|| count_done(actions.iter())),
        actions: actions.into_iter().map(Arc::new).collect(),
        appointment: appointment(duplicates["most_recent_appointment"].map()),
    }
}

/// The members of each product, with the product's id. A product without an id and a key is called by its
/// place: its id is only ever shown.
fn products<'m, 'a>(products: &'m Map<'a>) -> Vec<(String, &'m Map<'a>)> {
    let objects = products.iter().filter(|(_, product)| product.is_object());
    objects
        .enumerate()
        .map(|(place, (key, product))| {
            let members = product.map();
            let id = members["id"].text().unwrap_or_else(|| match &**key {
                "" => place.to_string(),
                key => key.to_owned(),
            });
            (id, members)
        })
        .collect()
}

/// Every action once: those of each product, then those that only the duplicates have.
fn actions<'m>(
    products: &[(String, &'m Map<'_>)],
    duplicates: &'m Map<'_>,
    state: State,
) -> Vec<Action> {
    let uploadable = ids(duplicates["uploadable_productactions"].map());
    let downloadable = ids(duplicates["downloadable_productactions"].map());
    let mut known = FxHashSet::default();
    let mut actions = Vec::new();
    let mut add = |product_id: Option<&String>, map: &'m Map<'_>| {
        for (key, value) in map.iter() {
            let id = value.map()["id"].id().unwrap_or(key);
            if !value.is_object() || id.is_empty() || !known.insert(id) {
                continue;
            }
            let mut action = action(id, value.map());
            action.product_id = match product_id {
                Some(product_id) => Some(product_id.clone()),
                None => {
                    (action.product_id).filter(|id| products.iter().any(|(known, _)| known == id))
                }
            };
            let (uploadable, downloadable) = (uploadable.contains(id), downloadable.contains(id));
            action.offers = Offers::of(&action, uploadable, downloadable, state);
            action.task = Task::of(&action, state);
            actions.push(action);
        }
    };
    for (product_id, product) in products {
        add(Some(product_id), product["productactions"].map());
    }
    add(None, duplicates["productactions"].map());
    actions
}

/// An action as it stands, without what it offers and is to the consumer.
fn action(id: &str, members: &Map<'_>) -> Action {
    Action {
        id: id.to_owned(),
        product_id: members["product_id"].text(),
        label: members["label"].text(),
        kind: members["type"].text(),
        comment: members["comment"].text(),
        is_done: members["is_done"].flag(),
        date_created: members["date_created"].date(),
        date_executed: members["date_executed"].date(),
        document: document(members["document"].map()),
        offers: Offers::default(),
        task: Task::WithOffice,
    }
}

fn document(members: &Map<'_>) -> Document {
    // A document that names a consumer is theirs alone, unless it says that it is not.
    let is_specific = members.get("is_consumer_specific").is_none_or(Json::flag);
    Document {
        label: members["label"].text(),
        description: members["description"].text(),
        upload_requirements: members["upload_requirements"].texts(),
        consumer_name: members["consumer_name"].text().filter(|_| is_specific),
    }
}

/// Progress as the server counted it, when it gave both numbers.
fn counters(value: &Json<'_>) -> Option<Counters> {
    let members = value.map();
    let (total, done) = (members["total"].count()?, members["done"].count()?);
    Some(Counters {
        total,
        done: done.min(total),
    })
}

/// Progress as we count it.
fn count_done<'a>(actions: impl Iterator<Item = &'a Action>) -> Counters {
    let mut counters = Counters::default();
    for action in actions {
        counters.total += 1;
        counters.done += u32::from(action.is_done);
    }
    counters
}

/// Which actions a map or list names: by each object's own id, by its key, or as plain texts.
fn ids<'m>(map: &'m Map<'_>) -> FxHashSet<&'m str> {
    let mut ids = FxHashSet::default();
    for (key, value) in map.iter() {
        if value.is_object() {
            ids.insert(value.map()["id"].id().unwrap_or(key));
        } else if value.is_text() {
            ids.extend(value.id());
        } else if value.is_true() || value.id().is_some() {
            ids.insert(key);
        }
    }
    ids
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::session::{
        Consumer, DateTime, Details, Gender, Mortgage, Person, Product, Status, Upload,
    };

    /// A session around the members of `consumerportalsession`.
    pub(crate) fn with(members: &str) -> Session {
        let body = ["{\"consumerportalsession\":{", members, "}}"].concat();
        session(body.as_bytes()).unwrap_or_else(|problem| panic!("{members}: {problem}"))
    }

    /// A session with one product.
    pub(crate) fn with_product(product: &str) -> Session {
        with(&["\"dossier\":{\"products\":{\"P\":", product, "}}"].concat())
    }

    /// A session with these actions in its product `P`.
    pub(crate) fn with_actions(actions: &str) -> Session {
        with_product(&["{\"id\":\"P\",\"productactions\":", actions, "}"].concat())
    }

    fn ids(session: &Session) -> Vec<&str> {
        session
            .actions
            .iter()
            .map(|action| action.id.as_str())
            .collect()
    }

    pub(crate) fn date(text: &str) -> Option<DateTime> {
        DateTime::parse(text)
    }

    pub(crate) fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_fault_is_mended_wherever_it_stands() {
        for fault in ["\\ud800", "\t", "\\q"] {
            let actions = ["{\"A\":{\"label\":\"a", fault, "b\"}}"].concat();
            let duplicates = format!("\"duplicate_comfort_data\":{{\"productactions\":{actions}}}");
            for session in [with_actions(&actions), with(&duplicates)] {
                let label = session.actions[0].label.as_deref().unwrap_or_default();
                assert!(label.starts_with('a') && label.ends_with('b'), "{label}");
            }
        }
    }

    #[test]
    fn the_documentations_example_is_read_whole() {
        let mut session = session(include_bytes!("../tests/getsession.json")).expect("a session");
        // Its timeline is an empty frame.
        if let Details::Mortgage(mortgage) = &mut session.products[0].details {
            assert_eq!(mortgage.timeline(), None);
            assert!(mortgage.rendered_timeline.take().is_some());
        }
        let person = Person {
            name: some("Testgebruiker"),
            phone: some("0570 665 144"),
            emailaddress: some("sample@bwss.nl"),
            avatar: None,
        };
        let counters = Counters { total: 1, done: 1 };
        let expected = Session {
            state: State::Running,
            dossier: Dossier {
                id: some("DS86CE093EB31D131449DCABEBB7C39F"),
                code: some("TEST-1"),
                date_created: date("2018-01-01"),
                owner: Some(person.clone()),
                advisor: Some(person),
            },
            consumer: Consumer {
                id: some("CNSR22966DC6C1D2E53D861B2794F6A20E"),
                gender: Some(Gender::Male),
                firstname: some("Jan"),
                surname: some("Janssen"),
                display_name: some("Jan Janssen"),
                streetname: some("Herfordstraat"),
                housenumber: some("8"),
                zipcode: some("7418EX"),
                city: some("Deventer"),
                phone: some("0570 665 144"),
                emailaddress: some("j.janssen@freeler.nl"),
                ..Consumer::default()
            },
            products: vec![Product {
                id: "PRFE1A72620E23AC13009D2287C6B864".to_owned(),
                label: some("SNS Budget Hypotheek"),
                reference_number: some("TEST-1-M-ea66c06c1e1c05fa9f1aa39d98dc5bc1"),
                quote_number: None,
                details: Details::Mortgage(Mortgage {
                    label: some("SNS Budget Hypotheek"),
                    lender_name: some("SNS Bank"),
                    ..Mortgage::default()
                }),
                counters,
            }],
            actions: vec![Arc::new(Action {
                id: "PRA433FB8570F2C0F6D816F1A0A283BFE".to_owned(),
                product_id: some("PRFE1A72620E23AC13009D2287C6B864"),
                label: some("Aanleveren van geldig legitimatiebewijs (Jan Janssen)"),
                kind: some("UPLOAD_DOCUMENTMANAGEMENT_FILE"),
                comment: None,
                is_done: true,
                date_created: date("2018-01-01"),
                date_executed: date("2018-01-01"),
                document: Document {
                    label: some("Geldig legitimatiebewijs (Paspoort of Europese Identiteitskaart)"),
                    description: None,
                    upload_requirements: vec![
                        "Paspoort opengevouwen met beide pagina's in beeld".to_owned(),
                        "Europese Identiteitskaart, kopie op ware grootte van de voor- en achterzijde.".to_owned(),
                    ],
                    consumer_name: some("Jan Janssen"),
                },
                offers: Offers { upload: Some(Upload::Again), download: false, otd: false },
                task: Task::Done,
            })],
            counters,
            appointment: None,
        };
        assert_eq!(session, expected);
        assert_eq!(session.actions[0].status(), Status::Done);
    }

    #[test]
    fn what_is_no_session_is_a_problem() {
        for (body, kind) in [
            ("", ProblemKind::NotUnderstood),
            ("<html></html>", ProblemKind::NotUnderstood),
            ("null", ProblemKind::NotUnderstood),
            ("{}", ProblemKind::NotUnderstood),
            ("[]", ProblemKind::NotUnderstood),
            (
                r#"{"consumerportalsession":null}"#,
                ProblemKind::NotUnderstood,
            ),
            (
                r#"{"consumerportalsession":[]}"#,
                ProblemKind::NotUnderstood,
            ),
            (
                r#"{"consumerportalsession":{}}{}"#,
                ProblemKind::NotUnderstood,
            ),
            (r#"{"error":"TOKEN_EXPIRED"}"#, ProblemKind::Expired),
            (
                r#"{"consumerportalsession":{},"error":{"code":"UNKNOWN_CONSUMER"}}"#,
                ProblemKind::NotFound,
            ),
            (r#"{"error":"Er ging iets mis"}"#, ProblemKind::Rejected),
        ] {
            assert_eq!(
                session(body.as_bytes()).expect_err(body).kind,
                kind,
                "{body}"
            );
        }
    }

    #[test]
    fn a_session_that_is_cut_off_anywhere_is_a_problem() {
        let body = include_str!("../tests/getsession.json")
            .trim_end()
            .as_bytes();
        for length in 0..body.len() {
            let problem = session(&body[..length]).expect_err("half a session");
            assert_eq!(problem.kind, ProblemKind::NotUnderstood);
        }
    }

    #[test]
    fn a_body_with_a_byte_order_mark_and_raw_control_characters_is_a_session() {
        let body =
            b"\xEF\xBB\xBF{\"consumerportalsession\":{\"dossier\":{\"code\":\"A\tB\x02\r\n\"}}}";
        let session = session(body).expect("a session");
        assert_eq!(session.dossier.code.as_deref(), Some("A\tB\u{2}\r\n"));
    }

    #[test]
    fn what_cannot_be_read_costs_its_own_field() {
        let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
        for (value, label) in [
            (r#""Loon\ud800strook""#, some("Loon\u{fffd}strook")),
            (r#""\x\u12""#, some("x\u{fffd}12")),
            ("1e400", some("1e+400")),
            (
                "-123456789012345678901234567890.5",
                some("-123456789012345678901234567890.5"),
            ),
            (&deep, None),
        ] {
            let session = with_actions(
                &[
                    "[{\"id\":\"A\",\"is_done\":1,\"label\":",
                    value,
                    ",\"unknown\":",
                    value,
                    "}]",
                ]
                .concat(),
            );
            assert_eq!(session.actions[0].label, label);
            assert!(session.actions[0].is_done);
        }
    }

    #[test]
    fn of_two_fields_with_one_name_the_first_counts() {
        let session = with_actions(r#"{"A":{"label":"first","label":"second","id":"A","id":"B"}}"#);
        assert_eq!(
            (ids(&session), session.actions[0].label.as_deref()),
            (vec!["A"], Some("first"))
        );
    }

    #[test]
    fn an_empty_dossier_is_a_session() {
        let session =
            with(r#""dossier":{"products":[]},"duplicate_comfort_data":{"productactions":[]}"#);
        assert_eq!(
            (
                session.products.len(),
                session.actions.len(),
                session.counters
            ),
            (0, 0, Counters::default())
        );
        assert_eq!(
            with(""),
            with(r#""session":null,"dossier":[],"duplicate_comfort_data":false"#)
        );
    }

    #[test]
    fn only_a_running_session_is_open() {
        for (state, expected) in [
            (r#"{"state":"RUNNING"}"#, State::Running),
            (r#"{"state":" RUNNING\n"}"#, State::Running),
            (r#"{"state":"CLOSED"}"#, State::Closed),
            (r#"{"state":null}"#, State::Closed),
            ("[]", State::Closed),
        ] {
            assert_eq!(
                with(&["\"session\":", state].concat()).state,
                expected,
                "{state}"
            );
        }
    }

    #[test]
    fn maps_may_be_lists_and_keep_their_order() {
        assert_eq!(
            ids(&with_actions(r#"{"B":{"id":"B"},"A":{"id":"A"},"C":{}}"#)),
            ["B", "A", "C"]
        );
        assert_eq!(
            ids(&with_actions(
                r#"[{"id":"B"},{"id":"A"},{"label":"no id"},7,null,[]]"#
            )),
            ["B", "A"]
        );
        assert_eq!(ids(&with_actions("[]")), [""; 0]);
        let session = with(r#""dossier":{"products":[{"id":"Q"},{"label":"no id"},"x"]}"#);
        assert_eq!(
            session
                .products
                .iter()
                .map(|product| product.id.as_str())
                .collect::<Vec<_>>(),
            ["Q", "1"]
        );
    }

    #[test]
    fn an_actions_own_id_counts_before_its_key() {
        assert_eq!(
            ids(&with_actions(
                r#"{"K":{"id":"A"},"3":{"id":12},"L":{"id":null},"M":{"id":{}}}"#
            )),
            ["A", "12", "L", "M"]
        );
    }

    #[test]
    fn of_two_actions_or_products_with_one_id_the_first_counts() {
        let session = with_actions(r#"[{"id":"A","label":"first"},{"id":"A","label":"second"}]"#);
        assert_eq!(
            (ids(&session), session.actions[0].label.as_deref()),
            (vec!["A"], Some("first"))
        );
        let session = with(
            r#""dossier":{"products":[{"id":"P","label":"first"},{"id":"P","productactions":["x",{"id":"A"}]}]}"#,
        );
        assert_eq!(
            (session.products.len(), session.products[0].label.as_deref()),
            (1, Some("first"))
        );
        assert_eq!(session.actions[0].product_id.as_deref(), Some("P"));
    }

    #[test]
    fn an_action_outside_the_products_is_found_in_the_duplicates_whatever_comes_first() {
        let products = r#""dossier":{"products":{"P":{"productactions":{"A":{"label":"own","product_id":"X"}}}}}"#;
        let duplicates = r#""duplicate_comfort_data":{"productactions":{"B":{"id":"B","product_id":"P"},"A":{"id":"A","label":"copy"},"C":{"product_id":"X"}}}"#;
        let session = with(&[products, ",", duplicates].concat());
        assert_eq!(ids(&session), ["A", "B", "C"]);
        assert_eq!(session.actions[0].label.as_deref(), Some("own"));
        let products_of = session
            .actions
            .iter()
            .map(|action| action.product_id.as_deref())
            .collect::<Vec<_>>();
        assert_eq!(products_of, [Some("P"), Some("P"), None]);
        assert_eq!(with(&[duplicates, ",", products].concat()), session);
    }

    #[test]
    fn the_lists_name_actions_by_id_key_or_text() {
        let uploadable = |list: &str| {
            let lists = ["\"session\":{\"state\":\"RUNNING\"},\"duplicate_comfort_data\":{\"productactions\":[{\"id\":\"A\"}],\"uploadable_productactions\":", list, "}"].concat();
            with(&lists).actions[0].offers.upload.is_some()
        };
        for list in [
            r#"{"A":{}}"#,
            r#"{"0":{"label":"x","id":"A"}}"#,
            r#"[{"id":"A"}]"#,
            r#"["A"]"#,
            r#"{"A":1}"#,
            r#"{"A":true}"#,
        ] {
            assert!(uploadable(list), "{list}");
        }
        for list in [
            "[]",
            "{}",
            "null",
            r#"{"A":{"id":"B"}}"#,
            r#"{"A":false}"#,
            r#"{"A":null}"#,
            r#""A""#,
        ] {
            assert!(!uploadable(list), "{list}");
        }
    }

    #[test]
    fn a_field_of_the_wrong_kind_costs_that_field() {
        let session = with_actions(
            r#"{"A":{"label":{"x":[1]},"document":"x","is_done":[],"date_created":{},"comment":"blijft"},"B":{"document":{"upload_requirements":{"1":"een","2":null,"3":3},"label":[]}},"C":{"document":{"upload_requirements":"los"}}}"#,
        );
        assert_eq!(session.actions[0].comment.as_deref(), Some("blijft"));
        assert_eq!(session.actions[0].label, None);
        assert_eq!(
            session.actions[1].document.upload_requirements,
            ["een", "3"]
        );
        assert_eq!(session.actions[2].document.upload_requirements, ["los"]);
    }

    #[test]
    fn a_document_is_for_one_person_only_when_it_says_so() {
        let name = |document: &str| {
            with_actions(&["{\"A\":{\"document\":{", document, "}}}"].concat()).actions[0]
                .document
                .consumer_name
                .clone()
        };
        assert_eq!(
            name(r#""is_consumer_specific":true,"consumer_name":"Jan""#),
            some("Jan")
        );
        assert_eq!(
            name(r#""consumer_name":"Jan","is_consumer_specific":0"#),
            None
        );
        assert_eq!(name(r#""consumer_name":"Jan""#), some("Jan"));
    }

    #[test]
    fn counters_are_the_products_own_then_the_duplicates_then_a_count() {
        let members = |own: &str, elsewhere: &str| {
            let session = with(&[
                "\"dossier\":{\"products\":{\"P\":{\"productaction_counters\":", own,
                ",\"productactions\":[{\"id\":\"A\",\"is_done\":1},{\"id\":\"B\"}]}}},\"duplicate_comfort_data\":{\"actioncounter_per_product\":{\"P\":", elsewhere,
                "},\"productactions\":[{\"id\":\"C\"}]}",
            ].concat());
            (session.products[0].counters, session.counters)
        };
        let total = Counters { total: 3, done: 1 };
        assert_eq!(
            members(r#"{"total":9,"done":4}"#, r#"{"total":8,"done":3}"#),
            (Counters { total: 9, done: 4 }, total)
        );
        assert_eq!(
            members(r#"{"total":9}"#, r#"{"total":8,"done":3}"#),
            (Counters { total: 8, done: 3 }, total)
        );
        assert_eq!(
            members("[]", "null"),
            (Counters { total: 2, done: 1 }, total)
        );
        assert_eq!(
            members(r#"{"total":1,"done":4}"#, "null").0,
            Counters { total: 1, done: 1 }
        );
        assert_eq!(
            members(r#"{"total":-1,"done":4}"#, "null").0,
            Counters { total: 2, done: 1 }
        );
    }
}
