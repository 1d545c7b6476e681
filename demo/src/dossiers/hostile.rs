//! Hostile and absurd text in every field. Whatever of it runs or fetches asks for `/demo/caught`, and
//! a test counts those; on the screen all of it must be text.

use crate::dossier::{Action, Appointment, Avatar, Consumer, Document, Dossier, Person, Product};
use crate::downloads::Download;
use crate::php::Value;

use super::{id, text};

const TIMELINE: &str = include_str!("hostile-timeline.html");

/// The strings, cycled through so that every field gets another one.
struct HostileTexts {
    next: usize,
}

impl HostileTexts {
    fn text(&mut self) -> String {
        let long = "onafbreekbaar".repeat(800);
        let strings = [
            "<script>top.caught=1;fetch('/demo/caught?script')</script>",
            "</script></style></textarea></title><img src=x onerror=\"fetch('/demo/caught?onerror')\">",
            "\"><svg onload=fetch('/demo/caught?svg')>",
            "'; fetch('/demo/caught?quote'); //",
            "javascript:fetch('/demo/caught?javascript')",
            "{{constructor.constructor('fetch(\"/demo/caught?template\")')()}} ${1+1} <%= 1 %>",
            "\u{202e}fdp.exe\u{202c} \u{2066}gespiegeld\u{2069} \u{200f}rechts",
            "nul \u{0} esc \u{1b}[31m bel \u{7} del \u{7f} bom \u{feff}",
            "../../../../etc/passwd\\..\\con.pdf",
            "Z̸͎̈́a̷̬͝l̴̫̽g̶̱͐o̵̞̕ 👩‍👩‍👧‍👦🏳️‍🌈 שלום مرحبا 你好",
            &long,
            "&lt;b&gt;&amp;amp; <b>vet</b> &#x3c;script&#x3e;",
            "regel een\r\nregel twee\t\u{2028}regel drie",
            "' OR 1=1; DROP TABLE dossiers; --",
        ];
        self.next += 1;
        strings[self.next % strings.len()].to_owned()
    }

    fn fields<const N: usize>(&mut self, names: [&str; N]) -> Vec<(String, Value)> {
        names
            .iter()
            .map(|name| ((*name).to_owned(), self.text().into()))
            .collect()
    }

    fn person(&mut self) -> Person {
        Person {
            name: Some(self.text()),
            phone: text("javascript:fetch('/demo/caught?tel')"),
            emailaddress: text("a@b.example?bcc=\"><img src=/demo/caught?mail onerror=alert(1)>"),
            avatar: Avatar::Text(
                "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iZmV0Y2goJy9kZW1vL2NhdWdodD9hdmF0YXInKSIvPg=="
                    .to_owned(),
            ),
        }
    }

    fn document(&mut self) -> Document {
        Document {
            label: self.text(),
            description: Some(self.text()),
            upload_requirements: (0..4).map(|_| self.text()).collect(),
            consumer_name: Some(self.text()),
        }
    }
}

pub fn dossier() -> Dossier {
    let mut hostile = HostileTexts { next: 0 };
    let product = id("PR", "hostile/mortgage");
    let odd_product = id("PR", "hostile/odd");
    let mut mortgage = hostile.fields(["label", "arrangement", "mortgage_amount", "lender_name"]);
    mortgage.push(("has_timeline".to_owned(), true.into()));
    mortgage.push(("rendered_timeline".to_owned(), TIMELINE.into()));
    let odd_kind = "<IMG SRC=X ONERROR=TOP.CAUGHT=1>";
    let kinds = [
        "UPLOAD_<script>",
        "DOWNLOAD_\"><svg onload=top.caught=1>",
        "OTD_'\\\u{0}",
        "UPLOAD_DOCUMENTMANAGEMENT_FILE",
        "",
    ];
    Dossier {
        id: hostile.text(),
        code: hostile.text(),
        date_created: hostile.text(),
        date_started: hostile.text(),
        session_id: hostile.text(),
        // Its actions must be open, or nobody could try a hostile one.
        state: "RUNNING".to_owned(),
        owner: hostile.person(),
        advisor: hostile.person(),
        consumers: vec![Consumer {
            link_name: "vijandig",
            id: id("CNSR", "vijandig"),
            fields: hostile.fields([
                "gender",
                "initials",
                "firstname",
                "prefix",
                "surname",
                "display_name",
                "streetname",
                "housenumber",
                "housenumber_addition",
                "date_of_birth",
                "zipcode",
                "city",
                "phone",
                "phone_mobile",
                "emailaddress",
                "__proto__",
            ]),
        }],
        products: vec![
            Product {
                id: product.clone(),
                kind: "MORTGAGE".to_owned(),
                label: hostile.text(),
                reference_number: Some(hostile.text()),
                quote_number: Some(hostile.text()),
                details: Value::Map(mortgage),
            },
            Product {
                id: odd_product.clone(),
                kind: odd_kind.to_owned(),
                label: hostile.text(),
                reference_number: Some(hostile.text()),
                quote_number: Some(hostile.text()),
                details: Value::Map(hostile.fields([
                    "constructor",
                    "<b>naam</b>",
                    "toString",
                    "",
                    "__proto__",
                ])),
            },
        ],
        actions: (0..20)
            .map(|index| Action {
                id: id("PRA", &format!("hostile/{index}")),
                product: Some(
                    if index % 2 == 0 {
                        &product
                    } else {
                        &odd_product
                    }
                    .clone(),
                ),
                kind: kinds[index % kinds.len()].to_owned(),
                label: hostile.text(),
                comment: Some(hostile.text()),
                date_created: hostile.text(),
                date_executed: (index % 3 == 0).then(|| hostile.text()),
                is_done: index % 4 == 0,
                document: hostile.document(),
                short_labels: None,
                uploadable: index % 5 == 0,
                downloadable: index % 5 == 1,
                download: Download::WithDisposition(Some(
                    "attachment; filename=\"<img src=x onerror=top.caught=1>.pdf\"",
                )),
                otd: Download::Letter(
                    "..\\<svg onload=top.caught=1>.pdf",
                    "OTD",
                    vec!["Een opdracht met een vijandige naam.".to_owned()],
                ),
            })
            .collect(),
        appointment: Some(Appointment {
            fields: hostile.fields([
                "subject",
                "date_start",
                "date_end",
                "location",
                "advisor",
                "description",
            ]),
        }),
        downloadable_as_list: false,
    }
}
