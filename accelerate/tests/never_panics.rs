//! What a stranger sends never makes a decoder panic, and damage in one place stays there.

use accelerate::filename::{self, MAX_LENGTH};
use accelerate::request::{self, decode_header, encode_header};
use accelerate::session::{Amount, DateTime, Session};
use accelerate::{decode, json, otd, problem};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const EXAMPLE: &str = include_str!("getsession.json");

/// Everything that reads what a server sent.
fn read_everything(bytes: &[u8]) {
    _ = json::clean(bytes);
    _ = decode::session(bytes);
    _ = otd::decode(bytes);
    _ = problem::check_answer(200, bytes);
    _ = problem::check_answer(500, bytes);
    _ = problem::check_upload_answer(200, bytes);
    let text = String::from_utf8_lossy(bytes);
    _ = problem::check_document(Some(&text), bytes, Some(&text));
    _ = filename::from_content_disposition(Some(&text));
    _ = filename::safe(&text);
    _ = filename::or(None, &text, Some(&text));
    _ = filename::for_kind(&text, &text);
    _ = decode_header(&text);
    _ = request::otd_url(&text, &text);
    _ = DateTime::parse(&text);
    _ = Amount::parse(&text);
}

/// A session of `actions` actions in one product, each said three times, as the server says them.
fn session_of(actions: usize) -> Value {
    let map: Map<String, Value> = (0..actions)
        .map(|number| {
            let id = format!("PRA{number:04}");
            let action = json!({"id": id, "label": format!("Actie {number}"), "type": "UPLOAD_FILE", "is_done": number % 2,
                "document": {"label": "é \" \\ / 🏠", "upload_requirements": ["een", "twee"]}});
            (id, action)
        })
        .collect();
    json!({"consumerportalsession": {
        "session": {"state": "RUNNING"},
        "dossier": {"code": "TEST-1", "products": {"P": {"id": "P", "type": "MORTGAGE", "productactions": map}}},
        "duplicate_comfort_data": {"uploadable_productactions": map, "productactions": map},
    }})
}

