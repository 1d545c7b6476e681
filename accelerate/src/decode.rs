//! Reads an answer of `getsession` the way PHP writes it: what is missing or of the wrong kind costs its
//! own field, or its action, and never the session. Only JSON that is none, that is cut off, that is an
//! `error` or that has no `consumerportalsession` is a problem.
//!
//! - A map may be `[]`, or a list; then an object's own `id` says what it is. Where an object's `id` and
//!   its key disagree, the `id` counts: keys get renumbered, ids do not. Of two with one id the first
//!   counts.
//! - Order is the server's. Unknown fields are skipped.
//! - An action is said up to three times: in its product, and in `duplicate_comfort_data`. It is read
//!   where it is met first, of the rest only the id is looked at.
//! - `most_recent_appointment` is undocumented: [`appointment`](crate::conventions::appointment) has the names we read.

mod appointment;
mod field;
mod ids;
mod people;
mod product;

use std::borrow::Cow;

use self::appointment::appointment;
use self::field::{count, date, flag, id_text, text, texts};
use self::ids::Ids;
use self::people::{consumer, person};
use self::product::details_of;
use crate::conventions::STATE_RUNNING;
use crate::json::{Broken, Reader, Value};
use crate::problem::{self, Problem, ProblemKind};
use crate::session::{
    Action, Appointment, Consumer, Counters, Document, Dossier, Offers, Product, Session, State,
};

/// What reading a part comes to: only the JSON itself can be broken.
type Read<T> = Result<T, Broken>;

/// Reads an answer of `getsession`.
pub fn session(body: &[u8]) -> Result<Session, Problem> {
    let mut found = Found::default();
    let error = found.read(body).map_err(Problem::broken)?;
    if let Some(told) = error {
        return Err(problem::of_error(told, None));
    }
    if !found.session {
        return Err(Problem::new(
            ProblemKind::NotUnderstood,
            "JSON without consumerportalsession",
        ));
    }
    found.finish().map_err(Problem::broken)
}

/// What has been read so far. The members of the session may come in any order, so what one of them
/// means for another is settled in [`Found::finish`].
#[derive(Default)]
struct Found<'a> {
    /// Whether there was a `consumerportalsession`.
    session: bool,
    running: bool,
    dossier: Dossier,
    consumer: Option<Consumer>,
    /// With the counters that it came with.
    products: Vec<(Product, Option<Counters>)>,
    actions: Vec<Action>,
    /// The ids of `actions`.
    seen: Ids<'a>,
    uploadable: Ids<'a>,
    downloadable: Ids<'a>,
    /// Actions said outside a product, not read yet, with their key.
    spare: Vec<(Cow<'a, str>, &'a [u8])>,
    total: Option<Counters>,
    per_product: Vec<(String, Option<Counters>)>,
    appointment: Option<Appointment>,
}

impl<'a> Found<'a> {
    /// Reads the whole answer; what its `error` says, if it has one.
    fn read(&mut self, body: &'a [u8]) -> Read<Option<problem::Told>> {
        let mut error = None;
        let mut reader = Reader::new(body);
        reader.each(&mut |key, value| {
            match &*key {
                "consumerportalsession" if value.is_object() => {
                    self.session = true;
                    value.each(&mut |key, value| self.member(&key, value))?;
                }
                "error" => error = problem::read_error(value)?,
                _ => value.skip()?,
            }
            Ok(())
        })?;
        reader.end()?;
        Ok(error)
    }

    /// A member of `consumerportalsession`.
    fn member(&mut self, key: &str, value: &mut Reader<'a>) -> Read<()> {
        match key {
            "session" => value.each(&mut |key, value| {
                match &*key {
                    "state" => {
                        self.running =
                            text(value)?.is_some_and(|state| state.trim() == STATE_RUNNING)
                    }
                    _ => value.skip()?,
                }
                Ok(())
            }),
            "dossier" => value.each(&mut |key, value| self.dossier_member(&key, value)),
            "duplicate_comfort_data" => {
                value.each(&mut |key, value| self.duplicate_member(&key, value))
            }
            // In the example the consumer is in the dossier; here it is accepted when that has none.
            "consumer" => {
                let beside = consumer(value)?;
                self.consumer.get_or_insert(beside);
                Ok(())
            }
            _ => value.skip(),
        }
    }

    fn dossier_member(&mut self, key: &str, value: &mut Reader<'a>) -> Read<()> {
        match key {
            "id" => self.dossier.id = text(value)?,
            "code" => self.dossier.code = text(value)?,
            "date_created" => self.dossier.date_created = date(value)?,
            "owner" => self.dossier.owner = person(value)?,
            "advisor" => self.dossier.advisor = person(value)?,
            "consumer" if value.is_object() => self.consumer = Some(consumer(value)?),
            "products" => value.each(&mut |key, value| self.product(key, value))?,
            _ => value.skip()?,
        }
        Ok(())
    }

