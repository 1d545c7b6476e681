//! The second question: who opens a link also says when they were born, or where they live. The answer is
//! held against the consumer's own getsession. A link has five tries, and is closed then.

use crate::app_state::AppState;
use crate::records::Records;
use crate::refusal::Refusal;
use crate::settings::Question;
use crate::store::StoreAway;
use crate::upstream::{Endpoint, Failure};
use accelerate::session::Consumer;
use http_body_util::{BodyExt as _, Limited};
use std::net::IpAddr;

/// How many answers a link takes.
const TRIES: u64 = 5;
/// The largest session that is read, in bytes.
const MAX_SESSION_BYTES: usize = 32 * 1024 * 1024;

/// Whether the answer is the consumer's. What the office did not fill in is never right.
fn is_right(question: Question, answer: &str, consumer: &Consumer) -> bool {
    match question {
        Question::BirthDate => consumer
            .date_of_birth
            .is_some_and(|born| date(answer) == Some((born.year, born.month, born.day))),
        Question::Postcode => {
            let plain = |text: &str| -> String {
                let letters = text.chars().filter(|it| it.is_alphanumeric());
                letters.flat_map(char::to_uppercase).collect()
            };
            let theirs = consumer.zipcode.as_deref().map(plain).unwrap_or_default();
            !theirs.is_empty() && plain(answer) == theirs
        }
    }
}

/// Reads `31-12-1980` with any separators, `31121980` and `1980-12-31`.
fn date(text: &str) -> Option<(u16, u8, u8)> {
    let text = text.trim();
    let parts: Vec<&str> = text
        .split(|it: char| !it.is_ascii_digit())
        .filter(|it| !it.is_empty())
        .collect();
    let (day, month, year) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (*day, *month, *year),
        [day, month, year] if year.len() == 4 => (*day, *month, *year),
        [all] if all.len() == 8 => (&all[..2], &all[2..4], &all[4..]),
        _ => return None,
    };
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// What an answer was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is right.
    Right,
    /// It is wrong, and there are tries left.
    Wrong,
    /// The link has had all its tries.
    Closed,
}

/// Whether a link has had all its tries.
///
/// # Errors
/// [`StoreAway`].
pub async fn tries_are_used_up(records: &Records, link: &str) -> Result<bool, StoreAway> {
    Ok(records.tries(link).await? >= TRIES)
}

/// Holds an answer against the consumer's getsession. A try is counted before the answer is looked at, so
/// that many at once are no more than many. A right answer costs none.
///
/// # Errors
/// When AccelerateConnect gives no session, which costs no try either, or the store is away.
pub async fn check_answer(
    state: &AppState,
    question: Question,
    answer: &str,
    link: &str,
    consumer_id: &str,
    address: IpAddr,
) -> Result<Verdict, Refusal> {
    let records = &state.records;
    let count = records.count_try(link).await?;
    if count > TRIES {
        return Ok(Verdict::Closed);
    }
    let consumer = match request_consumer(state, consumer_id, address).await {
        Ok(consumer) => consumer,
        Err(refusal) => {
            records.give_try_back(link).await?;
            return Err(refusal);
        }
    };
    if is_right(question, answer, &consumer) {
        records.give_try_back(link).await?;
        return Ok(Verdict::Right);
    }
    Ok(if count < TRIES {
        Verdict::Wrong
    } else {
        Verdict::Closed
    })
}

async fn request_consumer(
    state: &AppState,
    consumer_id: &str,
    address: IpAddr,
) -> Result<Consumer, Refusal> {
    let address = address.to_string();
    let parameters = [("consumer_id", consumer_id), ("ip_address", &address)];
    let answer = state
        .upstream
        .get(Endpoint::Session, consumer_id, &parameters);
    let answer = match answer.await {
        Ok(answer) => answer,
        Err(Failure::Refused(refusal)) => return Err(refusal),
        Err(Failure::Accelerate(..)) => return Err(Refusal::BadAnswer),
    };
    let mut body = answer.beginning.to_vec();
    if let Some(rest) = answer.rest {
        let rest = Limited::new(rest, MAX_SESSION_BYTES).collect().await;
        body.extend_from_slice(&rest.map_err(|_| Refusal::BadAnswer)?.to_bytes());
    }
    let session = accelerate::decode::session(&body).map_err(|_| Refusal::BadAnswer)?;
    Ok(session.consumer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use accelerate::session::DateTime;
    use proptest::prelude::*;

    fn consumer() -> Consumer {
        Consumer {
            date_of_birth: DateTime::parse("1980-03-01"),
            zipcode: Some("7418 ex".to_owned()),
            ..Consumer::default()
        }
    }

    #[test]
    fn a_date_of_birth_is_taken_as_people_write_it() {
        let is = |answer| is_right(Question::BirthDate, answer, &consumer());
        for answer in [
            "01-03-1980",
            "1-3-1980",
            " 1/3/1980 ",
            "1 3 1980",
            "01.03.1980",
            "01031980",
            "1980-03-01",
        ] {
            assert!(is(answer), "{answer}");
        }
        for answer in [
            "",
            "03-01-1980",
            "1-3-80",
            "1 maart 1980",
            "1980",
            "1-3-1980-1",
            "é",
        ] {
            assert!(!is(answer), "{answer}");
        }
    }

    #[test]
    fn a_postal_code_is_taken_with_or_without_space_and_capitals() {
        let is = |answer| is_right(Question::Postcode, answer, &consumer());
        assert!(is("7418EX") && is("7418 ex") && is(" 7418-Ex "));
        assert!(!is("7418") && !is("") && !is("7418EY"));
    }

    #[test]
    fn what_the_office_did_not_fill_in_is_never_right() {
        let nobody = Consumer::default();
        assert!(!is_right(Question::Postcode, "", &nobody));
        assert!(!is_right(Question::BirthDate, "", &nobody));
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(answer in ".{0,40}") {
            for question in [Question::BirthDate, Question::Postcode] {
                let _ = is_right(question, &answer, &consumer());
            }
        }
    }
}
