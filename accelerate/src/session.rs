//! What `getsession` answers, as types: the dossier, its products and their actions.
//!
//! Every text that AccelerateConnect leaves out, sends as `null` or sends empty is `None` here.
//! Nothing in these types has been made safe to show as HTML: all of it is text.

use std::sync::Arc;

use crate::html;

/// A consumer's whole portal: one answer of `getsession`.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Whether the dossier can be acted on, or only read.
    pub state: State,
    /// The dossier itself.
    pub dossier: Dossier,
    /// The consumer who is looking.
    pub consumer: Consumer,
    /// The products, in the server's order.
    pub products: Vec<Product>,
    /// Every action once, in the server's order: those of each product in turn, then those that
    /// belong to none of the products.
    pub actions: Vec<Arc<Action>>,
    /// Progress over all actions.
    pub counters: Counters,
    /// The most recent appointment, when there is one.
    pub appointment: Option<Appointment>,
}

impl Session {
    /// Whether the same people of the office are in both.
    pub fn has_same_people(&self, other: &Self) -> bool {
        let (one, other) = (&self.dossier, &other.dossier);
        one.advisor == other.advisor && one.owner == other.owner
    }
}

/// The state of the session at AccelerateConnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// `RUNNING`: actions are open to the consumer.
    Running,
    /// Anything else: the dossier can be read, its actions are closed.
    Closed,
}

/// The dossier: the consumer's file at the broker's office.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dossier {
    /// AccelerateConnect's id.
    pub id: Option<String>,
    /// The public number, such as `TEST-1`.
    pub code: Option<String>,
    /// The day the dossier was opened.
    pub date_created: Option<DateTime>,
    /// The case handler.
    pub owner: Option<Person>,
    /// The adviser.
    pub advisor: Option<Person>,
}

/// Someone at the broker's office.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Person {
    /// Full name.
    pub name: Option<String>,
    /// Telephone number as the office wrote it.
    pub phone: Option<String>,
    /// E-mail address.
    pub emailaddress: Option<String>,
    /// A small picture as a `data:` URL whose type was read off its first bytes (JPEG, PNG or BMP).
    pub avatar: Option<String>,
}

/// The consumer as the broker has them. All text is as the broker wrote it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Consumer {
    /// AccelerateConnect's id.
    pub id: Option<String>,
    /// Man or woman, for the form of address.
    pub gender: Option<Gender>,
    /// Initials, such as `J.A.`.
    pub initials: Option<String>,
    /// First name.
    pub firstname: Option<String>,
    /// What stands between first name and surname, such as `van der`.
    pub prefix: Option<String>,
    /// Surname, without its prefix.
    pub surname: Option<String>,
    /// The whole name, as the office shows it.
    pub display_name: Option<String>,
    /// Street.
    pub streetname: Option<String>,
    /// House number.
    pub housenumber: Option<String>,
    /// What follows the house number, such as `a` or `2 hoog`.
    pub housenumber_addition: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<DateTime>,
    /// Postal code, such as `7418EX`.
    pub zipcode: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// Telephone number at home.
    pub phone: Option<String>,
    /// Number of the mobile phone.
    pub phone_mobile: Option<String>,
    /// E-mail address.
    pub emailaddress: Option<String>,
}

/// `gender` on the wire: `M` or `F`; anything else is no gender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// `M`.
    Male,
    /// `F`.
    Female,
}

/// One product of the dossier.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// AccelerateConnect's id.
    pub id: String,
    /// What the office calls it.
    pub label: Option<String>,
    /// The lender's application sequence number.
    pub reference_number: Option<String>,
    /// The number of the lender's quote.
    pub quote_number: Option<String>,
    /// What is particular to its type.
    pub details: Details,
    /// Progress over this product's actions.
    pub counters: Counters,
}

/// What is particular to a product's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Details {
    /// `MORTGAGE`.
    Mortgage(Mortgage),
    /// `CREDIT`.
    Credit(Credit),
    /// Any other type, shown with what it has.
    Other {
        /// The type as it came, such as `TERM_LIFE_INSURANCE`.
        kind: String,
        /// The plain texts and numbers of the object named after the type, in the server's order:
        /// field name as it came, and value.
        fields: Vec<(String, String)>,
    },
}

/// The `mortgage` object of a product.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mortgage {
    /// The mortgage's own name.
    pub label: Option<String>,
    /// The kind of arrangement.
    pub arrangement: Option<String>,
    /// The total amount.
    pub mortgage_amount: Option<Amount>,
    /// The lender.
    pub lender_name: Option<String>,
    /// The timeline as HTML the server rendered for Bootstrap: foreign, hostile until sandboxed.
    /// `None` when `has_timeline` is false.
    pub rendered_timeline: Option<String>,
}

