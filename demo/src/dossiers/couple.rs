//! Eva Bakker and Thomas de Groot buy a house: the dossier as a couple would have it, three weeks in,
//! with actions of every kind in every state.

use crate::date::Date;
use crate::dossier::{Action, Appointment, Consumer, Document, Dossier, Product};
use crate::downloads::Download;
use crate::php::Value;
use crate::wire::Delivery;

use super::{action, consumer, id, text};

const NAME: &str = "couple";
const UPLOAD: &str = "UPLOAD_DOCUMENTMANAGEMENT_FILE";
const DOWNLOAD: &str = "DOWNLOAD_DOCUMENTMANAGEMENT_FILE";
const EVA: &str = "Eva Bakker";
const THOMAS: &str = "Thomas de Groot";

pub fn dossier(today: Date) -> Dossier {
    let mortgage = id("PR", "couple/mortgage");
    let credit = id("PR", "couple/credit");
    let insurance = id("PR", "couple/insurance");
    let valuation = id("PR", "couple/valuation");
    let mut actions = mortgage_actions(&mortgage, today);
    actions.extend(mortgage_documents(&mortgage, today));
    actions.extend(other_actions(&credit, &insurance, &valuation, today));
    Dossier {
        products: vec![
            Product {
                id: mortgage,
                kind: "MORTGAGE".to_owned(),
                label: "Florius Profijt Hypotheek".to_owned(),
                reference_number: text("VDH-2481-M-01"),
                quote_number: text("FL-88204417"),
                details: Value::map([
                    ("label", "Florius Profijt Hypotheek, 20 jaar vast".into()),
                    ("arrangement", "Annuïteitenhypotheek, 30 jaar".into()),
                    ("mortgage_amount", "387500.00".into()),
                    ("lender_name", "Florius".into()),
                    ("has_timeline", true.into()),
                    ("rendered_timeline", timeline(today).into()),
                ]),
            },
            Product {
                id: credit,
                kind: "CREDIT".to_owned(),
                label: "Persoonlijke lening voor de keuken".to_owned(),
                reference_number: text("VDH-2481-K-01"),
                quote_number: None,
                details: Value::map([
                    ("lender_name", "Freo".into()),
                    ("product_name", "Persoonlijke lening, 60 maanden".into()),
                    ("date_entry", today.plus(38).to_string().into()),
                    ("loan_amount", "12500".into()),
                    ("spending_target", "Nieuwe keuken".into()),
                    ("aflos_amount", "236.42".into()),
                    ("aflos_period", "per maand".into()),
                ]),
            },
            Product {
                id: insurance,
                kind: "TERM_LIFE_INSURANCE".to_owned(),
                label: "Overlijdensrisicoverzekering".to_owned(),
                reference_number: text("VDH-2481-O-01"),
                quote_number: text("TAF 5530-271"),
                details: Value::map([
                    ("insurer_name", "TAF".into()),
                    ("product_name", "Maandlastenbeschermer Overlijden".into()),
                    ("insured_amount", "193750".into()),
                    ("premium", "11.84".into()),
                    ("premium_period", "per maand".into()),
                    ("date_entry", today.plus(38).to_string().into()),
                    ("duration_in_years", Value::Int(30)),
                    ("smoker", Value::Bool(false)),
                ]),
            },
            // No documentation knows this type: it must be shown with what it has.
            Product {
                id: valuation,
                kind: "HOUSE_VALUATION".to_owned(),
                label: "Taxatie Lindenlaan 14, Zutphen".to_owned(),
                reference_number: None,
                quote_number: text(""),
                details: Value::map([
                    ("valuer_name", "Taxatiekantoor IJsselstreek".into()),
                    ("date_visit", today.plus(-4).to_string().into()),
                    ("market_value", "402000".into()),
                    ("energy_label", "C".into()),
                    ("remarks", Value::Null),
                    (
                        "rooms",
                        Value::map([("bedrooms", Value::Int(3)), ("total", Value::Int(5))]),
                    ),
                ]),
            },
        ],
        actions,
        appointment: Some(appointment(today)),
        downloadable_as_list: true,
        ..super::dossier(NAME, "VDH-2481", today, consumers())
    }
}

fn timeline(today: Date) -> String {
    include_str!("timeline.html")
        .replace("{aanvraag}", &today.plus(-19).in_dutch())
        .replace("{renteaanbod}", &today.plus(-12).in_dutch())
        .replace("{stukken}", &today.plus(9).in_dutch())
        .replace("{bindend}", &today.plus(19).in_dutch())
        .replace("{passeren}", &today.plus(38).in_dutch())
}

