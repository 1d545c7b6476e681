//! For which documents a safe copy is offered at once.

use accelerate::session::Action;

/// Parts of the names that offices give to what proves who somebody is, in Dutch and in English.
const PARTS: [&str; 14] = [
    "paspoort",
    "identiteit",
    "id-kaart",
    "id-bewijs",
    "idkaart",
    "idbewijs",
    "legitimatie",
    "rijbewijs",
    "verblijf",
    "passport",
    "identity",
    "driving licence",
    "driver's license",
    "residence permit",
];

/// Whether an action asks for what proves who somebody is.
pub fn is_about_identity(action: &Action) -> bool {
    let names = [&action.document.label, &action.label];
    let mut names = names.into_iter().flatten();
    names.any(|name| is_identity_document(name))
}

/// Whether a document of this name proves who somebody is, as far as its name says: it has one of these words in it, or
/// the word *ID*. The safe copy of any other document is one press away, so that a name which says nothing costs a
/// press, and one that says too much a few lines.
fn is_identity_document(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    PARTS.iter().any(|part| name.contains(part)) || words.any(|word| word == "id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proves_who_somebody_is_is_known_by_its_name() {
        for name in [
            "Geldig legitimatiebewijs (Paspoort of Europese Identiteitskaart)",
            "Kopie ID",
            "kopie id-bewijs Eva",
            "RIJBEWIJS voor- en achterkant",
            "Verblijfsvergunning",
            "Copy of your passport",
        ] {
            assert!(is_identity_document(name), "{name}");
        }
    }

    #[test]
    fn other_documents_are_not() {
        for name in [
            "Loonstrook",
            "Aanleveren van een recente loonstrook (Ida Bakker)",
            "Werkgeversverklaring",
            "Pensioenoverzicht",
            "Videoverslag",
            "Taxatierapport",
            "",
        ] {
            assert!(!is_identity_document(name), "{name}");
        }
    }
}
