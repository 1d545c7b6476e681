//! A dossier as AccelerateConnect keeps it, and how `getsession` shows it. Every text here goes on the
//! wire as it is: a dossier may hold nonsense or hostility on purpose.

use crate::downloads::Download;
use crate::php::Value;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A text on the wire; `None` is `null`, which is not the same as empty.
pub type Text = Option<String>;

/// One dossier, with everyone who may look at it.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub id: String,
    pub code: String,
    pub date_created: String,
    pub date_started: String,
    pub session_id: String,
    /// `RUNNING`, or anything else for a dossier that can only be read.
    pub state: String,
    pub owner: Person,
    pub advisor: Person,
    pub consumers: Vec<Consumer>,
    pub products: Vec<Product>,
    /// Every action, in order. Those whose product is not in `products` occur only in the duplicates.
    pub actions: Vec<Action>,
    pub appointment: Option<Appointment>,
    /// Sends `downloadable_productactions` as a list, as PHP does when keys run 0, 1, 2.
    pub downloadable_as_list: bool,
}

/// Someone at the office.
#[derive(Debug, Clone, Default)]
pub struct Person {
    pub name: Text,
    pub phone: Text,
    pub emailaddress: Text,
    /// The picture's bytes, or a text that is none.
    pub avatar: Avatar,
}

/// What stands in `avatar_base64`.
#[derive(Debug, Clone, Default)]
pub enum Avatar {
    #[default]
    Absent,
    Picture(&'static [u8]),
    Text(String),
}

/// Someone who has the portal.
#[derive(Debug, Clone)]
pub struct Consumer {
    /// The name in `/open/<name>`.
    pub link_name: &'static str,
    pub id: String,
    /// The other fields, in the wire's order.
    pub fields: Vec<(String, Value)>,
}

/// A product.
#[derive(Debug, Clone)]
pub struct Product {
    pub id: String,
    /// Such as `MORTGAGE`; the object of details is named after it in lower case.
    pub kind: String,
    pub label: String,
    pub reference_number: Text,
    pub quote_number: Text,
    pub details: Value,
}

/// A productaction.
#[derive(Debug, Clone)]
pub struct Action {
    pub id: String,
    pub product: Text,
    pub kind: String,
    pub label: String,
    /// The adviser's.
    pub comment: Text,
    pub date_created: String,
    pub date_executed: Text,
    pub is_done: bool,
    pub document: Document,
    /// How the duplicates word it, where they word it differently.
    pub short_labels: Option<ShortLabels>,
    /// Listed in `uploadable_productactions`.
    pub uploadable: bool,
    /// Listed in `downloadable_productactions`.
    pub downloadable: bool,
    /// What `get_product_action_download` gives.
    pub download: Download,
    /// What `get_otd_pdf` gives.
    pub otd: Download,
}

/// What an action is about.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub label: String,
    pub description: Text,
    pub upload_requirements: Vec<String>,
    /// Whose it is, when it is one person's.
    pub consumer_name: Text,
}

/// The wording in the duplicates: the specification's example has a shorter one there.
#[derive(Debug, Clone)]
pub struct ShortLabels {
    /// In `uploadable_productactions` and `downloadable_productactions` only.
    pub label: String,
    pub document_label: String,
    pub upload_requirements: Vec<String>,
}

/// An appointment at the office. The documentation names none of its fields.
#[derive(Debug, Clone)]
pub struct Appointment {
    pub fields: Vec<(String, Value)>,
}

impl Action {
    /// Whether it takes an upload (accelerate-connect.md, "What an action offers").
    pub fn takes_uploads(&self) -> bool {
        self.uploadable || self.kind.starts_with("UPLOAD")
    }

    /// Whether it has a document to fetch.
    pub fn gives_downloads(&self) -> bool {
        self.downloadable || self.kind.starts_with("DOWNLOAD")
    }

    /// Whether it has an OTD to fetch.
    pub fn has_otd(&self) -> bool {
        self.kind.contains("OTD")
    }
}

