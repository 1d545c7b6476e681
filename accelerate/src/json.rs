//! Reads JSON as PHP writes it. serde_json parses; this module knows what PHP makes of a map, a flag or
//! an absent text, each in one function. A value of the wrong kind is taken for no value.
//!
//! A number keeps its digits, a text without escapes is borrowed, and what is nested too deep or is too
//! large a number costs nothing but itself.

use std::borrow::Cow;
use std::fmt;
use std::ops::Index;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use crate::session::{Amount, DateTime};

/// Makes a body readable for a strict JSON reader. Servers and what stands before them do these things
/// to JSON, and none of them is worth losing a dossier for:
/// - a byte order mark in front: it is left out;
/// - bytes that are no UTF-8: each run becomes U+FFFD;
/// - control characters inside a string, such as a tab, a line break or 0x02: they are escaped, so they
///   stay part of the text;
/// - half a surrogate pair (`\ud800`) and `\u` without four digits: they become U+FFFD;
/// - an escape that JSON does not know: it stands for its own character.
///
/// A body without any of these is returned as it is. What is no JSON, or cut off, remains so.
pub fn clean(body: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body));
    match clean_strings(&text) {
        Some(cleaned) => Cow::Owned(cleaned),
        None => text,
    }
}

/// The text with what JSON forbids in its strings replaced; `None` when there is nothing to replace.
fn clean_strings(text: &str) -> Option<String> {
    let mut cleaned = String::new();
    // Everything before this byte is in `cleaned`.
    let mut copied = 0;
    let mut in_string = false;
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        let (length, replacement) = match byte {
            b'"' => {
                in_string = !in_string;
                (1, None)
            }
            b'\\' if in_string => clean_escape(&text.as_bytes()[at + 1..]),
            0..b' ' if in_string => (1, Some(Cow::Owned(format!("\\u{byte:04x}")))),
            _ => (1, None),
        };
        if let Some(replacement) = replacement {
            cleaned.push_str(&text[copied..at]);
            cleaned.push_str(&replacement);
            copied = at + length;
        }
        at += length;
    }
    if copied == 0 {
        return None;
    }
    cleaned.push_str(&text[copied..]);
    Some(cleaned)
}

