//! What a product is called, and what type it is.

use accelerate::session::{Action, Details, Product};

use crate::{context::SessionStore, i18n::Texts};

/// What a product is called.
pub fn product_name(texts: &Texts, product: &Product) -> String {
    product.label.clone().unwrap_or_else(|| {
        let kind = product_type(texts, product);
        if kind.is_empty() {
            texts.nameless_product.to_owned()
        } else {
            kind
        }
    })
}

/// What the product of an action is called, for whoever follows the session.
pub fn product_name_of(session: SessionStore, texts: &Texts, action: &Action) -> Option<String> {
    let id = action.product_id.as_deref()?;
    session.read(|session| {
        let product = session.products.iter().find(|product| product.id == id)?;
        Some(product_name(texts, product))
    })
}

/// A product's type in words: ours where we know the type, else the wire's, made readable.
pub fn product_type(texts: &Texts, product: &Product) -> String {
    let kind = match &product.details {
        Details::Mortgage(_) => return texts.type_mortgage.to_owned(),
        Details::Credit(_) => return texts.type_credit.to_owned(),
        Details::Other { kind, .. } => kind,
    };
    match kind.as_str() {
        "TERM_LIFE_INSURANCE" | "TERMLIFEINSURANCE" | "TERMLIFE" => texts.type_life.to_owned(),
        "HOME_INSURANCE" | "HOMEINSURANCE" => texts.type_home.to_owned(),
        "PAYMENT_PROTECTION" | "PAYMENTPROTECTION" => texts.type_payment.to_owned(),
        other => readable(other),
    }
}

/// `SOLAR_PANEL_LEASE` as *Solar panel lease*.
pub fn readable(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.trim().chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.flat_map(char::to_lowercase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_wire_is_made_readable() {
        assert_eq!(readable("SOLAR_PANEL_LEASE"), "Solar panel lease");
        assert_eq!(readable("-"), "");
    }
}