    /// One of `products`, with its actions.
    fn product(&mut self, key: Cow<'a, str>, value: &mut Reader<'a>) -> Read<()> {
        if !value.is_object() {
            return value.skip();
        }
        let (mut id, mut label, mut kind) = (None, None, None);
        let (mut reference_number, mut quote_number, mut counters) = (None, None, None);
        // Which object holds the details is only known with the type.
        let mut objects = Vec::new();
        let first_action = self.actions.len();
        value.each(&mut |key, value| {
            match &*key {
                "id" => id = text(value)?,
                "type" => kind = text(value)?,
                "label" => label = text(value)?,
                "reference_number" => reference_number = text(value)?,
                "quote_number" => quote_number = text(value)?,
                "productaction_counters" => counters = counts(value)?,
                "productactions" => value.each(&mut |key, value| self.action(key, value))?,
                _ if value.is_object() => objects.push((key, value.raw()?)),
                _ => value.skip()?,
            }
            Ok(())
        })?;
        // Without a name of its own a product is called by its place: it is only ever shown.
        let id = id.unwrap_or_else(|| match &*key {
            "" => self.products.len().to_string(),
            key => key.to_owned(),
        });
        for action in &mut self.actions[first_action..] {
            action.product_id = Some(id.clone());
        }
        let kind = kind.unwrap_or_default();
        let details = objects
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&kind));
        let details = details_of(
            kind,
            &mut Reader::new(details.map_or(b"{}".as_slice(), |(_, object)| object)),
        )?;
        if self.products.iter().all(|(known, _)| known.id != id) {
            let product = Product {
                id,
                label,
                reference_number,
                quote_number,
                details,
                counters: Counters::default(),
            };
            self.products.push((product, counters));
        }
        Ok(())
    }

    fn duplicate_member(&mut self, key: &str, value: &mut Reader<'a>) -> Read<()> {
        match key {
            "uploadable_productactions" => ids(value, &mut self.uploadable)?,
            "downloadable_productactions" => ids(value, &mut self.downloadable)?,
            "productactions" => value.each(&mut |key, value| {
                self.spare.push((key, value.raw()?));
                Ok(())
            })?,
            "actioncounter_total" => self.total = counts(value)?,
            "actioncounter_per_product" => value.each(&mut |key, value| {
                self.per_product.push((key.into_owned(), counts(value)?));
                Ok(())
            })?,
            "most_recent_appointment" => self.appointment = appointment(value)?,
            _ => value.skip()?,
        }
        Ok(())
    }

    /// Reads an action, unless it is known.
    fn action(&mut self, key: Cow<'a, str>, value: &mut Reader<'a>) -> Read<()> {
        if !value.is_object() {
            return value.skip();
        }
        let mut id = None;
        let mut action = Action {
            id: String::new(),
            product_id: None,
            label: None,
            kind: None,
            comment: None,
            is_done: false,
            date_created: None,
            date_executed: None,
            document: Document::default(),
            offers: Offers::default(),
        };
        value.each(&mut |key, value| {
            match &*key {
                "id" => id = id_text(value)?,
                "product_id" => action.product_id = text(value)?,
                "label" => action.label = text(value)?,
                "type" => action.kind = text(value)?,
                "comment" => action.comment = text(value)?,
                "is_done" => action.is_done = flag(value)?,
                "date_created" => action.date_created = date(value)?,
                "date_executed" => action.date_executed = date(value)?,
                "document" => action.document = document(value)?,
                _ => value.skip()?,
            }
            Ok(())
        })?;
        let id = id.unwrap_or(key);
        if !id.is_empty() && self.seen.insert(id.clone()) {
            action.id = id.into_owned();
            self.actions.push(action);
        }
        Ok(())
    }

    /// Puts together what the members say about one another.
    fn finish(mut self) -> Read<Session> {
        for (key, object) in std::mem::take(&mut self.spare) {
            let id = own_id(object).unwrap_or(key);
            if !self.seen.contains(&id) {
                self.action(id, &mut Reader::new(object))?;
            }
        }
        let state = if self.running {
            State::Running
        } else {
            State::Closed
        };
        for action in &mut self.actions {
            let id = action.id.as_str();
            action.offers = Offers::of(
                action,
                self.uploadable.contains(id),
                self.downloadable.contains(id),
                state,
            );
            if let Some(product_id) = &action.product_id
                && self
                    .products
                    .iter()
                    .all(|(product, _)| product.id != *product_id)
            {
                action.product_id = None;
            }
        }
        let actions = self.actions;
        let count = |of: &dyn Fn(&Action) -> bool| {
            let mut counters = Counters::default();
            for action in actions.iter().filter(|action| of(action)) {
                counters.total += 1;
                counters.done += u32::from(action.is_done);
            }
            counters
        };
        let total = self.total.unwrap_or_else(|| count(&|_| true));
        let products = self
            .products
            .into_iter()
            .map(|(mut product, own)| {
                let elsewhere = || {
                    self.per_product
                        .iter()
                        .find(|(id, _)| *id == product.id)
                        .and_then(|(_, counters)| *counters)
                };
                product.counters = own.or_else(elsewhere).unwrap_or_else(|| {
                    count(&|action| action.product_id.as_ref() == Some(&product.id))
                });
                product
            })
            .collect();
        Ok(Session {
            state,
            dossier: self.dossier,
            consumer: self.consumer.unwrap_or_default(),
            products,
            actions: actions.into_iter().map(std::sync::Arc::new).collect(),
            counters: total,
            appointment: self.appointment,
        })
    }
}