fn appointment(today: Date) -> Appointment {
    let day = today.plus(6);
    Appointment {
        fields: [
            ("id", Value::from(id("APP", "couple"))),
            ("subject", "Adviesgesprek: uw hypotheek doornemen".into()),
            ("date_start", format!("{day} 19:30:00").into()),
            ("date_end", format!("{day} 20:30:00").into()),
            (
                "location",
                "Kantoor Van Dijk Hypotheken, Brink 21, Deventer".into(),
            ),
            ("advisor", "Sanne de Wit".into()),
            (
                "description",
                "Neem allebei uw legitimatiebewijs mee. Parkeren kan gratis achter het kantoor."
                    .into(),
            ),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect(),
    }
}

fn consumers() -> Vec<Consumer> {
    let address = |link_name, fields: [(&str, Value); 6], rest: [(&str, Value); 4]| {
        let [gender, initials, firstname, prefix, surname, display_name] = fields;
        let [date_of_birth, phone, phone_mobile, emailaddress] = rest;
        consumer(
            link_name,
            [
                gender,
                initials,
                firstname,
                prefix,
                surname,
                display_name,
                ("streetname", "Graaf Florisstraat".into()),
                // Numbers and strings change places on this wire.
                ("housenumber", Value::Int(27)),
                ("housenumber_addition", "b".into()),
                date_of_birth,
                ("zipcode", "7415LK".into()),
                ("city", "Deventer".into()),
                phone,
                phone_mobile,
                emailaddress,
            ],
        )
    };
    vec![
        address(
            "eva",
            [
                ("gender", "F".into()),
                ("initials", "E.M.".into()),
                ("firstname", "Eva".into()),
                ("prefix", Value::Null),
                ("surname", "Bakker".into()),
                ("display_name", EVA.into()),
            ],
            [
                ("date_of_birth", "1993-04-17".into()),
                ("phone", "".into()),
                ("phone_mobile", "06 41 22 73 05".into()),
                ("emailaddress", "eva.bakker@voorbeeld.example".into()),
            ],
        ),
        address(
            "thomas",
            [
                ("gender", "M".into()),
                ("initials", "T.".into()),
                ("firstname", "Thomas".into()),
                ("prefix", "de".into()),
                ("surname", "Groot".into()),
                ("display_name", THOMAS.into()),
            ],
            [
                ("date_of_birth", "1991-11-02".into()),
                ("phone", Value::Null),
                ("phone_mobile", "06 30 91 16 48".into()),
                ("emailaddress", "thomas.degroot@voorbeeld.example".into()),
            ],
        ),
    ]
}

fn document(label: &str, of: Option<&str>, requirements: &[&str]) -> Document {
    Document {
        label: label.to_owned(),
        description: text(""),
        upload_requirements: requirements.iter().map(|it| (*it).to_owned()).collect(),
        consumer_name: of.map(str::to_owned),
    }
}

fn paper(file: &'static str, title: &'static str, lines: &[&str]) -> Download {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    Download::Letter(file, title, lines)
}

/// A paper that the adviser wrote and signed.
fn letter(file: &'static str, title: &'static str, lines: &[&str]) -> Download {
    const END: [&str; 5] = [
        "",
        "Met vriendelijke groet,",
        "",
        "Sanne de Wit",
        "Van Dijk Hypotheken",
    ];
    paper(file, title, &[lines, &END].concat())
}

fn mortgage_actions(product: &str, today: Date) -> Vec<Action> {
    let asked = |name, kind, label: &str, days_ago: i64| Action {
        date_created: today.plus(-days_ago).to_string(),
        ..action(NAME, name, Some(product), kind, label)
    };
    let done = |days_ago: i64| Some(today.plus(-days_ago).to_string());
    let passport = [
        "Paspoort opengevouwen, met beide pagina's in beeld",
        "Of een identiteitskaart, voor- en achterkant",
        "Alle vier de hoeken zichtbaar en alles goed leesbaar",
        "Nog geldig op de dag dat u bij de notaris tekent",
    ];
    vec![
        Action {
            date_executed: done(17),
            is_done: true,
            downloadable: true,
            download: paper(
                "legitimatiebewijs-eva.pdf",
                "Legitimatiebewijs",
                &["Voorbeeld van wat Eva eerder aanleverde."],
            ),
            document: document("Geldig legitimatiebewijs", Some(EVA), &passport),
            ..asked(
                "id-eva",
                UPLOAD,
                "Aanleveren van geldig legitimatiebewijs (Eva Bakker)",
                20,
            )
        },
        Action {
            date_executed: done(16),
            comment: text(
                "Op de foto valt de onderkant van het paspoort net weg, waardoor het documentnummer niet te \
                 lezen is. Wilt u een nieuwe foto maken met alle vier de hoeken in beeld? Alvast bedankt, Sanne",
            ),
            document: document("Geldig legitimatiebewijs", Some(THOMAS), &passport),
            ..asked(
                "id-thomas",
                UPLOAD,
                "Aanleveren van geldig legitimatiebewijs (Thomas de Groot)",
                20,
            )
        },
        Action {
            document: document(
                "Loonstrook",
                Some(EVA),
                &[
                    "Niet ouder dan drie maanden",
                    "Met uw naam, de naam van uw werkgever en het bruto maandsalaris",
                ],
            ),
            ..asked(
                "loonstrook-eva",
                UPLOAD,
                "Aanleveren van een recente loonstrook (Eva Bakker)",
                12,
            )
        },
        Action {
            document: Document {
                description: text(
                    "Het formulier staat klaar om te downloaden. Laat uw werkgever het invullen en stuur het daarna hier terug.",
                ),
                ..document(
                    "Werkgeversverklaring",
                    Some(THOMAS),
                    &[
                        "Volledig ingevuld, zonder doorhalingen",
                        "Ondertekend door uw werkgever, met stempel of firmanaam",
                    ],
                )
            },
            downloadable: true,
            download: paper(
                "formulier-werkgeversverklaring.pdf",
                "Werkgeversverklaring",
                &[
                    "Ondergetekende verklaart dat de heer T. de Groot",
                    "in dienst is sinds: ______________________",
                    "Bruto jaarsalaris: € ______________________",
                    "Handtekening en stempel: ______________________",
                ],
            ),
            ..asked(
                "werkgever-thomas",
                UPLOAD,
                "Aanleveren van de werkgeversverklaring (Thomas de Groot)",
                12,
            )
        },
        Action {
            document: Document {
                description: text("U haalt het met uw DigiD op bij Mijn UWV."),
                ..document(
                    "Verzekeringsbericht UWV",
                    Some(THOMAS),
                    &["Alle pagina's, als pdf zoals u die bij het UWV downloadt"],
                )
            },
            comment: text(
                "Graag vóór het adviesgesprek, dan kunnen we uw inkomen meteen doorrekenen.",
            ),
            ..asked(
                "uwv-thomas",
                UPLOAD,
                "Aanleveren van het UWV-verzekeringsbericht (Thomas de Groot)",
                12,
            )
        },
        Action {
            date_executed: done(14),
            is_done: true,
            document: document(
                "Koopovereenkomst",
                None,
                &[
                    "Ondertekend door kopers en verkopers",
                    "Alle pagina's geparafeerd",
                ],
            ),
            downloadable: true,
            download: paper(
                "koopovereenkomst-lindenlaan-14.pdf",
                "Koopovereenkomst",
                &["Lindenlaan 14, 7203 AB Zutphen", "Koopsom: € 398.000,00"],
            ),
            ..asked(
                "koopovereenkomst",
                UPLOAD,
                "Aanleveren van de koopovereenkomst",
                20,
            )
        },
        Action {
            document: document("Bewijs van eigen geld", None, &[]),
            ..asked(
                "eigen-geld",
                UPLOAD,
                "Aanleveren van een bewijs van uw eigen geld",
                5,
            )
        },
        Action {
            date_executed: done(3),
            comment: text(
                "Dit is het overzicht van vorig jaar. We hebben het overzicht over dit jaar nodig.",
            ),
            document: document(
                "Saldo-overzicht studieschuld",
                Some(EVA),
                &["Van Mijn DUO, niet ouder dan één maand"],
            ),
            ..asked(
                "duo-eva",
                UPLOAD,
                "Aanleveren van het overzicht van uw studieschuld (Eva Bakker)",
                9,
            )
        },
        // A type that nobody documented: it can be shown, and offers nothing.
        Action {
            document: Document {
                description: text(
                    "De notaris nodigt u hiervoor zelf uit. U hoeft nu niets te doen.",
                ),
                ..document("Leveringsakte en hypotheekakte", None, &[])
            },
            ..asked("notaris", "SIGN_AT_NOTARY", "Tekenen bij de notaris", 5)
        },
    ]
}

fn mortgage_documents(product: &str, today: Date) -> Vec<Action> {
    let given = |name, kind, label: &str, days_ago: i64| Action {
        date_created: today.plus(-days_ago).to_string(),
        ..action(NAME, name, Some(product), kind, label)
    };
    let done = |days_ago: i64| Some(today.plus(-days_ago).to_string());
    vec![
        Action {
            otd: paper(
                "opdracht-tot-dienstverlening.pdf",
                "Opdracht tot dienstverlening",
                &[
                    "Eva Bakker en Thomas de Groot geven Van Dijk Hypotheken opdracht om",
                    "te adviseren over en te bemiddelen bij de hypotheek voor",
                    "Lindenlaan 14 in Zutphen.",
                    "",
                    "Kosten van advies en bemiddeling: € 2.750,00",
                ],
            ),
            ..given("otd", "AGREE_OTD", "Opdracht tot dienstverlening", 21)
        },
        Action {
            download: letter(
                "rentevoorstel-florius.pdf",
                "Rentevoorstel",
                &[
                    "Hypotheek: € 387.500,00",
                    "Rente: 3,84 % (20 jaar vast)",
                    "Bruto maandlast: € 1.814,20",
                ],
            ),
            ..given("rentevoorstel", DOWNLOAD, "Rentevoorstel van Florius", 12)
        },
        Action {
            date_executed: done(10),
            is_done: true,
            download: letter(
                "adviesrapport.pdf",
                "Adviesrapport",
                &[
                    "Beste Eva en Thomas,",
                    "",
                    "In dit rapport leest u welk advies wij u geven en waarom.",
                ],
            ),
            ..given("adviesrapport", DOWNLOAD, "Uw adviesrapport", 14)
        },
        Action {
            download: paper(
                "Umowa kupna domu – tłumaczenie 🏡.pdf",
                "Umowa kupna",
                &["Vertaling van de koopovereenkomst, voor de ouders van Eva."],
            ),
            document: document("Koopovereenkomst in het Pools", None, &[]),
            ..given("vertaling", DOWNLOAD, "Koopovereenkomst in het Pools", 6)
        },
        Action {
            download: Download::OfSize("taxatierapport.pdf", 6_000_000, Delivery::Trickle),
            ..given("taxatierapport", DOWNLOAD, "Taxatierapport met foto's", 2)
        },
        Action {
            download: Download::OfSize("bouwkundig-rapport.pdf", 300_000, Delivery::WithoutLength),
            ..given("bouwkundig", DOWNLOAD, "Bouwkundig rapport", 2)
        },
    ]
}

fn other_actions(credit: &str, insurance: &str, valuation: &str, today: Date) -> Vec<Action> {
    let asked = |name, product, kind, label: &str, days_ago: i64| Action {
        date_created: today.plus(-days_ago).to_string(),
        ..action(NAME, name, product, kind, label)
    };
    let done = |days_ago: i64| Some(today.plus(-days_ago).to_string());
    vec![
        Action {
            document: document(
                "Offerte van de keuken",
                None,
                &["Met de totaalprijs en de naam van de leverancier"],
            ),
            ..asked(
                "keuken",
                Some(credit),
                UPLOAD,
                "Aanleveren van de offerte van uw keuken",
                4,
            )
        },
        Action {
            date_executed: done(2),
            is_done: true,
            download: paper(
                "europese-standaardinformatie.pdf",
                "Europese standaardinformatie",
                &[
                    "Krediet: € 12.500,00",
                    "Looptijd: 60 maanden",
                    "Let op! Geld lenen kost geld.",
                ],
            ),
            ..asked(
                "esic",
                Some(credit),
                DOWNLOAD,
                "Europese standaardinformatie over uw lening",
                4,
            )
        },
        Action {
            document: document(
                "Gezondheidsverklaring",
                Some(EVA),
                &["Ingevuld en ondertekend door uzelf"],
            ),
            ..asked(
                "gezondheid-eva",
                Some(insurance),
                UPLOAD,
                "Aanleveren van de gezondheidsverklaring (Eva Bakker)",
                8,
            )
        },
        Action {
            date_executed: done(7),
            is_done: true,
            document: document(
                "Gezondheidsverklaring",
                Some(THOMAS),
                &["Ingevuld en ondertekend door uzelf"],
            ),
            ..asked(
                "gezondheid-thomas",
                Some(insurance),
                UPLOAD,
                "Aanleveren van de gezondheidsverklaring (Thomas de Groot)",
                8,
            )
        },
        Action {
            document: document("Energielabel", None, &[]),
            ..asked(
                "energielabel",
                Some(valuation),
                UPLOAD,
                "Aanleveren van het energielabel van de woning",
                3,
            )
        },
        // Belongs to no product: it occurs only in the duplicates.
        Action {
            document: document("Machtiging", None, &["Ondertekend door u allebei"]),
            ..asked(
                "machtiging",
                None,
                UPLOAD,
                "Aanleveren van de machtiging voor het opvragen van gegevens",
                10,
            )
        },
    ]
}
