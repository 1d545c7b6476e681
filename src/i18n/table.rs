//! The table of Dutch texts. Formal and informal stand side by side, so that neither is forgotten.
//! English is in `english.txt`: one line for each text, in this table's order. It is no part of the
//! module, so that only those who read English download it.
//!
//! There are three tables: what the first module says, what only the second one does, and what is said where a
//! document is put together. A row belongs to the first when anything of the first module uses it.

use std::ops::Deref;

/// Defines a table of texts and both its Dutch editions. A row has the formal text, and the informal one
/// where it differs.
macro_rules! texts {
    (
        $(#[$doc:meta])*
        struct $Texts:ident, $FORMAL:ident, $INFORMAL:ident
        $(, first: $First:ty = $first_formal:expr, $first_informal:expr)?;
        $($name:ident: $formal:literal $(, $informal:literal)?;)+
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        #[expect(missing_docs, reason = "the table shows what each of them says")]
        pub struct $Texts { $(first: $First,)? $(pub $name: &'static str,)+ }

        pub(super) static $FORMAL: $Texts = $Texts { $(first: $first_formal,)? $($name: $formal,)+ };
        pub(super) static $INFORMAL: $Texts = $Texts {
            $(first: $first_informal,)?
            $($name: texts!(@last $formal $(, $informal)?),)+
        };

        impl $Texts {
            /// Each text, in the table's order.
            fn each_mut(&mut self) -> impl Iterator<Item = &mut &'static str> {
                [$(&mut self.$name),+].into_iter()
            }

            #[cfg(test)]
            pub(super) fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name)),+]
            }
        }
    };
    (@last $formal:literal) => { $formal };
    (@last $formal:literal, $informal:literal) => { $informal };
}

impl Texts {
    /// Reads the lines of `english.txt`; gives what is left for [`RestTexts::read`] too. `None` when there
    /// are fewer lines than texts.
    pub(super) fn read(lines: &'static str) -> Option<(Self, &'static str)> {
        let mut texts = FORMAL;
        let rest = take_lines(&mut texts.each_mut(), lines)?;
        Some((texts, rest))
    }
}

impl RestTexts {
    /// Reads what [`Texts::read`] has left of the lines; gives what is left for [`ScanTexts::read`].
    pub(super) fn read(first: &'static Texts, lines: &'static str) -> Option<(Self, &'static str)> {
        let mut texts = REST_FORMAL;
        texts.first = first;
        let rest = take_lines(&mut texts.each_mut(), lines)?;
        Some((texts, rest))
    }
}

impl ScanTexts {
    /// Reads what both have left of the lines.
    pub(super) fn read(lines: &'static str) -> Option<Self> {
        let mut texts = SCAN_FORMAL;
        take_lines(&mut texts.each_mut(), lines)?;
        Some(texts)
    }
}

/// Takes a `name: text` line for each text, in their order; gives the lines after them. `None` when there are fewer.
fn take_lines(
    texts: &mut dyn Iterator<Item = &mut &'static str>,
    lines: &'static str,
) -> Option<&'static str> {
    let mut rest = lines;
    for text in texts {
        let (_name, line) = rest.split_once(": ")?;
        (*text, rest) = line.split_once('\n')?;
    }
    Some(rest)
}

/// What says the rest can say everything.
impl Deref for RestTexts {
    type Target = Texts;

    fn deref(&self) -> &Texts {
        self.first
    }
}

