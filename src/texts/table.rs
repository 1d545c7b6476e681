//! The table of texts: a line a language, side by side, so that none is forgotten.

/// Makes [`Texts`] and its three editions. A row has English and Dutch, and the informal Dutch where
/// that differs.
macro_rules! texts {
    ($($name:ident: $english:literal, $formal:literal $(, $informal:literal)?;)+) => {
        /// Every text of the portal in one language and form of address.
        #[derive(Debug)]
        #[expect(missing_docs, reason = "the table shows what each of them says")]
        pub struct Texts { $(pub $name: &'static str,)+ }

        pub(super) static ENGLISH: Texts = Texts { $($name: $english,)+ };
        pub(super) static DUTCH_FORMAL: Texts = Texts { $($name: $formal,)+ };
        pub(super) static DUTCH_INFORMAL: Texts = Texts {
            $($name: texts!(@last $formal $(, $informal)?),)+
        };

        /// Each text's name, with its English, formal and informal edition.
        #[cfg(test)]
        pub(super) fn all() -> Vec<(&'static str, [&'static str; 3])> {
            vec![$((stringify!($name), [ENGLISH.$name, DUTCH_FORMAL.$name, DUTCH_INFORMAL.$name]),)+]
        }
    };
    (@last $formal:literal) => { $formal };
    (@last $formal:literal, $informal:literal) => { $informal };
}

texts! {
    // The frame around every page
    sections: "Parts of your dossier", "Onderdelen van uw dossier", "Onderdelen van je dossier";
    overview: "Overview", "Overzicht";
    documents: "Documents", "Documenten";
    my_details: "My details", "Mijn gegevens";
    back_to_overview: "Back to the overview", "Terug naar het overzicht";
    back_to: "Back to {page}", "Terug naar {page}";
    page_not_found: "This page does not exist", "Deze pagina bestaat niet";
    page_not_found_more: "The link is old, or what it pointed to is no longer part of your dossier.", "De link is oud, of wat erachter stond hoort niet meer bij uw dossier.", "De link is oud, of wat erachter stond hoort niet meer bij je dossier.";

    // Overview
    greeting: "Hello {name}", "Welkom {name}";
    greeting_nameless: "Welcome", "Welkom";
    dossier_since: "Dossier {code}, opened on {date}", "Dossier {code}, geopend op {date}";
    dossier_code: "Dossier {code}", "Dossier {code}";
    progress: "Your progress", "Uw voortgang", "Je voortgang";
    progress_words: "{done} of {total} tasks done", "{done} van de {total} taken klaar";
    progress_words_one: "{done} of 1 task done", "{done} van 1 taak klaar";
    progress_all_done: "Everything is done", "Alles is klaar";
    to_do: "What we still need from you", "Wat u nog moet doen", "Wat je nog moet doen";
    to_do_one: "1 task left", "Nog 1 taak te doen";
    to_do_many: "{count} tasks left", "Nog {count} taken te doen";
    nothing_to_do: "There is nothing for you to do now", "U hoeft nu niets te doen", "Je hoeft nu niets te doen";
    nothing_to_do_more: "As soon as something is needed from you, it will be on this page.", "Zodra er iets van u nodig is, staat het op deze pagina.", "Zodra er iets van je nodig is, staat het op deze pagina.";
    empty_dossier: "There is nothing in your dossier yet", "Er staat nog niets in uw dossier", "Er staat nog niets in je dossier";
    empty_dossier_more: "Your adviser is getting it ready. Have a look again later.", "Uw adviseur is ermee bezig. Kijk later nog eens.", "Je adviseur is ermee bezig. Kijk later nog eens.";
    products: "Your products", "Uw producten", "Je producten";
    your_appointment: "Your appointment", "Uw afspraak", "Je afspraak";
    appointment_when: "When", "Wanneer";
    appointment_until: "{start} to {end}", "{start} tot {end}";
    appointment_where: "Where", "Waar";
    appointment_with: "With", "Met";
    appointment_more: "Good to know", "Goed om te weten";
    your_adviser: "Your adviser", "Uw adviseur", "Je adviseur";
    your_case_handler: "Your case handler", "Uw dossierbehandelaar", "Je dossierbehandelaar";
    call: "Call {name}", "Bel {name}";
    mail: "E-mail {name}", "Mail {name}";
    closed: "This dossier is closed: you can read everything, but not hand anything in. Questions? Contact your adviser.", "Dit dossier is gesloten: u kunt alles bekijken, maar niets meer aanleveren. Vragen? Neem contact op met uw adviseur.", "Dit dossier is gesloten: je kunt alles bekijken, maar niets meer aanleveren. Vragen? Neem contact op met je adviseur.";

    // A list of tasks
    status_open: "To do", "Te doen";
    status_rejected: "Sent back", "Afgekeurd";
    status_done: "Done", "Klaar";
    adviser_says: "Your adviser says:", "Uw adviseur zegt:", "Je adviseur zegt:";
    for_whom: "For {name}", "Voor {name}";
    nameless_task: "Task without a name", "Taak zonder naam";
    nameless_product: "Product without a name", "Product zonder naam";
    more: "Show {count} more", "Nog {count} tonen";
    search_tasks: "Search these tasks", "Zoek in deze taken";
    search_documents: "Search these documents", "Zoek in deze documenten";
    found_one: "1 found", "1 gevonden";
    found_many: "{count} found", "{count} gevonden";
    found_none: "Nothing found. Try another word.", "Niets gevonden. Probeer een ander woord.";

    // A product
    type_mortgage: "Mortgage", "Hypotheek";
    type_credit: "Loan", "Krediet";
    type_life: "Term life insurance", "Overlijdensrisicoverzekering";
    type_home: "Home insurance", "Woonverzekering";
    type_payment: "Payment protection", "Woonlastenverzekering";
    details: "Details", "Gegevens";
    lender: "Lender", "Geldverstrekker";
    arrangement: "Arrangement", "Vorm";
    mortgage_amount: "Mortgage amount", "Hypotheekbedrag";
    reference_number: "Reference number", "Aanvraagnummer";
    quote_number: "Quote number", "Offertenummer";
    product_name: "Product", "Product";
    date_entry: "Starts on", "Ingangsdatum";
    loan_amount: "Amount of the loan", "Leenbedrag";
    spending_target: "Purpose", "Bestedingsdoel";
    aflos_amount: "Repayment", "Aflossing";
    aflos_period: "Repayment period", "Aflosperiode";
    timeline: "Timeline", "Tijdlijn";
    timeline_of: "Timeline of {product}", "Tijdlijn van {product}";
    open_tasks: "To do", "Te doen";
    completed_tasks: "Done", "Klaar";
    no_open_tasks: "There is nothing to do for this product.", "Voor dit product hoeft u niets te doen.", "Voor dit product hoef je niets te doen.";
    no_completed_tasks: "Nothing is done yet.", "Er is nog niets klaar.";

    // Documents
    no_documents: "There are no documents for you yet", "Er zijn nog geen documenten voor u", "Er zijn nog geen documenten voor je";
    no_documents_more: "What your adviser makes for you, and what you hand in, will be here.", "Wat uw adviseur voor u klaarzet en wat u zelf aanlevert, vindt u hier.", "Wat je adviseur voor je klaarzet en wat je zelf aanlevert, vind je hier.";
    to_download: "To download", "Om te downloaden";
    otds: "Assignment to your adviser (OTD)", "Opdracht tot dienstverlening (OTD)";
    otds_more: "In this assignment you and your adviser agree what they do for you.", "Hierin staat wat u met uw adviseur heeft afgesproken.", "Hierin staat wat je met je adviseur hebt afgesproken.";
    open: "Open", "Openen";
    save: "Save", "Opslaan";
    open_named: "Open {name}", "{name} openen";
    save_named: "Save {name}", "{name} opslaan";
    otd_short: "assignment", "opdracht tot dienstverlening";
    fetching: "Fetching the document…", "Het document wordt opgehaald…";
    fetching_part: "{received} of {total}", "{received} van {total}";
    saved: "Saved as {name}", "Opgeslagen als {name}";
    opened: "Opened in a new tab", "Geopend in een nieuw tabblad";
    stop: "Stop", "Stoppen";

    // My details
    my_details_more: "This is how your adviser has you on file.", "Zo staat u bij uw adviseur bekend.", "Zo sta je bij je adviseur bekend.";
    name: "Name", "Naam";
    initials: "Initials", "Voorletters";
    firstname: "First name", "Voornaam";
    surname: "Surname", "Achternaam";
    gender: "Gender", "Geslacht";
    male: "Man", "Man";
    female: "Woman", "Vrouw";
    date_of_birth: "Date of birth", "Geboortedatum";
    address: "Address", "Adres";
    phone: "Telephone", "Telefoon";
    phone_mobile: "Mobile", "Mobiel";
    emailaddress: "E-mail", "E-mail";
    unknown: "Not known", "Niet bekend";
    wrong_details: "Is something wrong?", "Klopt er iets niet?";
    wrong_details_more: "Tell your adviser. They correct it, and you will see it here.", "Geef het door aan uw adviseur. Die past het aan, en dan ziet u het hier.", "Geef het door aan je adviseur. Die past het aan, en dan zie je het hier.";
    report_mistake: "Report a mistake by e-mail", "Fout doorgeven per mail";
    mistake_subject: "Change of my details, dossier {code}", "Wijziging van mijn gegevens, dossier {code}";

    // A task
    requirements: "This is what it has to meet", "Hier moet het aan voldoen";
    asked_on: "Asked on {date}", "Gevraagd op {date}";
    executed_on: "Handed in on {date}", "Aangeleverd op {date}";
    nothing_offered: "There is nothing for you to do here. Your adviser takes care of it.", "U hoeft hier zelf niets te doen. Uw adviseur regelt dit.", "Je hoeft hier zelf niets te doen. Je adviseur regelt dit.";
    part_of: "Part of {product}", "Hoort bij {product}";
    download_section: "Document", "Document";
    otd_section: "Assignment to your adviser (OTD)", "Opdracht tot dienstverlening (OTD)";

    // Handing in
    hand_in: "Hand in a document", "Document aanleveren";
    hand_in_again: "Replace the document", "Document vervangen";
    choose_file: "Choose a file", "Bestand kiezen";
    choose_other: "Choose another file", "Ander bestand kiezen";
    take_photo: "Take a photo", "Foto maken";
    drop_here: "or drop it here", "of sleep het hierheen";
    kinds_and_size: "{kinds}, at most {size}", "{kinds}, maximaal {size}";
    kinds_everyday: "PDF, photo, Word or Excel", "PDF, foto, Word of Excel";
    chosen_file: "Chosen file", "Gekozen bestand";
    remove_file: "Remove", "Verwijderen";
    remove_file_named: "Remove {name}", "{name} verwijderen";
    comment: "Comment for your adviser", "Opmerking voor uw adviseur", "Opmerking voor je adviseur";
    optional: "(optional)", "(mag leeg blijven)";
    comment_left: "{count} characters left", "Nog {count} tekens";
    comment_too_long: "The comment is too long. Shorten it a little to hand in.", "De opmerking is te lang. Maak hem iets korter om aan te leveren.";
    send: "Hand in", "Aanleveren";
    preparing: "One moment, the file is being made ready…", "Een ogenblik, het bestand wordt klaargemaakt…";
    ask_replace: "Replace what you handed in?", "Eerdere document vervangen?";
    ask_replace_more: "You handed in a document before. This one takes its place; your adviser then works with the new one.", "U heeft al eerder een document aangeleverd. Dit komt ervoor in de plaats; uw adviseur werkt dan verder met het nieuwe.", "Je hebt al eerder een document aangeleverd. Dit komt ervoor in de plaats; je adviseur werkt dan verder met het nieuwe.";
    replace: "Yes, replace", "Ja, vervangen";
    do_not_replace: "No, keep the earlier one", "Nee, het eerdere laten staan";
    sending: "Your document is being sent", "Uw document wordt verstuurd", "Je document wordt verstuurd";
    sending_part: "{sent} of {total} ({percent})", "{sent} van {total} ({percent})";
    stay_here: "Keep this page open until it is done.", "Laat deze pagina open tot het klaar is.";
    processing: "Sent. Waiting for confirmation…", "Verstuurd. Wachten op bevestiging…";
    cancel: "Cancel", "Annuleren";
    cancelled: "Cancelled. Nothing was handed in; your file is still here.", "Geannuleerd. Er is niets aangeleverd; uw bestand staat hier nog.", "Geannuleerd. Er is niets aangeleverd; je bestand staat hier nog.";
    confirming: "We are checking that your document arrived…", "Wij kijken na of uw document is aangekomen…", "We kijken na of je document is aangekomen…";
    arrived: "Your document has arrived", "Uw document is aangekomen", "Je document is aangekomen";
    arrived_more: "{name} was handed in. Your adviser will look at it.", "{name} is aangeleverd. Uw adviseur gaat ermee aan de slag.", "{name} is aangeleverd. Je adviseur gaat ermee aan de slag.";
    arrived_settled: "The connection was lost for a moment, but we checked: the document is there.", "De verbinding viel even weg, maar wij hebben het nagekeken: het document is er.", "De verbinding viel even weg, maar we hebben het nagekeken: het document is er.";
    already_there: "A document has arrived", "Er is een document aangekomen";
    already_there_more: "The office has a document for this task. Most likely it is yours: the connection was lost for a moment, and browsers then send once more. Did somebody else hand one in? Then replace it with yours.", "Het kantoor heeft een document voor deze taak. Waarschijnlijk is het dat van u: de verbinding viel even weg, en een browser verstuurt dan nog eens. Heeft iemand anders iets aangeleverd? Vervang het dan door het uwe.", "Het kantoor heeft een document voor deze taak. Waarschijnlijk is het dat van jou: de verbinding viel even weg, en een browser verstuurt dan nog eens. Heeft iemand anders iets aangeleverd? Vervang het dan door dat van jou.";
    replace_it: "Replace it with {name}", "Vervangen door {name}";
    next_task: "Next: {task}", "Volgende: {task}";
    unsure: "We cannot tell whether your new document arrived", "Wij kunnen niet zien of uw nieuwe document is aangekomen", "We kunnen niet zien of je nieuwe document is aangekomen";
    unsure_more: "The connection was lost. Sending it again does no harm: it replaces the same document.", "De verbinding viel weg. Nog een keer versturen kan geen kwaad: het vervangt hetzelfde document.";
    send_again: "Send again", "Nog een keer versturen";
    check_again: "Check again", "Opnieuw nakijken";
    cannot_check: "We could not check whether your document arrived", "Wij konden niet nakijken of uw document is aangekomen", "We konden niet nakijken of je document is aangekomen";
    cannot_check_more: "Your file is kept here. Check again as soon as you have a connection.", "Uw bestand blijft hier staan. Kijk het opnieuw na zodra u verbinding heeft.", "Je bestand blijft hier staan. Kijk het opnieuw na zodra je verbinding hebt.";
    did_not_arrive: "Your document did not arrive", "Uw document is niet aangekomen", "Je document is niet aangekomen";
    did_not_arrive_more: "The connection was lost on the way. Your file is still here: send it again.", "De verbinding viel onderweg weg. Uw bestand staat hier nog: verstuur het opnieuw.", "De verbinding viel onderweg weg. Je bestand staat hier nog: verstuur het opnieuw.";
    not_sent: "Your document was not handed in", "Uw document is niet aangeleverd", "Je document is niet aangeleverd";
    file_kept: "Your file and your comment are still here.", "Uw bestand en uw opmerking staan hier nog.", "Je bestand en je opmerking staan hier nog.";
    no_longer_asked: "This document can no longer be handed in. Your adviser can tell you more.", "Dit document kan niet meer worden aangeleverd. Uw adviseur kan u er meer over vertellen.", "Dit document kan niet meer worden aangeleverd. Je adviseur kan je er meer over vertellen.";
    refused_empty: "This file is empty (0 bytes). Choose another one.", "Dit bestand is leeg (0 bytes). Kies een ander bestand.";
    refused_large: "This file is {size}; at most {max} can be handed in. A photo instead of a scan is often smaller.", "Dit bestand is {size}; u kunt maximaal {max} aanleveren. Een foto is vaak kleiner dan een scan.", "Dit bestand is {size}; je kunt maximaal {max} aanleveren. Een foto is vaak kleiner dan een scan.";
    refused_kind: "This kind of file cannot be handed in. Choose one of these: {kinds}.", "Dit soort bestand kunt u niet aanleveren. Kies een van deze: {kinds}.", "Dit soort bestand kun je niet aanleveren. Kies een van deze: {kinds}.";
    refused_several: "One file at a time: the first one was chosen.", "Eén bestand tegelijk: het eerste is gekozen.";
    unreadable: "Your device could not read this file. Choose it again.", "Uw apparaat kon dit bestand niet lezen. Kies het opnieuw.", "Je apparaat kon dit bestand niet lezen. Kies het opnieuw.";

    // What goes wrong
    loading: "Fetching the dossier…", "Het dossier wordt opgehaald…";
    loading_long: "This takes longer than usual. You need not do anything.", "Het duurt langer dan normaal. U hoeft niets te doen.", "Het duurt langer dan normaal. Je hoeft niets te doen.";
    try_again: "Try again", "Opnieuw proberen";
    problem_offline: "You are offline", "U bent offline", "Je bent offline";
    problem_offline_more: "As soon as you have a connection again, this works again.", "Zodra u weer verbinding heeft, werkt dit weer.", "Zodra je weer verbinding hebt, werkt dit weer.";
    problem_connection: "The connection was lost", "De verbinding viel weg";
    problem_connection_more: "Check your connection and try again.", "Controleer uw verbinding en probeer het opnieuw.", "Controleer je verbinding en probeer het opnieuw.";
    problem_expired: "Your access has expired", "Uw toegang is verlopen", "Je toegang is verlopen";
    problem_expired_more: "Try again. If that does not help, open the link from your adviser once more, or ask for a new one.", "Probeer het opnieuw. Helpt dat niet, open dan de link van uw adviseur nog een keer of vraag een nieuwe.", "Probeer het opnieuw. Helpt dat niet, open dan de link van je adviseur nog een keer of vraag een nieuwe.";
    problem_signed_out: "You are not signed in", "U bent niet ingelogd", "Je bent niet ingelogd";
    problem_signed_out_more: "Open the link from your adviser's message. If you no longer have it, ask your adviser for a new one.", "Open de link uit het bericht van uw adviseur. Heeft u die niet meer, vraag dan uw adviseur om een nieuwe.", "Open de link uit het bericht van je adviseur. Heb je die niet meer, vraag dan je adviseur om een nieuwe.";
    problem_server: "It does not work right now", "Het lukt nu even niet";
    problem_server_more: "The fault is on our side. Try again in a few minutes.", "Dat ligt aan ons. Probeer het over een paar minuten opnieuw.";
    problem_gone: "This document cannot be found", "Dit document is niet te vinden";
    problem_gone_more: "It may have been withdrawn. Ask your adviser.", "Misschien is het ingetrokken. Vraag het uw adviseur.", "Misschien is het ingetrokken. Vraag het je adviseur.";
    problem_no_dossier: "Your dossier cannot be found", "Uw dossier is niet te vinden", "Je dossier is niet te vinden";
    problem_busy: "That was very often in a short time", "Dat was wel heel vaak achter elkaar";
    problem_busy_more: "Wait a minute and try again.", "Wacht een minuut en probeer het opnieuw.";
    problem_refused: "This was not accepted", "Dit is niet geaccepteerd";
    problem_refused_more: "Contact your adviser if it happens again.", "Gebeurt het nog eens, neem dan contact op met uw adviseur.", "Gebeurt het nog eens, neem dan contact op met je adviseur.";
    problem_large: "The file is too large", "Het bestand is te groot";
    problem_large_more: "Choose a smaller file.", "Kies een kleiner bestand.";
    problem_kind: "This kind of file is not accepted", "Dit soort bestand wordt niet geaccepteerd";
    problem_kind_more: "Choose a PDF or a photo.", "Kies een PDF of een foto.";
    problem_closed: "The dossier is closed", "Het dossier is gesloten";
    problem_closed_more: "Nothing can be handed in any more. Contact your adviser.", "Er kan niets meer worden aangeleverd. Neem contact op met uw adviseur.", "Er kan niets meer worden aangeleverd. Neem contact op met je adviseur.";
    problem_garbled: "We received something we cannot read", "Wij ontvingen iets dat niet te lezen is", "We ontvingen iets dat niet te lezen is";
    problem_garbled_more: "Try again in a few minutes. If it stays this way, tell your adviser.", "Probeer het over een paar minuten opnieuw. Blijft het zo, meld het dan aan uw adviseur.", "Probeer het over een paar minuten opnieuw. Blijft het zo, meld het dan aan je adviseur.";
    problem_document: "This document is damaged", "Dit document is beschadigd";
    problem_document_more: "Nothing was saved. Try again; if it stays this way, ask your adviser for it.", "Er is niets opgeslagen. Probeer het opnieuw; blijft het zo, vraag uw adviseur er dan om.", "Er is niets opgeslagen. Probeer het opnieuw; blijft het zo, vraag je adviseur er dan om.";
    not_refreshed: "We could not check for news just now. You see what was known before.", "Wij konden niet kijken of er nieuws is. U ziet wat eerder bekend was.", "We konden niet kijken of er nieuws is. Je ziet wat eerder bekend was.";
    offline_banner: "You are offline. You can read on; handing in works when you have a connection again.", "U bent offline. U kunt gewoon verder lezen; aanleveren kan zodra u weer verbinding heeft.", "Je bent offline. Je kunt gewoon verder lezen; aanleveren kan zodra je weer verbinding hebt.";
}