impl Dossier {
    /// The response of `getsession` for one of its consumers.
    pub fn session(&self, consumer: &Consumer) -> Value {
        let products = self.products.iter().map(|product| {
            let actions: Vec<&Action> = self
                .actions
                .iter()
                .filter(|action| action.product.as_ref() == Some(&product.id))
                .collect();
            (product, actions)
        });
        let per_product = products
            .clone()
            .map(|(product, actions)| (product.id.clone(), counters(&actions)))
            .collect();
        let products = products
            .map(|(product, actions)| (product.id.clone(), product.value(&actions)))
            .collect();
        let all: Vec<&Action> = self.actions.iter().collect();
        let duplicates = |keep: fn(&Action) -> bool| -> Vec<(String, Value)> {
            self.actions
                .iter()
                .filter(|action| keep(action))
                .map(|action| (action.id.clone(), action.duplicate(true)))
                .collect()
        };
        let downloadable = duplicates(|action| action.downloadable);
        let mut consumer_fields = vec![("id".to_owned(), Value::from(&consumer.id))];
        consumer_fields.extend(consumer.fields.iter().cloned());

        Value::map([(
            "consumerportalsession",
            Value::map([
                (
                    "session",
                    Value::map([
                        ("date_started", Value::from(&self.date_started)),
                        ("session_id", Value::from(&self.session_id)),
                        ("state", Value::from(&self.state)),
                    ]),
                ),
                (
                    "dossier",
                    Value::map([
                        ("id", Value::from(&self.id)),
                        ("code", Value::from(&self.code)),
                        ("date_created", Value::from(&self.date_created)),
                        ("owner", self.owner.value()),
                        ("advisor", self.advisor.value()),
                        ("products", Value::Map(products)),
                        // The specification's example has the consumer inside the dossier.
                        ("consumer", Value::Map(consumer_fields)),
                    ]),
                ),
                (
                    "duplicate_comfort_data",
                    Value::map([
                        (
                            "downloadable_productactions",
                            if self.downloadable_as_list {
                                Value::List(downloadable.into_iter().map(|(_, it)| it).collect())
                            } else {
                                Value::Map(downloadable)
                            },
                        ),
                        (
                            "uploadable_productactions",
                            Value::Map(duplicates(|action| action.uploadable)),
                        ),
                        ("actioncounter_total", counters(&all)),
                        ("actioncounter_per_product", Value::Map(per_product)),
                        (
                            "most_recent_appointment",
                            match &self.appointment {
                                Some(appointment) => Value::Map(appointment.fields.clone()),
                                None => Value::Bool(false),
                            },
                        ),
                        (
                            "productactions",
                            Value::Map(
                                self.actions
                                    .iter()
                                    .map(|action| (action.id.clone(), action.duplicate(false)))
                                    .collect(),
                            ),
                        ),
                    ]),
                ),
            ]),
        )])
    }
}

fn counters(actions: &[&Action]) -> Value {
    let done = actions.iter().filter(|action| action.is_done).count();
    Value::map([
        ("total", Value::Int(actions.len() as i64)),
        ("done", Value::Int(done as i64)),
    ])
}

impl Person {
    fn value(&self) -> Value {
        Value::map([
            ("name", self.name.clone().into()),
            ("phone", self.phone.clone().into()),
            ("emailaddress", self.emailaddress.clone().into()),
            (
                "avatar_base64",
                match &self.avatar {
                    Avatar::Absent => Value::Null,
                    Avatar::Picture(bytes) => STANDARD.encode(bytes).into(),
                    Avatar::Text(text) => text.into(),
                },
            ),
        ])
    }
}

impl Product {
    fn value(&self, actions: &[&Action]) -> Value {
        let object = self.kind.to_lowercase();
        Value::map([
            ("id", Value::from(&self.id)),
            ("type", Value::from(&self.kind)),
            ("label", Value::from(&self.label)),
            ("reference_number", self.reference_number.clone().into()),
            ("quote_number", self.quote_number.clone().into()),
            (&object, self.details.clone()),
            ("productaction_counters", counters(actions)),
            (
                "productactions",
                Value::Map(
                    actions
                        .iter()
                        .map(|action| {
                            (
                                action.id.clone(),
                                action.value(&action.label, &action.document),
                            )
                        })
                        .collect(),
                ),
            ),
        ])
    }
}

impl Action {
    fn duplicate(&self, short_label: bool) -> Value {
        let Some(short_labels) = &self.short_labels else {
            return self.value(&self.label, &self.document);
        };
        let document = Document {
            label: short_labels.document_label.clone(),
            upload_requirements: short_labels.upload_requirements.clone(),
            ..self.document.clone()
        };
        let label = if short_label {
            &short_labels.label
        } else {
            &self.label
        };
        self.value(label, &document)
    }

    fn value(&self, label: &str, document: &Document) -> Value {
        Value::map([
            ("id", Value::from(&self.id)),
            ("date_created", Value::from(&self.date_created)),
            ("date_executed", self.date_executed.clone().into()),
            ("is_done", Value::Int(self.is_done.into())),
            ("type", Value::from(&self.kind)),
            ("comment", self.comment.clone().into()),
            ("label", Value::from(label)),
            ("product_id", self.product.clone().into()),
            ("document", document.value()),
        ])
    }
}

impl Document {
    fn value(&self) -> Value {
        Value::map([
            (
                "upload_requirements",
                Value::List(self.upload_requirements.iter().map(Value::from).collect()),
            ),
            ("label", Value::from(&self.label)),
            ("description", self.description.clone().into()),
            ("is_consumer_specific", self.consumer_name.is_some().into()),
            ("consumer_name", self.consumer_name.clone().into()),
        ])
    }
}