fn document(value: &mut Reader<'_>) -> Read<Document> {
    let mut it = Document::default();
    let mut consumer_specific = true;
    value.each(&mut |key, value| {
        match &*key {
            "label" => it.label = text(value)?,
            "description" => it.description = text(value)?,
            "upload_requirements" => it.upload_requirements = texts(value)?,
            "is_consumer_specific" => consumer_specific = flag(value)?,
            "consumer_name" => it.consumer_name = text(value)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    if !consumer_specific {
        it.consumer_name = None;
    }
    Ok(it)
}

/// Counters, when both numbers are there.
fn counts(value: &mut Reader<'_>) -> Read<Option<Counters>> {
    let (mut total, mut done) = (None, None);
    value.each(&mut |key, value| {
        match &*key {
            "total" => total = count(value)?,
            "done" => done = count(value)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(total.zip(done).map(|(total, done)| Counters {
        total,
        done: done.min(total),
    }))
}

/// Which actions a map or list names: by each object's own `id`, else by its key, or as plain texts.
fn ids<'a>(value: &mut Reader<'a>, into: &mut Ids<'a>) -> Read<()> {
    value.each(&mut |key, value| {
        let id = if value.is_object() {
            own_id(value.raw()?).unwrap_or(key)
        } else {
            match value.value()? {
                Value::Text(id) => id,
                Value::Bool(true) | Value::Number(_) => key,
                _ => return Ok(()),
            }
        };
        into.insert(id);
        Ok(())
    })
}

/// The `id` of an object. PHP writes it first, so reading stops there.
fn own_id(object: &[u8]) -> Option<Cow<'_, str>> {
    let mut id = None;
    // The error is how to stop; the object as such was found whole before.
    _ = Reader::new(object).each(&mut |key, value| {
        if key == "id" {
            id = id_text(value)?;
            return Err(Broken(0));
        }
        value.skip()
    });
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{DateTime, Details, Gender, Mortgage, Person, Status, Upload};

    /// A session around the members of `consumerportalsession`.
    pub(super) fn with(members: &str) -> Session {
        let body = ["{\"consumerportalsession\":{", members, "}}"].concat();
        session(body.as_bytes()).unwrap_or_else(|problem| panic!("{members}: {problem}"))
    }

    /// A session with one product.
    pub(super) fn with_product(product: &str) -> Session {
        with(&["\"dossier\":{\"products\":{\"P\":", product, "}}"].concat())
    }

    /// A session with these actions in its product `P`.
    pub(super) fn with_actions(actions: &str) -> Session {
        with_product(&["{\"id\":\"P\",\"productactions\":", actions, "}"].concat())
    }

    fn ids(session: &Session) -> Vec<&str> {
        session
            .actions
            .iter()
            .map(|action| action.id.as_str())
            .collect()
    }

    pub(super) fn date(text: &str) -> Option<DateTime> {
        DateTime::parse(text)
    }

    pub(super) fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn the_documentations_example_is_read_whole() {
        let session = session(include_bytes!("../tests/getsession.json")).expect("a session");
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
            actions: vec![std::sync::Arc::new(Action {
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
    fn an_actions_own_id_goes_before_its_key() {
        assert_eq!(
            ids(&with_actions(
                r#"{"K":{"id":"A"},"3":{"id":12},"L":{"id":null},"M":{"id":{}}}"#
            )),
            ["A", "12", "L", "M"]
        );
    }

    #[test]
    fn of_two_with_one_id_the_first_counts() {
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