/// Any JSON, of moderate size.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("2018-01-01")),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The paths of all values in a JSON value, as JSON pointers, without the value itself.
fn paths(value: &Value) -> Vec<String> {
    fn walk(value: &Value, path: &str, all: &mut Vec<String>) {
        let mut member = |key: &str, value: &Value| {
            let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            all.push(path.clone());
            walk(value, &path, all);
        };
        match value {
            Value::Object(members) => members.iter().for_each(|(key, value)| member(key, value)),
            Value::Array(members) => members
                .iter()
                .enumerate()
                .for_each(|(at, value)| member(&at.to_string(), value)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    walk(value, "", &mut all);
    all
}

/// The same JSON with the members of every object in another order, except in maps keyed by id, whose
/// order means something.
fn shuffled(value: &Value, seed: &mut u64) -> String {
    match value {
        Value::Object(members) => {
            let mut written: Vec<(u64, String)> = members
                .iter()
                .map(|(key, value)| {
                    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let place = if key.starts_with("PR") {
                        0
                    } else {
                        *seed >> 33
                    };
                    (
                        place,
                        format!("{}:{}", Value::from(key.as_str()), shuffled(value, seed)),
                    )
                })
                .collect();
            written.sort_by_key(|(place, _)| *place);
            let members: Vec<String> = written.into_iter().map(|(_, member)| member).collect();
            format!("{{{}}}", members.join(" , "))
        }
        Value::Array(members) => {
            let members: Vec<String> = members.iter().map(|value| shuffled(value, seed)).collect();
            format!("[{}]", members.join(","))
        }
        scalar => scalar.to_string(),
    }
}

fn decoded(value: &Value) -> Session {
    decode::session(value.to_string().as_bytes()).expect("a session")
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in vec(any::<u8>(), 0..400)) {
        read_everything(&bytes);
    }

    #[test]
    fn no_text_makes_a_decoder_panic(text in any::<String>(), json in any_json()) {
        read_everything(text.as_bytes());
        read_everything(json.to_string().as_bytes());
        read_everything(format!(r#"{{"consumerportalsession":{json},"raw_pdf_data":{json},"error":{json}}}"#).as_bytes());
    }

    #[test]
    fn nearly_texts_of_the_wire_never_panic(
        date in "[0-9]{2,4}[-/][0-9]{2}[-/][0-9é]{2,4}[ TZé]?[0-9:.+Z-]{0,12}",
        amount in "[€ -]{0,2}[0-9.,é]{0,12}[-,€]{0,2}",
        header in "(attachment)?; ?filename\\*?=\"?(UTF-8''|C:)?[a-z%0-9\\\\\"é;.\u{202e}]{0,20}",
        upload in "[ -~é]{0,8}%[0-9a-f]{0,2}",
    ) {
        for text in [date, amount, header, upload] {
            read_everything(text.as_bytes());
        }
    }

    #[test]
    fn a_session_damaged_cut_or_spliced_never_panics(
        at in 0..EXAMPLE.len(), to in 0..EXAMPLE.len(), bytes in vec(any::<u8>(), 0..6),
    ) {
        let example = EXAMPLE.as_bytes();
        read_everything(&example[..at]);
        read_everything(&[&example[..at], &bytes, &example[to..]].concat());
        let mut flipped = example.to_vec();
        flipped[at] ^= bytes.first().copied().unwrap_or(1);
        read_everything(&flipped);
    }

    #[test]
    fn any_value_anywhere_in_a_session_leaves_a_session(damage in any_json(), place in any::<prop::sample::Index>()) {
        let mut session: Value = serde_json::from_str(EXAMPLE).expect("JSON");
        let paths = paths(&session);
        let path = place.get(&paths);
        *session.pointer_mut(path).expect("a path of it") = damage;
        let result = decode::session(session.to_string().as_bytes());
        prop_assert_eq!(result.is_ok(), session["consumerportalsession"].is_object(), "{}", path);
    }

    #[test]
    fn damage_to_one_action_leaves_the_others(damage in any_json(), place in any::<prop::sample::Index>()) {
        let whole = session_of(6);
        let mut session = whole.clone();
        let action = "/consumerportalsession/dossier/products/P/productactions/PRA0003";
        let mut places: Vec<String> = paths(whole.pointer(action).expect("the action")).iter().map(|inner| [action, inner].concat()).collect();
        places.push(action.to_owned());
        let path: &String = place.get(&places);
        *session.pointer_mut(path).expect("a place in it") = damage;
        let others = |session: &Session| session.actions.iter().filter(|action| {
            let number = action.label.as_deref().unwrap_or_default();
            number != "Actie 3" && action.id.starts_with("PRA") && action.id != "PRA0003"
        }).cloned().collect::<Vec<_>>();
        let (before, after) = (others(&decoded(&whole)), others(&decoded(&session)));
        prop_assert_eq!(before.len(), 5);
        prop_assert!(before.iter().all(|action| after.contains(action)));
    }

    #[test]
    fn a_byte_that_is_no_utf8_costs_its_character(at in 0..EXAMPLE.len()) {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        if bytes[at].is_ascii_alphabetic() {
            bytes[at] = 0xE9;
            // In a key, `true` or `null` it may cost more, but it is read all the same or refused.
            _ = decode::session(&bytes);
        }
        let label = EXAMPLE.find("SNS Budget").expect("the label");
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        bytes[label] = 0xE9;
        let session = decode::session(&bytes).expect("a session");
        prop_assert_eq!(session.products[0].label.as_deref(), Some("\u{fffd}NS Budget Hypotheek"));
    }

    #[test]
    fn a_control_character_in_a_text_stays_in_it(control in 0..0x20u8) {
        let body = EXAMPLE.replace("SNS Budget", &format!("SNS{}Budget", char::from(control)));
        let session = decode::session(body.as_bytes()).expect("a session");
        let label = format!("SNS{}Budget Hypotheek", char::from(control));
        prop_assert_eq!(session.products[0].label.as_deref(), Some(label.as_str()));
    }

    #[test]
    fn what_is_clean_stays_as_it_is(json in any_json(), bytes in vec(any::<u8>(), 0..200)) {
        let json = json.to_string();
        prop_assert_eq!(json::clean(json.as_bytes()), json.as_str());
        let cleaned = json::clean(&bytes);
        prop_assert_eq!(json::clean(cleaned.as_bytes()), cleaned.clone());
    }

    #[test]
    fn a_text_of_any_bytes_is_readable_once_it_is_clean(bytes in vec(any::<u8>(), 0..60)) {
        let mut text = bytes;
        text.retain(|byte| !matches!(byte, b'"' | b'\\'));
        let body = [b"\"", text.as_slice(), b"\""].concat();
        let read: String = serde_json::from_str(&json::clean(&body)).expect("a string");
        prop_assert_eq!(read, String::from_utf8_lossy(&text));
    }

    #[test]
    fn broken_escapes_never_make_a_text_unreadable(text in "([a-z ]|\\\\[a-z0-9/é\t]|\\\\u[dD][89a-f][0-9]{2}|\\\\u[0-9a-g]{0,4}){0,12}") {
        let body = format!("\"{text}\"");
        prop_assert!(serde_json::from_str::<String>(&json::clean(body.as_bytes())).is_ok(), "{}", text);
    }

    #[test]
    fn the_order_of_fields_means_nothing(seed in any::<u64>(), actions in 0..12usize) {
        let session = session_of(actions);
        let mut seed = seed;
        let other = shuffled(&session, &mut seed);
        prop_assert_eq!(decode::session(other.as_bytes()).expect("a session"), decoded(&session));
        let example: Value = serde_json::from_str(EXAMPLE).expect("JSON");
        let other = shuffled(&example, &mut seed);
        prop_assert_eq!(decode::session(other.as_bytes()).expect("a session"), decoded(&example));
    }

    #[test]
    fn texts_come_through_as_serde_json_writes_them(text in any::<String>(), number in any::<i64>()) {
        prop_assume!(!text.trim().is_empty());
        let session = decoded(&json!({"x": text, "consumerportalsession": {"dossier": {"code": text, "id": number}, text.clone(): {"a": [text]}}}));
        prop_assert_eq!(session.dossier.code, Some(text));
        prop_assert_eq!(session.dossier.id, Some(number.to_string()));
    }

    #[test]
    fn escaped_texts_are_read_as_serde_json_reads_them(text in any::<String>()) {
        prop_assume!(!text.trim().is_empty());
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let body = format!(r#"{{"consumerportalsession":{{"dossier":{{"code":"{escaped}"}}}}}}"#);
        let session = decode::session(body.as_bytes()).expect("a session");
        prop_assert_eq!(session.dossier.code, Some(text));
    }

    #[test]
    fn an_encoded_header_is_printable_ascii_and_decodes_to_its_text(text in any::<String>()) {
        let encoded = encode_header(&text);
        prop_assert!(encoded.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        prop_assert_eq!(encoded.trim(), &encoded);
        let breaks = ['\t', '\n', '\u{b}', '\u{c}', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
        let mut one_line = text.replace("\r\n", " ").replace(breaks, " ");
        one_line.retain(|c| !c.is_control());
        let decoded = decode_header(&encoded).expect("our own header");
        prop_assert_eq!(&decoded, one_line.trim());
        prop_assert_eq!(encode_header(&decoded), encoded);
    }

    #[test]
    fn a_header_that_decodes_holds_no_control_character(value in "[ -~]{0,6}(%[0-9a-fA-F]{2}){0,4}[ -~]{0,6}") {
        if let Ok(text) = decode_header(&value) {
            prop_assert!(!text.contains(char::is_control));
        }
    }

    #[test]
    fn a_safe_name_is_safe(name in prop_oneof![any::<String>(), "[a-zA-Z0-9. /\\\\:\u{202e}\u{200f}é🏠\t]{0,300}", "(con|NUL|lpt1|Com²)[ .a-z]{0,6}"]) {
        let Some(safe) = filename::safe(&name) else { return Ok(()) };
        prop_assert!(!safe.is_empty() && safe.len() <= MAX_LENGTH);
        prop_assert!(!safe.contains(['/', '\\', '<', '>', ':', '"', '|', '?', '*']));
        let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        prop_assert!(!safe.chars().any(|c| c.is_control() || turns(c)));
        prop_assert!(!safe.starts_with(['.', ' ']) && !safe.ends_with(['.', ' ']));
        let stem = safe.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
        prop_assert!(!["CON", "NUL", "LPT1", "COM²"].contains(&stem.as_str()));
        for kind in ["application/pdf", "image/jpeg"] {
            let named = filename::for_kind(&name, kind);
            prop_assert!(named.len() <= MAX_LENGTH);
            prop_assert_eq!(filename::safe(&named), Some(named.clone()));
            prop_assert_eq!(filename::for_kind(&named, kind), named);
        }
        prop_assert_eq!(filename::safe(&safe), Some(safe.clone()));
        let quoted = format!("attachment; filename=\"{safe}\"");
        if !safe.contains('%') {
            // Latin-1 that could as well be UTF-8 is read as UTF-8; all else comes through.
            let latin1 = safe.chars().all(|c| u32::from(c) < 256) && !safe.is_ascii();
            prop_assert!(latin1 || filename::from_content_disposition(Some(&quoted)) == Some(safe));
        }
    }

    #[test]
    fn an_otd_is_the_same_however_it_is_cut_and_written(
        bytes in vec(any::<u8>(), 0..3_000), cuts in vec(1..400usize, 1..30), style in 0..9, name_first in any::<bool>(),
    ) {
        let pdf = [b"%PDF-1.7\n", bytes.as_slice(), b"\n%%EOF"].concat();
        let plain = STANDARD.encode(&pdf);
        let data = match style {
            0 => plain,
            1 => plain.replace('/', "\\/"),
            2 => STANDARD_NO_PAD.encode(&pdf),
            3 => plain.replace('/', "\\u002F").replace('=', "\\u003d"),
            4 => plain.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned() + "\\r\\n").collect(),
            5 => plain.replace('+', "-").replace('/', "_"),
            6 => plain.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
            7 => plain.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned() + " ").collect(),
            _ => format!("data:application\\/pdf;base64,{plain}\n"),
        };
        let answer = match name_first {
            true => format!(r#"{{"filename":"otd.pdf","raw_pdf_data":"{data}"}}"#),
            false => format!(r#"{{"raw_pdf_data":"{data}","filename":"otd.pdf"}}"#),
        };
        let mut came = Vec::new();
        let mut decoder = otd::Decoder::new();
        let mut rest = answer.as_bytes();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            decoder.push(piece, &mut |bytes| came.extend_from_slice(bytes)).expect("a PDF");
            rest = after;
        }
        let beside = decoder.finish().expect("a PDF");
        prop_assert_eq!(beside.filename.as_deref(), Some("otd.pdf"));
        prop_assert!(came == pdf);
        prop_assert!(otd::decode(answer.as_bytes()).expect("a PDF").0 == pdf);
    }

    #[test]
    fn an_otd_whose_pluses_became_spaces_is_the_same_or_none(
        bytes in vec(any::<u8>(), 0..3_000), lines in any::<bool>(), padded in any::<bool>(),
    ) {
        let pdf = [b"%PDF-1.7\n", bytes.as_slice(), b"\n%%EOF\n"].concat();
        let plain = if padded { STANDARD.encode(&pdf) } else { STANDARD_NO_PAD.encode(&pdf) };
        let data: String = match lines {
            true => plain.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned() + "\n").collect(),
            false => plain,
        };
        let answer = format!(r#"{{"raw_pdf_data":"{}"}}"#, data.replace('+', " "));
        match otd::decode(answer.as_bytes()) {
            Ok((came, _)) => prop_assert!(came == pdf),
            // Where there are only a few, they may look like line breaks.
            Err(_) => prop_assert!(data.matches('+').count() < 4),
        }
    }

    #[test]
    fn an_otd_that_is_cut_off_is_none(bytes in vec(any::<u8>(), 0..3_000), part in 0.0..1.0f64, plus in "[+ ]") {
        let pdf = [b"%PDF-1.7\n", bytes.as_slice(), b"\n%%EOF"].concat();
        let data = STANDARD.encode(&pdf).replace('+', &plus);
        let cut = &data[..(data.len() as f64 * part) as usize];
        // Padding, and what is no part of the mark, may be missing.
        prop_assume!(cut.len() + 2 < data.len());
        let answer = format!(r#"{{"raw_pdf_data":"{cut}"}}"#);
        prop_assert!(otd::decode(answer.as_bytes()).is_err());
    }

    #[test]
    fn a_damaged_otd_fails_alike_however_it_is_cut(at in 0..200usize, byte in any::<u8>(), cut in 1..50usize) {
        let pdf = [b"%PDF-1.7\n", [0xFF; 100].as_slice(), b"%%EOF"].concat();
        let data = STANDARD.encode(pdf).replace('/', "\\/");
        let mut answer = format!(r#"{{"raw_pdf_data":"{data}","filename":"otd.pdf"}}"#).into_bytes();
        let at = at.min(answer.len() - 1);
        answer[at] = byte;
        let whole = otd::decode(&answer);
        let mut came = Vec::new();
        let mut decoder = otd::Decoder::new();
        let pushed = answer.chunks(cut).try_for_each(|piece| decoder.push(piece, &mut |bytes| came.extend_from_slice(bytes)));
        let pieces = pushed.and_then(|()| decoder.finish()).map(|otd| (came, otd));
        prop_assert_eq!(whole, pieces);
    }
}
