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
//! - `most_recent_appointment` is undocumented: [`conventions::appointment`] has the names we read.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;

use crate::conventions::{self, STATE_RUNNING};
use crate::json::{self, Broken, Reader, Value};
use crate::otd::BASE64;
use crate::problem::{self, Problem, ProblemKind};
use crate::session::{
    Action, Amount, Appointment, Consumer, Counters, Credit, DateTime, Details, Document, Dossier,
    Gender, Mortgage, Offers, Person, Product, Session, State,
};

type Read<T> = Result<T, Broken>;
type Ids<'a> = BTreeSet<Cow<'a, str>>;

/// Reads an answer of `getsession`.
pub fn session(body: &[u8]) -> Result<Session, Problem> {
    let text = json::text(body);
    let mut found = Found::default();
    let error = found.read(&text).map_err(Problem::broken)?;
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
    spare: Vec<(Cow<'a, str>, &'a str)>,
    total: Option<Counters>,
    per_product: Vec<(String, Option<Counters>)>,
    appointment: Option<Appointment>,
}

impl<'a> Found<'a> {
    /// Reads the whole answer; what its `error` says, if it has one.
    fn read(&mut self, text: &'a str) -> Read<Option<problem::Told>> {
        let mut error = None;
        let mut reader = Reader::new(text);
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
            &mut Reader::new(details.map_or("{}", |(_, object)| object)),
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
            actions,
            counters: total,
            appointment: self.appointment,
        })
    }
}

/// The object that a product has under its type's name.
fn details_of(kind: String, value: &mut Reader<'_>) -> Read<Details> {
    if kind.eq_ignore_ascii_case("MORTGAGE") {
        return Ok(Details::Mortgage(mortgage(value)?));
    }
    if kind.eq_ignore_ascii_case("CREDIT") {
        return Ok(Details::Credit(credit(value)?));
    }
    let mut fields = Vec::new();
    value.each(&mut |key, value| {
        if let Some(text) = text(value)? {
            fields.push((key.into_owned(), text));
        }
        Ok(())
    })?;
    Ok(Details::Other { kind, fields })
}

fn mortgage(value: &mut Reader<'_>) -> Read<Mortgage> {
    let mut it = Mortgage::default();
    let mut has_timeline = true;
    value.each(&mut |key, value| {
        match &*key {
            "label" => it.label = text(value)?,
            "arrangement" => it.arrangement = text(value)?,
            "mortgage_amount" => it.mortgage_amount = amount(value)?,
            "lender_name" => it.lender_name = text(value)?,
            "has_timeline" => has_timeline = flag(value)?,
            "rendered_timeline" => {
                it.rendered_timeline = text(value)?.filter(|html| shows_something(html))
            }
            _ => value.skip()?,
        }
        Ok(())
    })?;
    if !has_timeline {
        it.rendered_timeline = None;
    }
    Ok(it)
}

