//! The second question: who opens a link also says when they were born, or where they live. The answer is
//! held against the consumer's own getsession. A link has five tries, and is closed then.

use crate::app_state::AppState;
use crate::refusal::Refusal;
use crate::settings::Question;
use crate::upstream::{Endpoint, Failure};
use accelerate::session::Consumer;
use http_body_util::{BodyExt as _, Limited};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::net::IpAddr;
use std::time::Duration;

/// How many answers a link takes.
const TRIES: u32 = 5;
/// How long tries are remembered: as long as a link can be good.
const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 3600);
/// The tries of so many links are remembered.
const CAPACITY: u64 = 100_000;
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

/// The tries of each link. Each instance of the gateway counts for itself.
#[derive(Debug, Clone)]
pub struct Tries(Cache<String, u32>);

impl Default for Tries {
    fn default() -> Tries {
        Tries(
            Cache::builder()
                .time_to_live(REMEMBERED)
                .max_capacity(CAPACITY)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }
}

impl Tries {
    /// Whether a link has had all its tries.
    pub fn are_used_up(&self, link: &str) -> bool {
        self.0.get(link).is_some_and(|count| count >= TRIES)
    }

    /// Counts a try before it is looked at, so that many at once are no more than many. Gives how many there
    /// were with it, or `None` when there was none left.
    fn take(&self, link: &str) -> Option<u32> {
        let entry = self
            .0
            .entry_by_ref(link)
            .and_upsert_with(|count| count.map_or(0, moka::Entry::into_value).saturating_add(1));
        Some(entry.into_value()).filter(|count| *count <= TRIES)
    }

    /// Gives a try back that was right, or that nobody could look at.
    fn give_back(&self, link: &str) {
        self.0
            .entry_by_ref(link)
            .and_upsert_with(|count| count.map_or(0, moka::Entry::into_value).saturating_sub(1));
    }

    /// Holds an answer against the consumer's getsession.
    ///
    /// # Errors
    /// When AccelerateConnect gives no session. That costs no try.
    pub async fn check(
        &self,
        state: &AppState,
        question: Question,
        answer: &str,
        link: &str,
        consumer_id: &str,
        address: IpAddr,
    ) -> Result<Verdict, Refusal> {
        let Some(count) = self.take(link) else {
            return Ok(Verdict::Closed);
        };
        let consumer = match request_consumer(state, consumer_id, address).await {
            Ok(consumer) => consumer,
            Err(refusal) => {
                self.give_back(link);
                return Err(refusal);
            }
        };
        if is_right(question, answer, &consumer) {
            self.give_back(link);
            return Ok(Verdict::Right);
        }
        Ok(if count < TRIES {
            Verdict::Wrong
        } else {
            Verdict::Closed
        })
    }
}

async fn request_consumer(
    state: &AppState,
    consumer_id: &str,
    address: IpAddr,
) -> Result<Consumer, Refusal> {
    let address = address.to_string();
    let parameters = [("consumer_id", consumer_id), ("ip_address", &address)];
    let answer = match state.upstream.get(Endpoint::Session, &parameters).await {
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

    #[test]
    fn a_link_has_five_tries_and_a_right_one_costs_none() {
        let tries = Tries::default();
        for count in 1..=4 {
            assert_eq!(tries.take("a"), Some(count));
        }
        for _ in 0..3 {
            assert_eq!(tries.take("a"), Some(5));
            tries.give_back("a");
        }
        assert!(!tries.are_used_up("a"));
        assert_eq!(tries.take("a"), Some(5));
        assert!(tries.are_used_up("a"));
        assert_eq!((tries.take("a"), tries.take("b")), (None, Some(1)));
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