texts! {
    /// The texts of the first module in one language and form of address.
    struct Texts, FORMAL, INFORMAL;

    // The frame around every page
    sections: "Onderdelen van uw dossier", "Onderdelen van je dossier";
    overview: "Overzicht";
    documents: "Documenten";
    my_details: "Mijn gegevens";
    back_to_overview: "Terug naar het overzicht";
    page_not_found: "Deze pagina bestaat niet";
    page_not_found_more: "De link is oud, of wat erachter stond hoort niet meer bij uw dossier.", "De link is oud, of wat erachter stond hoort niet meer bij je dossier.";

    // In and out
    to_phone: "Verder op uw telefoon", "Verder op je telefoon";
    log_out: "Uitloggen";
    close: "Sluiten";
    other_consumer: "In deze browser is een ander dossier geopend";
    show_other_consumer: "Het andere dossier tonen";

    // Overview
    greeting: "Welkom {name}";
    greeting_nameless: "Welkom";
    dossier_since: "Dossier {code}, geopend op {date}";
    dossier_code: "Dossier {code}";
    progress: "Voortgang van uw dossier", "Voortgang van je dossier";
    progress_words: "{done} van de {total} onderdelen klaar";
    progress_words_one: "{done} van 1 onderdeel klaar";
    progress_all_done: "Alle onderdelen zijn klaar";
    start_here: "Begin hier";
    why_again: "Uw adviseur vraagt hier een nieuw document voor.", "Je adviseur vraagt hier een nieuw document voor.";
    why_upload: "Dit staat bovenaan in uw lijst.", "Dit staat bovenaan in je lijst.";
    start_upload: "Nu aanleveren";
    start_read: "Nu bekijken";
    to_do_one: "Nog 1 document aan te leveren";
    to_do_many: "Nog {count} documenten aan te leveren";
    group_again: "Eerst opnieuw";
    group_upload: "Aanleveren";
    group_read: "Lezen";
    group_with_office: "Wij regelen dit";
    group_closed: "Niet afgerond";
    group_done: "Klaar";
    all_uploaded: "Alles is aangeleverd";
    all_uploaded_more: "Mooi. Alles wat nu gevraagd is, is aangeleverd.";
    read_left: "Er staat nog wel iets om te lezen: {task}.";
    nothing_to_do: "U hoeft nu niets aan te leveren", "Je hoeft nu niets aan te leveren";
    nothing_to_do_more: "Zodra er iets van u nodig is, staat het op deze pagina.", "Zodra er iets van je nodig is, staat het op deze pagina.";
    empty_dossier: "Er staat nog niets in uw dossier", "Er staat nog niets in je dossier";
    empty_dossier_more: "Uw adviseur is ermee bezig. Kijk later nog eens.", "Je adviseur is ermee bezig. Kijk later nog eens.";
    products: "Uw producten", "Je producten";
    your_appointment: "Uw afspraak", "Je afspraak";
    appointment_when: "Wanneer";
    appointment_until: "{start} tot {end}";
    appointment_where: "Waar";
    appointment_with: "Met";
    appointment_more: "Goed om te weten";
    your_adviser: "Uw adviseur", "Je adviseur";
    your_case_handler: "Uw dossierbehandelaar", "Je dossierbehandelaar";
    call: "Bel {name}";
    mail: "Mail {name}";
    closed: "Dit dossier is gesloten: u kunt alles bekijken, maar niets meer aanleveren. Vragen? Neem contact op met uw adviseur.", "Dit dossier is gesloten: je kunt alles bekijken, maar niets meer aanleveren. Vragen? Neem contact op met je adviseur.";

    // A list of tasks
    status_open: "Te doen";
    status_rejected: "Afgekeurd";
    status_read: "Om te lezen";
    status_with_office: "Loopt bij ons";
    status_received: "Ontvangen";
    status_done: "Klaar";
    status_closed: "Niet afgerond";
    verb_again: "Opnieuw aanleveren";
    verb_upload: "Aanleveren";
    waits: "Staat klaar, nog niet aangeleverd";
    waits_in_doubt: "Nog niet zeker of dit is aangekomen";
    verb_read: "Lezen";
    verb_otd: "Opdracht bekijken";
    verb_uploaded: "Aangeleverd";
    verb_nothing: "Geen actie nodig";
    adviser_says: "Uw adviseur zegt:", "Je adviseur zegt:";
    for_whom: "Voor {name}";
    nameless_task: "Taak zonder naam";
    nameless_product: "Product zonder naam";
    more: "Nog {count} tonen";
    search_tasks: "Zoek in deze taken";
    found_one: "1 gevonden";
    found_many: "{count} gevonden";
    found_none: "Niets gevonden. Probeer een ander woord.";

    // A product
    type_mortgage: "Hypotheek";
    type_credit: "Krediet";
    type_life: "Overlijdensrisicoverzekering";
    type_home: "Woonverzekering";
    type_payment: "Woonlastenverzekering";

    // Handing in
    already_there: "Er is een document aangekomen";

    // What goes wrong
    loading: "Het dossier wordt opgehaald…";
    try_again: "Opnieuw proberen";
    page_loading: "De pagina wordt geladen…";
    page_not_loaded: "Deze pagina kon niet worden geladen";
    problem_offline: "U bent offline", "Je bent offline";
    problem_offline_more: "Zodra u weer verbinding heeft, werkt dit weer.", "Zodra je weer verbinding hebt, werkt dit weer.";
    problem_connection: "De verbinding viel weg";
    problem_connection_more: "Controleer uw verbinding en probeer het opnieuw.", "Controleer je verbinding en probeer het opnieuw.";
    problem_expired: "Uw toegang is verlopen", "Je toegang is verlopen";
    problem_expired_more: "Probeer het opnieuw. Helpt dat niet, open dan de link van uw adviseur nog een keer of vraag een nieuwe.", "Probeer het opnieuw. Helpt dat niet, open dan de link van je adviseur nog een keer of vraag een nieuwe.";
    problem_signed_out: "U bent niet ingelogd", "Je bent niet ingelogd";
    problem_signed_out_more: "Open de link uit het bericht van uw adviseur. Heeft u die niet meer, vraag dan uw adviseur om een nieuwe.", "Open de link uit het bericht van je adviseur. Heb je die niet meer, vraag dan je adviseur om een nieuwe.";
    problem_server: "Het lukt nu even niet";
    problem_server_more: "Dat ligt aan ons. Probeer het over een paar minuten opnieuw.";
    problem_gone: "Dit document is niet te vinden";
    problem_gone_more: "Misschien is het ingetrokken. Vraag het uw adviseur.", "Misschien is het ingetrokken. Vraag het je adviseur.";
    problem_no_dossier: "Uw dossier is niet te vinden", "Je dossier is niet te vinden";
    problem_busy: "Dat was wel heel vaak achter elkaar";
    problem_busy_more: "Wacht een minuut en probeer het opnieuw.";
    problem_refused: "Dit is niet geaccepteerd";
    problem_refused_more: "Gebeurt het nog eens, neem dan contact op met uw adviseur.", "Gebeurt het nog eens, neem dan contact op met je adviseur.";
    problem_large: "Het bestand is te groot";
    problem_large_more: "Kies een kleiner bestand.";
    problem_kind: "Dit soort bestand wordt niet geaccepteerd";
    problem_kind_more: "Kies een PDF of een foto.";
    problem_blocked: "Iets onderweg hield dit tegen";
    problem_blocked_more: "Laad de pagina opnieuw, of probeer een ander netwerk. Helpt dat niet, bel of mail dan uw adviseur.", "Laad de pagina opnieuw, of probeer een ander netwerk. Helpt dat niet, bel of mail dan je adviseur.";
    problem_closed: "Het dossier is gesloten";
    problem_closed_more: "Er kan niets meer worden aangeleverd. Neem contact op met uw adviseur.", "Er kan niets meer worden aangeleverd. Neem contact op met je adviseur.";
    problem_garbled: "Wij ontvingen iets dat niet te lezen is", "We ontvingen iets dat niet te lezen is";
    problem_garbled_more: "Probeer het over een paar minuten opnieuw. Blijft het zo, meld het dan aan uw adviseur.", "Probeer het over een paar minuten opnieuw. Blijft het zo, meld het dan aan je adviseur.";
    problem_document: "Dit document is beschadigd";
    problem_document_more: "Er is niets opgeslagen. Probeer het opnieuw; blijft het zo, vraag uw adviseur er dan om.", "Er is niets opgeslagen. Probeer het opnieuw; blijft het zo, vraag je adviseur er dan om.";
    not_refreshed: "Wij konden niet kijken of er nieuws is. U ziet wat eerder bekend was.", "We konden niet kijken of er nieuws is. Je ziet wat eerder bekend was.";
    offline_banner: "U bent offline. U kunt gewoon verder lezen; aanleveren kan zodra u weer verbinding heeft.", "Je bent offline. Je kunt gewoon verder lezen; aanleveren kan zodra je weer verbinding hebt.";
}