fn credit(value: &mut Reader<'_>) -> Read<Credit> {
    let mut it = Credit::default();
    value.each(&mut |key, value| {
        match &*key {
            "lender_name" => it.lender_name = text(value)?,
            "product_name" => it.product_name = text(value)?,
            "date_entry" => it.date_entry = date(value)?,
            "loan_amount" => it.loan_amount = amount(value)?,
            "spending_target" => it.spending_target = text(value)?,
            "aflos_amount" => it.aflos_amount = amount(value)?,
            "aflos_period" => it.aflos_period = text(value)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(it)
}

/// Someone, unless there is nothing known about them.
fn person(value: &mut Reader<'_>) -> Read<Option<Person>> {
    let mut it = Person::default();
    value.each(&mut |key, value| {
        match &*key {
            "name" => it.name = text(value)?,
            "phone" => it.phone = text(value)?,
            "emailaddress" => it.emailaddress = text(value)?,
            "avatar_base64" => it.avatar = text(value)?.and_then(|encoded| avatar(&encoded)),
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok((it != Person::default()).then_some(it))
}

fn consumer(value: &mut Reader<'_>) -> Read<Consumer> {
    let mut it = Consumer::default();
    value.each(&mut |key, value| {
        let field = match &*key {
            "id" => &mut it.id,
            "initials" => &mut it.initials,
            "firstname" => &mut it.firstname,
            "prefix" => &mut it.prefix,
            "surname" => &mut it.surname,
            "display_name" => &mut it.display_name,
            "streetname" => &mut it.streetname,
            "housenumber" => &mut it.housenumber,
            "housenumber_addition" => &mut it.housenumber_addition,
            "zipcode" => &mut it.zipcode,
            "city" => &mut it.city,
            "phone" => &mut it.phone,
            "phone_mobile" => &mut it.phone_mobile,
            "emailaddress" => &mut it.emailaddress,
            "date_of_birth" => {
                it.date_of_birth = date(value)?;
                return Ok(());
            }
            "gender" => {
                it.gender = match text(value)?.as_deref().map(str::trim) {
                    Some("M" | "m") => Some(Gender::Male),
                    Some("F" | "f") => Some(Gender::Female),
                    _ => None,
                };
                return Ok(());
            }
            _ => return value.skip(),
        };
        *field = text(value)?;
        Ok(())
    })?;
    Ok(it)
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

/// The appointment, unless it is `false` or holds nothing that we know.
fn appointment(value: &mut Reader<'_>) -> Read<Option<Appointment>> {
    use conventions::appointment::{DESCRIPTION, END, LOCATION, START, START_TIME, SUBJECT, WITH};
    let mut fields: Vec<(String, String)> = Vec::new();
    value.each(&mut |key, value| {
        // A person is taken by name.
        let said = if value.is_object() {
            person(value)?.and_then(|person| person.name)
        } else {
            text(value)?
        };
        if let Some(said) = said {
            fields.push((key.into_owned(), said));
        }
        Ok(())
    })?;
    let said = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| fields.iter().find(|(key, _)| key == name))
            .map(|(_, text)| text.clone())
    };
    let start = said(START)
        .and_then(|text| DateTime::parse(&text))
        .map(|start| match said(START_TIME) {
            Some(time) if start.time.is_none() => start.at(&time),
            _ => start,
        });
    let end = said(END).and_then(|text| {
        DateTime::parse(&text).or_else(|| {
            start
                .map(|start| start.at(&text))
                .filter(|end| end.time.is_some())
        })
    });
    let it = Appointment {
        subject: said(SUBJECT),
        start,
        end,
        location: said(LOCATION),
        with: said(WITH),
        description: said(DESCRIPTION),
    };
    Ok((it != Appointment::default()).then_some(it))
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
fn own_id(object: &str) -> Option<Cow<'_, str>> {
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

/// An id, exactly as it came.
fn id_text<'a>(value: &mut Reader<'a>) -> Read<Option<Cow<'a, str>>> {
    Ok(match value.value()? {
        Value::Text(id) if !id.trim().is_empty() => Some(id),
        Value::Number(id) => Some(Cow::Borrowed(id)),
        _ => None,
    })
}

/// A text or a number, unless it is blank.
fn text(value: &mut Reader<'_>) -> Read<Option<String>> {
    Ok(id_text(value)?.map(Cow::into_owned))
}

/// The texts of a list or map, or the only one there is.
fn texts(value: &mut Reader<'_>) -> Read<Vec<String>> {
    let mut all = Vec::new();
    all.extend(text(&mut value.clone())?);
    value.each(&mut |_, value| {
        all.extend(text(value)?);
        Ok(())
    })?;
    Ok(all)
}

/// `true`, `1`, `"1"` and whatever else PHP holds true of a number or a digit string.
fn flag(value: &mut Reader<'_>) -> Read<bool> {
    Ok(match value.value()? {
        Value::Bool(flag) => flag,
        Value::Number(digits) => digits != "0",
        Value::Text(word) => {
            let word = word.trim();
            word.eq_ignore_ascii_case("true") || word.parse::<u32>().is_ok_and(|number| number != 0)
        }
        Value::Nothing => false,
    })
}

/// A whole number that counts something.
fn count(value: &mut Reader<'_>) -> Read<Option<u32>> {
    Ok(text(value)?.and_then(|digits| digits.trim().parse().ok()))
}

fn date(value: &mut Reader<'_>) -> Read<Option<DateTime>> {
    Ok(text(value)?.and_then(|text| DateTime::parse(&text)))
}

fn amount(value: &mut Reader<'_>) -> Read<Option<Amount>> {
    Ok(match value.value()? {
        Value::Number(digits) => Some(Amount::of_number(digits)),
        Value::Text(text) => Amount::parse(&text),
        _ => None,
    })
}

/// A picture in base64, or in a `data:` URL, as a `data:` URL: if it is a JPEG, PNG or BMP by its first
/// bytes, and no larger than [`AVATAR_MAX`](conventions::AVATAR_MAX).
fn avatar(encoded: &str) -> Option<String> {
    let encoded = match encoded.trim_start().strip_prefix("data:") {
        Some(url) => url.split_once(";base64,")?.1,
        None => encoded,
    };
    if encoded.len() > conventions::AVATAR_MAX * 3 / 2 {
        return None;
    }
    let mut encoded = encoded.to_owned();
    encoded.retain(|c| !c.is_ascii_whitespace());
    let bytes = BASE64
        .decode(&encoded)
        .ok()
        .filter(|bytes| bytes.len() <= conventions::AVATAR_MAX)?;
    let kind = match bytes.as_slice() {
        [0xFF, 0xD8, 0xFF, ..] => "jpeg",
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => "png",
        [b'B', b'M', ..] => "bmp",
        _ => return None,
    };
    Some(["data:image/", kind, ";base64,", &encoded].concat())
}

/// Whether HTML has anything to look at: a text outside its tags, or a picture or bar.
fn shows_something(html: &str) -> bool {
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        if has_text(&rest[..open]) {
            return true;
        }
        let tag = &rest[open + 1..];
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        let Some(close) = tag.find(end) else {
            return false;
        };
        let inside = tag[..close].to_ascii_lowercase();
        if ["img", "svg"].iter().any(|name| inside.starts_with(name))
            || inside.contains("progress-bar")
        {
            return true;
        }
        rest = &tag[close + end.len()..];
        for name in ["style", "script"] {
            if inside.starts_with(name) {
                rest = rest.find("</").map_or("", |end| &rest[end..]);
            }
        }
    }
    has_text(rest)
}

fn has_text(text: &str) -> bool {
    !text.replace("&nbsp;", "").trim().is_empty()
}