/// How long an escape is, its backslash included, and what to write instead of it. `after` is what
/// follows the backslash.
fn clean_escape(after: &[u8]) -> (usize, Option<Cow<'static, str>>) {
    const REPLACEMENT_CHARACTER: Option<Cow<'static, str>> = Some(Cow::Borrowed("\\ufffd"));
    match after {
        [] | [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => (2, None),
        [b'u', digits @ ..] => match hex4(digits) {
            None => (2, REPLACEMENT_CHARACTER),
            Some(0xD800..0xDC00) if is_low_surrogate(&digits[4..]) => (12, None),
            Some(0xD800..0xE000) => (6, REPLACEMENT_CHARACTER),
            Some(_) => (6, None),
        },
        _ => (1, Some(Cow::Borrowed(""))),
    }
}

/// Whether an escaped second half of a surrogate pair starts here.
fn is_low_surrogate(text: &[u8]) -> bool {
    let code = text.strip_prefix(b"\\u").and_then(hex4);
    code.is_some_and(|code| (0xDC00..0xE000).contains(&code))
}

/// The number that four hexadecimal digits at the start of the text stand for.
fn hex4(text: &[u8]) -> Option<u32> {
    text.get(..4)?.iter().try_fold(0, |number, digit| {
        Some(number * 16 + char::from(*digit).to_digit(16)?)
    })
}

/// The text of this name in an answer that is one object.
pub fn text_in(body: &[u8], name: &str) -> Option<String> {
    Map::parse(&clean(body)).ok()?[name].text()
}

/// The whole number of this name in an answer that is one object.
pub fn count_in(body: &[u8], name: &str) -> Option<u32> {
    Map::parse(&clean(body)).ok()?[name].count()
}

/// How deep values are read. What lies deeper, which is nothing that we know, is checked and passed over.
const MAX_DEPTH: u8 = 16;
/// Lists of actions of which only the ids count: the actions themselves stand elsewhere.
const LISTS_OF_IDS: [&str; 2] = ["uploadable_productactions", "downloadable_productactions"];
/// What is read last, by itself ([`Json::read_rest`]): in a long session it is more than half of the text, and
/// a slow phone would stand still while all of it is read at once.
const LAST: &str = "duplicate_comfort_data";
/// What serde_json calls the one member of a number. With its feature `arbitrary_precision` a number keeps
/// its digits, and comes as such a map.
const NUMBER: &str = "$serde_json::private::Number";
/// What serde_json is asked for to get a value as it stands. It comes as a map with one member, its text.
/// The type `RawValue` would read it as well, and brings serde's errors with it.
const RAW: &str = "$serde_json::private::RawValue";

/// A JSON value.
#[derive(Debug, Clone, Default)]
pub(crate) enum Json<'a> {
    /// `null`, or nothing at all.
    #[default]
    Null,
    Bool(bool),
    /// The digits as they came.
    Number(String),
    /// Borrowed when it came without escapes.
    Text(Cow<'a, str>),
    Map(Map<'a>),
    /// JSON that is to be parsed by itself.
    Unread(&'a str),
}

impl<'a> Json<'a> {
    /// Parses it when it was left for later.
    pub fn read_rest(&mut self) -> Result<(), serde_json::Error> {
        if let Json::Unread(text) = *self {
            let mut map = Map::default();
            *self = read(text, &mut map)?.or_map(map);
        }
        Ok(())
    }

    /// Itself, or `map` when it is a map: its members went there.
    fn or_map(self, map: Map<'a>) -> Self {
        match self {
            Json::Map(_) => Json::Map(map),
            value => value,
        }
    }

    /// Whether it is a string.
    pub fn is_text(&self) -> bool {
        matches!(self, Json::Text(_))
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Json::Map(map) if map.is_object)
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        matches!(self, Json::Bool(true))
    }

    /// The members of an object or a list; empty for any other value.
    pub fn map(&self) -> &Map<'a> {
        match self {
            Json::Map(map) => map,
            _ => Map::EMPTY,
        }
    }

    /// The same, to be changed; nothing for any other value.
    pub fn map_mut(&mut self) -> Option<&mut Map<'a>> {
        match self {
            Json::Map(map) => Some(map),
            _ => None,
        }
    }

    /// An id, exactly as it came: a text that is not blank, or a number.
    pub fn id(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(&**text).filter(|text| !text.trim().is_empty()),
            Json::Number(digits) => Some(digits),
            _ => None,
        }
    }

    /// A text that is not blank, or a number's digits.
    pub fn text(&self) -> Option<String> {
        self.id().map(str::to_owned)
    }

    /// The texts of a list or map, or the only one there is.
    pub fn texts(&self) -> Vec<String> {
        match self.text() {
            Some(text) => vec![text],
            None => (self.map().iter())
                .filter_map(|(_, item)| item.text())
                .collect(),
        }
    }

    /// Whether it is `true`, `1`, `"1"`, `"true"` or any other number but 0.
    pub fn flag(&self) -> bool {
        match self {
            Json::Bool(flag) => *flag,
            Json::Number(digits) => digits != "0",
            Json::Text(word) => {
                let word = word.trim();
                word.eq_ignore_ascii_case("true")
                    || word.parse::<u32>().is_ok_and(|number| number != 0)
            }
            Json::Null | Json::Map(_) | Json::Unread(_) => false,
        }
    }

    /// A whole number that counts something.
    pub fn count(&self) -> Option<u32> {
        self.id()?.trim().parse().ok()
    }

    /// A date, with or without a time.
    pub fn date(&self) -> Option<DateTime> {
        DateTime::parse(self.id()?)
    }

    /// An amount of money. A text keeps its digits as they came.
    pub fn amount(&self) -> Option<Amount> {
        match self {
            Json::Number(digits) => Some(Amount::of_number(digits)),
            _ => Amount::parse(self.id()?),
        }
    }
}

/// The members of an object in the server's order. Those of a list are members without a key: PHP sends
/// lists for maps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map<'a> {
    is_object: bool,
    members: Vec<(Cow<'a, str>, Json<'a>)>,
}

impl<'a> Map<'a> {
    const EMPTY: &'static Map<'static> = &Map {
        is_object: false,
        members: Vec::new(),
    };

    /// Parses a whole text. An error when it is no JSON, or cut off; empty when it is no map.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut map = Map::default();
        read(text, &mut map)?;
        Ok(map)
    }

    /// Parses what there is of a text: the members before the place where it is cut off or broken.
    pub fn parse_partly(text: &'a str) -> Self {
        let mut map = Map::default();
        // What was read before an error is in the map.
        _ = read(text, &mut map);
        map
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The members with their keys.
    pub fn iter(&self) -> impl Iterator<Item = &(Cow<'a, str>, Json<'a>)> {
        self.members.iter()
    }

    /// As [`get`](Self::get), to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json<'a>> {
        let member = self.members.iter_mut().find(|(key, _)| key == name);
        member.map(|(_, value)| value)
    }

    /// The member of this name, the first when there are several: for where an absent one and `null` are
    /// not alike.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        let member = self.members.iter().find(|(key, _)| key == name);
        member.map(|(_, value)| value)
    }
}