texts! {
    /// Every text of the portal in one language and form of address; what the first module does not say
    /// is in the second module only.
    struct RestTexts, REST_FORMAL, REST_INFORMAL, first: &'static Texts = &FORMAL, &INFORMAL;

    // The frame around every page
    back_to: "Terug naar {page}";

    // In and out
    phone_more: "Richt de camera van uw telefoon op deze code en tik op de link. U komt op dezelfde pagina uit.", "Richt de camera van je telefoon op deze code en tik op de link. Je komt op dezelfde pagina uit.";
    phone_code: "QR-code";
    phone_making: "De code wordt gemaakt…";
    phone_until: "{count} minuten geldig, en één keer te gebruiken. Laat de code aan niemand zien.";
    phone_again: "Nieuwe code maken";
    phone_arrived: "Aangekomen: {task}";
    phone_photo: "Of maak de foto met uw telefoon", "Of maak de foto met je telefoon";
    ends_in_one: "Over een minuut wordt u uitgelogd, omdat u een tijdje niets deed.", "Over een minuut word je uitgelogd, omdat je een tijdje niets deed.";
    ends_in_many: "Over {count} minuten wordt u uitgelogd, omdat u een tijdje niets deed.", "Over {count} minuten word je uitgelogd, omdat je een tijdje niets deed.";
    stay_in: "Ingelogd blijven";
    logged_out: "U bent uitgelogd", "Je bent uitgelogd";
    session_over_more: "Open de link van uw adviseur nog een keer: u komt terug waar u was. Heeft u die niet meer, vraag dan een nieuwe.", "Open de link van je adviseur nog een keer: je komt terug waar je was. Heb je die niet meer, vraag dan een nieuwe.";
    keep_open: "Laat deze pagina open, open de link in een ander tabblad en kom hier terug. Wat u nog niet had aangeleverd, staat er dan nog.", "Laat deze pagina open, open de link in een ander tabblad en kom hier terug. Wat je nog niet had aangeleverd, staat er dan nog.";
    link_expired: "Deze link is verlopen";
    link_expired_more: "Vraag uw adviseur om een nieuwe.", "Vraag je adviseur om een nieuwe.";
    code_used: "Deze code is al gebruikt";
    code_more: "Een code voor de telefoon werkt één keer, een paar minuten lang. Maak op uw computer een nieuwe, of open hier de link uit het bericht van uw adviseur.", "Een code voor de telefoon werkt één keer, een paar minuten lang. Maak op je computer een nieuwe, of open hier de link uit het bericht van je adviseur.";
    phone_over: "Deze code is verlopen";
    link_unknown: "Deze link werkt niet";
    link_unknown_more: "Misschien is hij niet helemaal overgekomen. Open de link van uw adviseur nog een keer, of vraag een nieuwe.", "Misschien is hij niet helemaal overgekomen. Open de link van je adviseur nog een keer, of vraag een nieuwe.";
    still_in: "U bent al ingelogd: die link heeft u nu niet nodig.", "Je bent al ingelogd: die link heb je nu niet nodig.";
    cookie_refused: "Uw browser laat u op deze pagina niet inloggen", "Je browser laat je op deze pagina niet inloggen";
    cookie_refused_more: "U kunt uw dossier wel openen op een aparte pagina.", "Je kunt je dossier wel openen op een aparte pagina.";
    open_own_page: "Dossier openen";
    log_out_ask: "Wilt u uitloggen?", "Wil je uitloggen?";
    log_out_more: "Om weer in te loggen opent u de link van uw adviseur.", "Om weer in te loggen open je de link van je adviseur.";
    logged_in_on: "U bent ingelogd op {count} apparaten. Uitloggen geldt voor alle.", "Je bent ingelogd op {count} apparaten. Uitloggen geldt voor alle.";
    log_out_others: "Alleen de andere apparaten uitloggen";
    others_logged_out: "De andere apparaten zijn uitgelogd";
    log_out_unsent: "Er staat nog een document klaar dat niet is aangeleverd. Als u uitlogt, is het hier weg.", "Er staat nog een document klaar dat niet is aangeleverd. Als je uitlogt, is het hier weg.";

    // A list of tasks
    search_documents: "Zoek in deze documenten";

    // A product
    details: "Gegevens";
    lender: "Geldverstrekker";
    arrangement: "Vorm";
    mortgage_amount: "Hypotheekbedrag";
    reference_number: "Aanvraagnummer";
    quote_number: "Offertenummer";
    product_name: "Product";
    date_entry: "Ingangsdatum";
    loan_amount: "Leenbedrag";
    spending_target: "Bestedingsdoel";
    aflos_amount: "Aflossing";
    aflos_period: "Aflosperiode";
    timeline: "Tijdlijn";
    timeline_of: "Tijdlijn van {product}";
    no_open_tasks: "Voor dit product hoeft u nu niets aan te leveren.", "Voor dit product hoef je nu niets aan te leveren.";

    // Documents
    no_documents: "Er zijn nog geen documenten voor u", "Er zijn nog geen documenten voor je";
    no_documents_more: "Wat uw adviseur voor u klaarzet en wat u zelf aanlevert, vindt u hier.", "Wat je adviseur voor je klaarzet en wat je zelf aanlevert, vind je hier.";
    from_office: "Van uw adviseur", "Van je adviseur";
    from_office_since: "Sinds {date}";
    handed_in: "Aangeleverd";
    handed_in_more: "Wat hier staat, is bij uw adviseur aangekomen.", "Wat hier staat, is bij je adviseur aangekomen.";
    otds_more: "Hierin staat wat u met uw adviseur heeft afgesproken.", "Hierin staat wat je met je adviseur hebt afgesproken.";
    open: "Openen";
    save: "Opslaan";
    open_named: "{name} openen";
    save_named: "{name} opslaan";
    otd_short: "opdracht tot dienstverlening";
    fetching: "Het document wordt opgehaald…";
    fetching_part: "{received} van {total}";
    saved: "Als het goed is, slaat uw browser nu {name} op.", "Als het goed is, slaat je browser nu {name} op.";
    not_opened: "Openen is niet gelukt.";
    opened: "Geopend in een nieuw tabblad";
    nothing_happens: "Gebeurt er niets?";
    fetch_directly: "Haal het document rechtstreeks op";
    other_browser: "Open de link van uw adviseur dan in een browser als Chrome of Safari.", "Open de link van je adviseur dan in een browser als Chrome of Safari.";
    not_complete: "Dit document lijkt niet compleet. Mist u iets, vraag het dan uw adviseur.", "Dit document lijkt niet compleet. Mis je iets, vraag het dan je adviseur.";
    problem_not_given: "U kunt dit document hier niet ophalen", "Je kunt dit document hier niet ophalen";
    problem_not_given_more: "Vraag uw adviseur erom.", "Vraag je adviseur erom.";
    stop: "Stoppen";

    // My details
    my_details_more: "Zo staat u bij uw adviseur bekend.", "Zo sta je bij je adviseur bekend.";
    name: "Naam";
    initials: "Voorletters";
    firstname: "Voornaam";
    surname: "Achternaam";
    gender: "Geslacht";
    male: "Man";
    female: "Vrouw";
    date_of_birth: "Geboortedatum";
    address: "Adres";
    phone: "Telefoon";
    phone_mobile: "Mobiel";
    emailaddress: "E-mail";
    unknown: "Niet bekend";
    wrong_details: "Klopt er iets niet?";
    wrong_details_more: "Geef het door aan uw adviseur. Die past het aan, en dan ziet u het hier.", "Geef het door aan je adviseur. Die past het aan, en dan zie je het hier.";
    report_mistake: "Fout doorgeven per mail";
    mistake_subject: "Wijziging van mijn gegevens, dossier {code}";

    // A task
    requirements: "Hier moet het aan voldoen";
    asked_on: "Gevraagd op {date}";
    executed_on: "Aangeleverd op {date}";
    with_office: "Wij regelen dit. U hoeft hier zelf niets te doen.", "Wij regelen dit. Je hoeft hier zelf niets te doen.";
    done_offers_nothing: "Dit is klaar. U hoeft hier niets meer te doen.", "Dit is klaar. Je hoeft hier niets meer te doen.";
    was_not_done: "Dit was nog niet klaar toen het dossier werd gesloten.";
    said_before: "Wat uw adviseur er eerder over schreef", "Wat je adviseur er eerder over schreef";
    about_document: "Over dit document";
    questions: "Vragen over deze taak?";
    part_of: "Hoort bij {product}";
    download_section: "Document bij deze taak";
    otd_section: "Opdracht tot dienstverlening (OTD)";

    // Handing in
    hand_in: "Document aanleveren";
    hand_in_again: "Document vervangen";
    choose_file: "Bestand kiezen";
    choose_other: "Ander bestand kiezen";
    take_photo: "Foto maken";
    drop_here: "of sleep het hierheen";
    kinds_and_size: "{kinds}, maximaal {size}";
    kinds_everyday: "PDF, foto's, Word of Excel";
    chosen_file: "Gekozen bestand";
    remove_file: "Verwijderen";
    remove_file_named: "{name} verwijderen";
    comment: "Opmerking voor uw adviseur", "Opmerking voor je adviseur";
    optional: "(mag leeg blijven)";
    comment_left: "Nog {count} tekens";
    comment_too_long: "De opmerking is te lang. Maak hem iets korter om aan te leveren.";
    send: "Aanleveren";
    preparing: "Een ogenblik, het bestand wordt klaargemaakt…";
    restoring: "Een ogenblik, er wordt gekeken wat hier al klaarstond…";
    restored: "Dit stond hier al klaar. Het is nog niet aangeleverd.";
    kept_until: "Dit blijft versleuteld op dit apparaat staan tot {date}, ook als deze pagina sluit. Na het aanleveren of na Uitloggen is het weg.";
    kept_in_tab: "Dit blijft staan zolang dit tabblad open is, ook als de pagina opnieuw wordt geladen.";
    kept_of_other_tab: "In een ander tabblad is dit veranderd, en alleen dat is bewaard. Verandert u hier iets, dan wordt alleen bewaard wat hier staat.", "In een ander tabblad is dit veranderd, en alleen dat is bewaard. Verander je hier iets, dan wordt alleen bewaard wat hier staat.";
    kept_no_more: "In een ander tabblad is dit aangeleverd of weggehaald. Het wordt hier niet meer bewaard.";
    being_kept: "Dit wordt op dit apparaat bewaard…";
    not_kept: "{name} was nog niet bewaard toen de pagina sloot. Kies dit bestand opnieuw.";
    closes_page: "De pagina sloot telkens bij {name}. Kies een kleinere foto of een ander bestand, of probeer het op een ander apparaat.";
    closed_while_choosing: "De pagina is opnieuw geladen terwijl er een foto werd gemaakt of een bestand werd gekozen. Gebeurt dat weer? Maak de foto dan eerst met de camera van de telefoon, en kies hem daarna hier.";
    ask_replace: "Het eerdere document vervangen?";
    ask_replace_more: "U heeft al eerder een document aangeleverd. Dit komt ervoor in de plaats; uw adviseur werkt dan verder met het nieuwe.", "Je hebt al eerder een document aangeleverd. Dit komt ervoor in de plaats; je adviseur werkt dan verder met het nieuwe.";
    replace: "Ja, vervangen";
    do_not_replace: "Nee, het eerdere laten staan";
    sending: "Uw document wordt verstuurd", "Je document wordt verstuurd";
    sending_part: "{sent} van {total} ({percent})";
    stay_here: "Laat deze pagina open tot het klaar is.";
    processing: "Wachten op bevestiging…";
    cancel: "Annuleren";
    cancelled: "Geannuleerd. Wij zien nog geen document van u. Misschien komt het toch nog aan: wij blijven kijken. Uw bestand staat hier nog.", "Geannuleerd. We zien nog geen document van je. Misschien komt het toch nog aan: we blijven kijken. Je bestand staat hier nog.";
    cancelled_replacing: "Geannuleerd. Wij zien nog geen nieuw document van u. Misschien komt het toch nog aan: wij blijven kijken. Uw bestand staat hier nog.", "Geannuleerd. We zien nog geen nieuw document van je. Misschien komt het toch nog aan: we blijven kijken. Je bestand staat hier nog.";
    cancelled_in_time: "Geannuleerd. Wij hebben een paar minuten gekeken en geen document van u gezien. Uw bestand staat hier nog.", "Geannuleerd. We hebben een paar minuten gekeken en geen document van je gezien. Je bestand staat hier nog.";
    confirming: "Wij kijken na of uw document is aangekomen…", "We kijken na of je document is aangekomen…";
    arrived: "Aangeleverd";
    arrived_more: "Uw document is aangekomen: {name}.", "Je document is aangekomen: {name}.";
    arrived_settled: "Wij hebben het nagekeken: uw document is aangekomen.", "We hebben het nagekeken: je document is aangekomen.";
    after_arrival: "Uw adviseur bekijkt het. Is er iets niet goed, dan leest u dat hier.", "Je adviseur bekijkt het. Is er iets niet goed, dan lees je dat hier.";
    already_there_more: "Het kantoor heeft een document voor deze taak. Waarschijnlijk is het dat van u: valt de verbinding even weg, dan verstuurt een browser nog eens. Is het een ander, van iemand anders of uit een ander tabblad? Vervang het dan door dit.", "Het kantoor heeft een document voor deze taak. Waarschijnlijk is het dat van jou: valt de verbinding even weg, dan verstuurt een browser nog eens. Is het een ander, van iemand anders of uit een ander tabblad? Vervang het dan door dit.";
    replace_it: "Vervangen door {name}";
    next_task: "Volgende: {task}";
    unsure: "Wij kunnen niet zien of uw nieuwe document is aangekomen", "We kunnen niet zien of je nieuwe document is aangekomen";
    unsure_cancelled_more: "U heeft geannuleerd toen er al iets verstuurd was. Misschien staat uw nieuwe document er nu, misschien nog het eerdere. Klopt dit bestand, verstuur het dan nog een keer. Klopt het niet, kies dan een ander: dat komt ervoor in de plaats.", "Je hebt geannuleerd toen er al iets verstuurd was. Misschien staat je nieuwe document er nu, misschien nog het eerdere. Klopt dit bestand, verstuur het dan nog een keer. Klopt het niet, kies dan een ander: dat komt ervoor in de plaats.";
    unsure_more: "Er stond al een document. Nog een keer versturen kan geen kwaad: dit bestand komt er dan voor in de plaats.";
    send_again: "Nog een keer versturen";
    check_again: "Opnieuw nakijken";
    cannot_check: "Wij konden niet nakijken of uw document is aangekomen", "We konden niet nakijken of je document is aangekomen";
    cannot_check_more: "Wij proberen het steeds opnieuw. Uw bestand blijft hier staan.", "We proberen het steeds opnieuw. Je bestand blijft hier staan.";
    not_seen: "Wij zien uw document nog niet", "We zien je document nog niet";
    not_seen_more: "Er kwam geen antwoord. Misschien komt het nog aan: wij blijven kijken. U kunt het ook nog een keer versturen; het telt maar één keer.", "Er kwam geen antwoord. Misschien komt het nog aan: we blijven kijken. Je kunt het ook nog een keer versturen; het telt maar één keer.";
    keeps_getting_lost: "Het lukte al vaker niet, terwijl de verbinding wel werkt. Misschien is het bestand te groot voor dit netwerk. Kies een kleiner bestand, probeer een ander netwerk, of mail het uw adviseur.", "Het lukte al vaker niet, terwijl de verbinding wel werkt. Misschien is het bestand te groot voor dit netwerk. Kies een kleiner bestand, probeer een ander netwerk, of mail het je adviseur.";
    did_not_arrive: "Wij hebben uw document niet ontvangen", "We hebben je document niet ontvangen";
    did_not_arrive_more: "De verbinding viel onderweg weg. Uw bestand staat hier nog: verstuur het opnieuw.", "De verbinding viel onderweg weg. Je bestand staat hier nog: verstuur het opnieuw.";
    not_sent: "Uw document is niet aangeleverd", "Je document is niet aangeleverd";
    file_kept: "Uw bestand staat hier nog.", "Je bestand staat hier nog.";
    no_longer_asked: "Dit document kan niet meer worden aangeleverd. Uw adviseur kan u er meer over vertellen.", "Dit document kan niet meer worden aangeleverd. Je adviseur kan je er meer over vertellen.";
    refused_empty: "Dit bestand is leeg (0 bytes). Kies een ander bestand.";
    refused_large: "Dit bestand is {size}; u kunt maximaal {max} aanleveren. Een foto is vaak kleiner dan een scan.", "Dit bestand is {size}; je kunt maximaal {max} aanleveren. Een foto is vaak kleiner dan een scan.";
    refused_kind: "Dit soort bestand kunt u niet aanleveren. Kies een van deze: {kinds}.", "Dit soort bestand kun je niet aanleveren. Kies een van deze: {kinds}.";
    refused_several: "Eén bestand tegelijk: het eerste is gekozen.";
    refused_keeps: "{name} is nog gekozen.";
    refused_no_document: "Dit is een webpagina of een tekst, geen document. Open het, bewaar het als PDF en kies die.";
    needs_password: "Dit bestand is met een wachtwoord beveiligd. Uw adviseur kan het niet openen. Bewaar het eerst zonder wachtwoord, of zet het wachtwoord in de opmerking.", "Dit bestand is met een wachtwoord beveiligd. Je adviseur kan het niet openen. Bewaar het eerst zonder wachtwoord, of zet het wachtwoord in de opmerking.";
    damaged: "Dit bestand lijkt beschadigd. Kijk of u het kunt openen voordat u het aanlevert.", "Dit bestand lijkt beschadigd. Kijk of je het kunt openen voordat je het aanlevert.";
    damaged_photo: "Deze foto lijkt beschadigd. Kijk of u hem kunt openen voordat u hem aanlevert. Hij gaat mee zoals hij is, met wat de camera erin schreef, misschien ook waar hij is gemaakt.", "Deze foto lijkt beschadigd. Kijk of je hem kunt openen voordat je hem aanlevert. Hij gaat mee zoals hij is, met wat de camera erin schreef, misschien ook waar hij is gemaakt.";
    as_it_is: "Deze foto gaat mee zoals hij is, met wat de camera erin schreef, misschien ook waar hij is gemaakt.";
    not_changed: "Deze foto kan hier niet worden bewerkt. Hij wordt aangeleverd zoals hij is, met wat de camera erin schreef, misschien ook waar hij is gemaakt.";
    other_kind: "De naam van dit bestand klopte niet met wat erin zit. Wij hebben de naam aangepast.", "De naam van dit bestand klopte niet met wat erin zit. We hebben de naam aangepast.";
    discard_ask: "Pagina's weggooien?";
    discard_more: "Wat u hier heeft samengesteld, gaat dan weg, ook foto's die u hier heeft gemaakt. Wat al op uw apparaat stond, blijft.", "Wat je hier hebt samengesteld, gaat dan weg, ook foto's die je hier hebt gemaakt. Wat al op je apparaat stond, blijft.";
    discard_changes_ask: "Veranderingen weggooien?";
    discard_changes_more: "Het document dat u al had, blijft staan zoals het was.", "Het document dat je al had, blijft staan zoals het was.";
    discard: "Ja, weggooien";
    do_not_discard: "Nee, verdergaan";
    change_pages: "Pagina's toevoegen of aanpassen";
    change_pages_safely: "Veilige kopie maken, of pagina's aanpassen";
    send_as_it_is: "Gebruik het bestand zonder bewerking";
    unreadable: "Uw apparaat kon dit bestand niet lezen. Staat het in de cloud, zoals iCloud of Google Drive? Download het dan eerst en kies het opnieuw.", "Je apparaat kon dit bestand niet lezen. Staat het in de cloud, zoals iCloud of Google Drive? Download het dan eerst en kies het opnieuw.";
}