impl Mortgage {
    /// The timeline's HTML, when it has anything to look at.
    pub fn timeline(&self) -> Option<&str> {
        let html = self.rendered_timeline.as_deref();
        html.filter(|html| html::shows_something(html))
    }
}

/// The `credit` object of a product.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Credit {
    /// The lender.
    pub lender_name: Option<String>,
    /// What the lender calls it.
    pub product_name: Option<String>,
    /// The day it starts.
    pub date_entry: Option<DateTime>,
    /// How much is borrowed.
    pub loan_amount: Option<Amount>,
    /// What the money is for.
    pub spending_target: Option<String>,
    /// The repayment a period (aflossing).
    pub aflos_amount: Option<Amount>,
    /// The repayment's period, as the office wrote it.
    pub aflos_period: Option<String>,
}

/// Progress in actions: `done` of `total`; never more done than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// How many actions there are.
    pub total: u32,
    /// How many of them are done.
    pub done: u32,
}

/// One thing that the consumer is asked for or can fetch: a productaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// AccelerateConnect's id, what the other three endpoints are asked with.
    pub id: String,
    /// The product it belongs to, when that is one of the dossier.
    pub product_id: Option<String>,
    /// What is to be done, in the office's words.
    pub label: Option<String>,
    /// The type as it came, such as `UPLOAD_DOCUMENTMANAGEMENT_FILE`.
    pub kind: Option<String>,
    /// The adviser's comment.
    pub comment: Option<String>,
    /// Whether the office counts it as done.
    pub is_done: bool,
    /// The day it was asked.
    pub date_created: Option<DateTime>,
    /// The day the consumer last did it, also when it was then rejected.
    pub date_executed: Option<DateTime>,
    /// The document it is about.
    pub document: Document,
    /// What can be done with it now.
    pub offers: Offers,
    /// What it is to the consumer now.
    pub task: Task,
}

/// The document an action is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// What the document is called.
    pub label: Option<String>,
    /// More about it.
    pub description: Option<String>,
    /// What it must satisfy, one sentence each.
    pub upload_requirements: Vec<String>,
    /// Whose document it is, when it is one person's (`is_consumer_specific`).
    pub consumer_name: Option<String>,
}

/// What an action offers: the only thing a view or the upload flow may go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offers {
    /// The consumer can send a document, and how.
    pub upload: Option<Upload>,
    /// There is a document to fetch with `get_product_action_download`.
    pub download: bool,
    /// There is an OTD to fetch with `get_otd_pdf`.
    pub otd: bool,
}

/// How a document would be sent now (AccelerateConnect: one upload per action, or it is a re-upload).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Upload {
    /// `is_reupload: 0`.
    First,
    /// `is_reupload: 1`: it replaces what was sent before.
    Again,
}

/// Where an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Status {
    /// Asked, and never done.
    Open,
    /// Done before, and no longer counted as done: the adviser sent it back.
    Rejected,
    /// Done.
    Done,
}

/// What an action is to the consumer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// A document was sent back: another one is to be uploaded.
    Again,
    /// A document is to be uploaded.
    Upload,
    /// There is something to read, and nothing to upload. Nothing on the wire says whether it was read, so
    /// it is never counted as to do.
    Read,
    /// It is not done, and the consumer can do nothing about it.
    WithOffice,
    /// The office counts it as done.
    Done,
    /// It was not done when the dossier was closed, and there is nothing to read.
    Closed,
}

impl Action {
    /// Where the action stands: done when the office says so; rejected when it was executed before and
    /// is not done now; else open.
    pub fn status(&self) -> Status {
        match (self.is_done, self.date_executed.is_some()) {
            (true, _) => Status::Done,
            (false, true) => Status::Rejected,
            (false, false) => Status::Open,
        }
    }
}

/// An appointment. Its fields are not documented: [`conventions::appointment`](crate::conventions::appointment)
/// has the names that are read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Appointment {
    /// What it is about.
    pub subject: Option<String>,
    /// When it starts.
    pub start: Option<DateTime>,
    /// When it ends.
    pub end: Option<DateTime>,
    /// Where it is.
    pub location: Option<String>,
    /// With whom.
    pub with: Option<String>,
    /// What to bring, or what else the office wrote.
    pub description: Option<String>,
}

/// A date, and the time of day when there is one, as a Dutch wall clock shows it: the wire names no
/// time zone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct DateTime {
    /// Year, 1 to 9999.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31, valid in that month.
    pub day: u8,
    /// Hour (0 to 23) and minute (0 to 59).
    pub time: Option<(u8, u8)>,
}

/// An amount of money in euros.
#[derive(Debug, Clone, PartialEq)]
pub enum Amount {
    /// A number, in cents.
    Cents(i64),
    /// A text that is no plain number, to be shown as it came.
    Text(String),
}