impl<'a> Index<&str> for Map<'a> {
    type Output = Json<'a>;

    /// The member of this name, the first when there are several; `null` when there is none.
    fn index(&self, name: &str) -> &Json<'a> {
        self.get(name).unwrap_or(&Json::Null)
    }
}

/// Reads a string, quotes and escapes included.
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    match read(json, &mut Map::default()).ok()? {
        Json::Text(text) => Some(text),
        _ => None,
    }
}

/// How much is read of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reading {
    /// All of it.
    Whole,
    /// It is a list of actions, of which only the ids count.
    Ids,
    /// It is an action, of which only the id counts.
    Id,
    /// Nothing of it.
    Nothing,
    /// All of it, later.
    Later,
}

impl Reading {
    /// How much is read of a member.
    fn of_member(self, name: &str) -> Self {
        match self {
            Self::Whole if LISTS_OF_IDS.contains(&name) => Self::Ids,
            Self::Whole if name == LAST => Self::Later,
            Self::Whole => Self::Whole,
            Self::Ids => Self::Id,
            Self::Id if name == "id" => Self::Whole,
            Self::Id | Self::Nothing => Self::Nothing,
            // The one member that serde_json makes of it.
            Self::Later => Self::Whole,
        }
    }
}

/// Reads a whole text. The members of an object or a list go into `map`, those before an error too.
fn read<'a>(text: &'a str, map: &mut Map<'a>) -> Result<Json<'a>, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = json.deserialize_any(ValueVisitor {
        map,
        depth: 0,
        reading: Reading::Whole,
    })?;
    json.end()?;
    Ok(value)
}

/// Reads a value at a depth.
struct ValueAt {
    depth: u8,
    reading: Reading,
}

impl<'a> DeserializeSeed<'a> for ValueAt {
    type Value = Json<'a>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Json<'a>, D::Error> {
        if self.reading == Reading::Nothing || self.depth > MAX_DEPTH {
            return IgnoredAny::deserialize(deserializer).map(|_| Json::Null);
        }
        let mut map = Map::default();
        let visitor = ValueVisitor {
            map: &mut map,
            depth: self.depth,
            reading: self.reading,
        };
        if self.reading == Reading::Later {
            deserializer.deserialize_newtype_struct(RAW, visitor)?;
            return Ok(match map.members.pop() {
                Some((_, Json::Text(Cow::Borrowed(json)))) => Json::Unread(json),
                _ => Json::Null,
            });
        }
        let value = deserializer.deserialize_any(visitor)?;
        Ok(value.or_map(map))
    }
}

/// The key of a member.
struct Key<'a>(Cow<'a, str>);

impl<'a> Deserialize<'a> for Key<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor).map(Key)
    }
}

/// Takes a key. With `deserialize_any` serde_json gives nothing but a string.
struct KeyVisitor;