texts! {
    /// The texts of the part in which a document is put together.
    struct ScanTexts, SCAN_FORMAL, SCAN_INFORMAL;

    pages: "Pagina's";
    pages_more: "Kijk of alles erop staat en goed te lezen is. Dit gebeurt op uw apparaat: er is nog niets verstuurd.", "Kijk of alles erop staat en goed te lezen is. Dit gebeurt op je apparaat: er is nog niets verstuurd.";
    pages_more_again: "Kijk of alles erop staat en goed te lezen is. Dit gebeurt op uw apparaat: pas met Aanleveren wordt het verstuurd.", "Kijk of alles erop staat en goed te lezen is. Dit gebeurt op je apparaat: pas met Aanleveren wordt het verstuurd.";
    page_of: "Pagina {number} van {count}";
    page_of_pdf: "Bladzijde {number} van {name}";
    edit: "Bewerken";
    edit_page: "Pagina {number} bewerken";
    move_page: "Pagina {number} verslepen";
    page_up: "Pagina {number} naar voren";
    page_down: "Pagina {number} naar achteren";
    remove_page: "Pagina {number} verwijderen";
    page_moved: "Dit is nu pagina {number}";
    page_removed: "Pagina {number} verwijderd";
    page_added: "Pagina {number} toegevoegd";
    page_turned: "Pagina {number} gedraaid";
    another_photo: "Nog een foto maken";
    add_file: "Bestand toevoegen";
    finish: "Verder met {count} pagina's";
    finish_one: "Verder met 1 pagina";
    document_size: "Samen ongeveer {size}";
    reading: "{name} wordt gelezen…";
    pdf_loses_more: "Een PDF-bestand hier heeft een digitale handtekening of bijlagen. In een nieuw document vervallen die. Moeten ze mee? Lever dat bestand dan los aan.";
    reading_more: "{name} wordt gelezen, daarna nog {count}…";
    making_page: "De pagina wordt gemaakt…";
    making_document: "Het document wordt gemaakt…";
    page_failed: "Deze pagina is niet gelukt. Verwijder haar, of draai haar om het nog eens te proberen.";
    advice_blurred: "Deze foto lijkt onscherp. Is de kleinste tekst te lezen?";
    advice_dark: "Deze foto is donker. Maak hem zo mogelijk bij meer licht.";
    advice_small: "De tekst is erg klein op deze foto. Maak hem zo mogelijk van dichterbij.";
    advice_glare: "Er spiegelt licht op het papier. Is daar alles te lezen?";
    advice_corner: "Er lijkt een hoek van het papier buiten de foto te vallen.";
    turn: "Draaien";
    crop: "Wat u ziet, wordt de pagina", "Wat je ziet, wordt de pagina";
    crop_more: "Sleep de hoeken naar die van het papier, of verplaats ze met de pijltjestoetsen.";
    corner: "Hoek {where}";
    top_left: "linksboven";
    top_right: "rechtsboven";
    bottom_right: "rechtsonder";
    bottom_left: "linksonder";
    corner_at: "{x} procent van links, {y} procent van boven";
    whole_photo: "Hele foto";
    cut_out: "Uitsnede";
    look: "Weergave";
    look_photo: "Foto";
    look_colour: "Kleur, egaal licht";
    look_grey: "Grijs";
    look_black_and_white: "Zwart-wit";
    ready: "Klaar";
    problem_unreadable: "Uw apparaat kon {name} niet lezen. Staat het in de cloud? Download het dan eerst en kies het opnieuw.", "Je apparaat kon {name} niet lezen. Staat het in de cloud? Download het dan eerst en kies het opnieuw.";
    problem_password: "{name} is met een wachtwoord beveiligd en kan niet bij andere pagina's. Bewaar het zonder wachtwoord, of lever het los aan.";
    problem_damaged: "{name} lijkt beschadigd. Kijk of u het kunt openen, of lever het los aan.", "{name} lijkt beschadigd. Kijk of je het kunt openen, of lever het los aan.";
    problem_unknown_to_browser: "{name} kan deze browser niet tonen. Lever het los aan.";
    problem_form: "{name} is een formulier, of er staan notities in: die gaan verloren bij samenvoegen. Lever het los aan.";
    problem_pages: "{name} heeft te veel pagina's om samen te voegen. Lever het los aan.";
    problem_too_large: "{name} is te groot om samen te voegen. Lever het los aan.";
    problem_other_kind: "{name} is geen foto of PDF en kan niet bij andere pagina's. Lever het los aan.";
    problem_wrong_kind: "{name} is van een soort die u niet kunt aanleveren.", "{name} is van een soort die je niet kunt aanleveren.";
    problem_no_document: "{name} is een webpagina of een tekst, geen document. Open het, bewaar het als PDF en kies die.";
    problem_empty: "{name} is leeg (0 bytes). Kies een ander bestand.";
    problem_failed: "{name} kon niet worden toegevoegd.";
    document_pages: "Samen zijn dit meer dan 500 pagina's. Dat is te veel voor één document: verwijder er een aantal.";
    document_too_large: "Samen is dit te groot voor één document. Verwijder pagina's, of lever één bestand los aan.";
    document_failed: "Van deze pagina's kon geen document worden gemaakt. Probeer het nog eens. Lukt het weer niet, verwijder dan de pagina's van één bestand en probeer het zonder.";
    put_away: "Melding sluiten";
    safe_copy: "Veilige kopie";
    safe_copy_why: "Een watermerk zegt voor wie de kopie is en waarvoor. Zo kan een ander er minder makkelijk misbruik van maken. De Rijksoverheid raadt het aan voor een kopie van een identiteitsbewijs.";
    watermark_on: "Watermerk op elke pagina";
    watermark_text: "Tekst van het watermerk";
    watermark_default: "Kopie voor {office}, alleen voor mijn hypotheek, {date}";
    watermark_office: "mijn adviseur";
    watermark_empty: "Zonder tekst komt er geen watermerk.";
    watermark_letters: "Op de bladzijden van een PDF komt een vraagteken in plaats van: {letters}";
    cover_where: "Wilt u iets op een foto zwart maken? Druk bij de pagina op Bewerken. Er wordt niets vanzelf zwart.", "Wil je iets op een foto zwart maken? Druk bij de pagina op Bewerken. Er wordt niets vanzelf zwart.";
    cover_not_pdf: "Op een bladzijde van een PDF kunt u hier niets zwart maken: wat eronder staat, zou in het bestand blijven. Maak er een foto of schermafbeelding van en voeg die toe.", "Op een bladzijde van een PDF kun je hier niets zwart maken: wat eronder staat, zou in het bestand blijven. Maak er een foto of schermafbeelding van en voeg die toe.";
    photos_stay: "Alleen deze pagina's worden aangeleverd, niet de foto's zelf.";
    covered_one: "1 vlak is zwart gemaakt";
    covered: "{count} vlakken zijn zwart gemaakt";
    cover: "Gegevens zwart maken";
    cover_page: "Gegevens op pagina {number} zwart maken";
    cover_more: "Sleep over wat zwart moet worden, of tik op twee hoeken ervan. Of voeg een vlak toe en verplaats het met de pijltjestoetsen.";
    cover_advice: "Uw adviseur of de geldverstrekker kan uw burgerservicenummer nodig hebben. Maak het alleen zwart als u zeker weet dat het niet nodig is, of vraag het eerst na.", "Je adviseur of de geldverstrekker kan je burgerservicenummer nodig hebben. Maak het alleen zwart als je zeker weet dat het niet nodig is, of vraag het eerst na.";
    cover_gone: "Wat zwart is, staat niet meer op de pagina: niemand kan het eronder vandaan halen. Uw eigen foto verandert niet.", "Wat zwart is, staat niet meer op de pagina: niemand kan het eronder vandaan halen. Je eigen foto verandert niet.";
    cover_add: "Vlak toevoegen";
    area: "Vlak {number}: {x} procent van links, {y} procent van boven";
    area_size: "Grootte van vlak {number}: {width} procent breed, {height} procent hoog";
    area_remove: "Vlak {number} verwijderen";
    area_added: "Vlak {number} toegevoegd";
    area_removed: "Vlak verwijderd";
    area_other_corner: "Tik nu op de hoek ertegenover.";
}