impl<'a> Visitor<'a> for KeyVisitor {
    type Value = Cow<'a, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: de::Error>(self, key: &'a str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

/// Takes any value. Each kind that JSON has is listed: one that is not would be serde's error that quotes
/// the value, and what writes numbers for it is 9 KB to download.
struct ValueVisitor<'m, 'a> {
    /// Where the members go. The value is then an empty map.
    map: &'m mut Map<'a>,
    depth: u8,
    reading: Reading,
}

impl ValueVisitor<'_, '_> {
    /// How a member is read.
    fn member(&self, name: &str) -> ValueAt {
        ValueAt {
            depth: self.depth + 1,
            reading: self.reading.of_member(name),
        }
    }
}

impl<'a> Visitor<'a> for ValueVisitor<'_, 'a> {
    type Value = Json<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut object: A) -> Result<Json<'a>, A::Error> {
        self.map.is_object = true;
        let mut number = None;
        while let Some(Key(key)) = object.next_key()? {
            let value = object.next_value_seed(self.member(&key))?;
            if let (NUMBER, Json::Text(digits)) = (&*key, &value) {
                // An object of the server's may be called so, too, and have more members: they are read.
                number = Some(Json::Number(digits.to_string()));
                continue;
            }
            if self.map.members.is_empty() {
                // An action has some twelve. Growing to there takes a tenth of the time of parsing it.
                self.map.members.reserve(16);
            }
            self.map.members.push((key, value));
        }
        Ok(number.unwrap_or(Json::Map(Map::default())))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Json<'a>, A::Error> {
        while let Some(value) = list.next_element_seed(self.member(""))? {
            self.map.members.push((Cow::Borrowed(""), value));
        }
        Ok(Json::Map(Map::default()))
    }

    fn visit_newtype_struct<D: Deserializer<'a>>(self, json: D) -> Result<Json<'a>, D::Error> {
        json.deserialize_any(self)
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'a str) -> Result<Json<'a>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json<'a>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json<'a>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Json<'a>, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Json<'a>, E> {
        Ok(Json::Number(number.to_string()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Json<'a>, E> {
        Ok(Json::Number(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Json<'a>, E> {
        // With `arbitrary_precision` none comes.
        Ok(Json::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{with, with_actions};
    use crate::session::Counters;

    fn cleaned(body: &[u8]) -> String {
        clean(body).into_owned()
    }

    /// The text that a cleaned body is, where that is one string.
    fn text(body: &[u8]) -> Option<String> {
        let cleaned = clean(body);
        let list = ["[", &cleaned, "]"].concat();
        let map = Map::parse(&list).unwrap_or_else(|error| panic!("{list}: {error}"));
        map.iter().next().and_then(|(_, value)| value.text())
    }

    #[test]
    fn a_body_without_faults_is_returned_as_it_is() {
        for body in [
            "",
            "{}",
            " \r\n\t{ \"a\" :\t1 }\n",
            r#""\"\\\/\b\f\n\r\t\u00e9\ud83c\udfe0""#,
            "\"é🏠\u{7f}\u{2028}\"",
            "<html>\u{2}",
        ] {
            assert!(
                matches!(clean(body.as_bytes()), Cow::Borrowed(same) if same == body),
                "{body}"
            );
        }
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        assert_eq!(cleaned(b"\xEF\xBB\xBF{}"), "{}");
        assert_eq!(cleaned(b"\xEF\xBB\xBF"), "");
    }

    #[test]
    fn control_characters_stay_part_of_their_text() {
        assert_eq!(
            cleaned(b"{\t\"a\tb\":\n\"c\r\nd\x02\x00\"}"),
            "{\t\"a\\u0009b\":\n\"c\\u000d\\u000ad\\u0002\\u0000\"}"
        );
        assert_eq!(text(b"\"a\tb\x02\"").as_deref(), Some("a\tb\u{2}"));
    }

    #[test]
    fn bytes_that_are_no_utf8_cost_their_character() {
        assert_eq!(
            text(b"\xEF\xBB\xBF\"\xE9\\n\"").as_deref(),
            Some("\u{fffd}\n")
        );
    }

    #[test]
    fn escapes_are_resolved_and_broken_ones_cost_a_character() {
        let text = |json: &str| text(json.as_bytes()).unwrap_or_default();
        assert_eq!(text(r#""\/\"\\\n\t\r\b\fx""#), "/\"\\\n\t\r\u{8}\u{c}x");
        assert_eq!(text(r#""\u00e9\ud83c\udfe0""#), "é🏠");
        assert_eq!(
            text(r#""\ud83c \udfe0 \ud83c\u0041 \uzz \u+123 \'\é""#),
            "\u{fffd} \u{fffd} \u{fffd}A \u{fffd}zz \u{fffd}+123 'é"
        );
        assert_eq!(text(r#""\ud83c\ud83c\udfe0""#), "\u{fffd}🏠");
        assert_eq!(text(r#""12345678\"12345\\""#), "12345678\"12345\\");
        assert_eq!(text("\"a\\\tb\""), "a\tb");
    }

    #[test]
    fn what_is_cut_off_or_no_json_is_an_error() {
        for text in [
            "",
            " ",
            "\"",
            "\"\\",
            "\"\\\"",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":\"\\",
            "[1,",
            "[1 2]",
            "tru",
            "<html>",
            "1 2",
            "{}}",
            "{}{}",
            "'a'",
        ] {
            assert!(Map::parse(&clean(text.as_bytes())).is_err(), "{text}");
        }
    }

    #[test]
    fn members_before_a_break_are_read() {
        let map = Map::parse_partly(r#"{"a":"1","b":"#);
        assert_eq!(map["a"].text().as_deref(), Some("1"));
        assert_eq!(map["b"].text(), None);
    }

    #[test]
    fn of_two_members_with_one_name_the_first_counts() {
        let map = Map::parse(r#"{"a":1,"a":2}"#).expect("JSON");
        assert_eq!(map["a"].count(), Some(1));
        assert_eq!(map.get("a").and_then(Json::count), Some(1));
    }

    #[test]
    fn nesting_of_any_depth_costs_only_its_own_value() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        let text = [r#"{"a":"#, &deep, r#","b":"2"}"#].concat();
        let map = Map::parse(&text).expect("JSON");
        assert_eq!((map["a"].text(), map["b"].count()), (None, Some(2)));
        assert_eq!(map["a"].map().iter().count(), 1);
        assert!(Map::parse(&deep[..1_999_999]).is_err());
    }

    #[test]
    fn objects_nested_too_deep_cost_only_their_own_value() {
        let deep = r#"{"products":"#.repeat(100_000) + "1" + &"}".repeat(100_000);
        let text = [r#"{"a":"#, &deep, r#","b":"2"}"#].concat();
        let map = Map::parse(&text).expect("JSON");
        assert_eq!(map["b"].count(), Some(2));
        assert!(map["a"].map()["products"].is_object());
    }

    #[test]
    fn what_is_no_map_has_no_members() {
        for value in ["null", "true", "-1", "1", "1.5", "\"a\"", "[]", "{}"] {
            let text = [r#"{"products":"#, value, r#","a":1}"#].concat();
            let map = Map::parse(&text).expect("JSON");
            assert!(map["products"].map().is_empty(), "{value}");
            assert_eq!(map["a"].count(), Some(1));
            assert_eq!(map["products"].is_object(), value == "{}");
        }
    }

    #[test]
    fn numbers_keep_their_digits_however_large() {
        for digits in [
            "0",
            "-12.50e+3",
            "250000.50",
            "1e+400",
            "123456789012345678901234567890",
        ] {
            let text = ["[", digits, "]"].concat();
            let map = Map::parse(&text).expect("JSON");
            let (_, number) = map.iter().next().expect("a number");
            assert_eq!(number.text().as_deref(), Some(digits));
        }
    }

    #[test]
    fn an_object_that_looks_like_serde_jsons_number_costs_itself_alone() {
        let key = "$serde_json::private::Number";
        for value in [
            format!("{{\"{key}\":\"12\"}}"),
            format!("{{\"{key}\":\"12\",\"b\":{{\"c\":[1]}}}}"),
            format!("{{\"b\":1,\"{key}\":\"x\",\"{key}\":\"y\"}}"),
            format!("{{\"{key}\":{{}},\"b\":1}}"),
        ] {
            let text = format!("{{\"a\":{value},\"z\":3}}");
            let map = Map::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(map["z"].count(), Some(3), "{text}");
        }
    }

    #[test]
    fn a_flag_is_said_in_many_ways() {
        for (is_done, expected) in [
            ("1", true),
            ("0", false),
            ("true", true),
            ("false", false),
            ("\"1\"", true),
            ("\"0\"", false),
            ("\"true\"", true),
            ("\"\"", false),
            ("null", false),
            ("[]", false),
            ("{}", false),
            ("\"ja\"", false),
        ] {
            let session = with_actions(&["{\"A\":{\"is_done\":", is_done, "}}"].concat());
            assert_eq!(session.actions[0].is_done, expected, "{is_done}");
        }
    }

    #[test]
    fn absent_null_empty_and_blank_are_alike() {
        let bare = with_actions(r#"{"A":{}}"#);
        for nothing in ["null", "\"\"", "\" \\n\\t\"", "[]", "{}", "false"] {
            let fields = r#"{"A":{"label":?,"comment":?,"type":?,"date_created":?,"date_executed":?,"product_id":?,"document":?,"unknown":?}}"#;
            assert_eq!(
                with_actions(&fields.replace('?', nothing)),
                bare,
                "{nothing}"
            );
        }
    }

    #[test]
    fn numbers_and_texts_change_places() {
        let session = with(
            r#""dossier":{"code":12,"consumer":{"housenumber":8,"zipcode":"7418EX","phone":570665144}}"#,
        );
        assert_eq!(session.dossier.code.as_deref(), Some("12"));
        assert_eq!(session.consumer.housenumber.as_deref(), Some("8"));
        let counted =
            with(r#""duplicate_comfort_data":{"actioncounter_total":{"total":"5","done":"2"}}"#);
        assert_eq!(counted.counters, Counters { total: 5, done: 2 });
    }
}
