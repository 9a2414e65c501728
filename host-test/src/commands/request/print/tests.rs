use proptest::prelude::*;

use super::*;

const INDENTED: Format = Format {
    is_indented: true,
    has_colour: false,
    is_for_terminal: false,
};

fn printed(format: Format, parts: &[&[u8]]) -> String {
    let mut printer = Printer::new(format);
    let mut text = Vec::new();
    for part in parts {
        printer.print(part, &mut text);
    }
    printer.end(&mut text);
    String::from_utf8(text).unwrap()
}

fn indented(json: &str) -> String {
    printed(INDENTED, &[json.as_bytes()])
}

#[test]
fn every_member_and_item_has_a_line_of_its_own() {
    assert_eq!(
        indented(r#"{"a":[1,{"b":null}], "c" : {}, "d":[ ]}"#),
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}"
    );
    assert_eq!(indented(" \n7\n"), "7");
}

#[test]
fn numbers_escapes_repeated_names_and_their_order_stay() {
    let odd = r#"{"b":1.10,"a":-0.0,"b":12345678901234567890123,"a":1E+2}"#;
    assert_eq!(
        indented(odd),
        "{\n  \"b\": 1.10,\n  \"a\": -0.0,\n  \"b\": 12345678901234567890123,\n  \"a\": 1E+2\n}"
    );
    let texts = r#""\u00e9é\/\"\\{[,:]} \ud83d""#;
    assert_eq!(indented(texts), texts);
}

#[test]
fn what_is_as_it_should_be_stays_so() {
    let once = indented(r#"[{"a":[],"b":"x y"},[1,[2]]]"#);
    assert_eq!(indented(&once), once);
}

#[test]
fn a_deep_document_is_not_set_in_without_end() {
    let depth = 100_000;
    let text = indented(&("[".repeat(depth) + &"]".repeat(depth)));
    assert!(text.len() < depth * 2 * (DEEPEST_INDENT * INDENT + 2));
}

#[test]
fn colour_is_around_tokens_and_between_them_is_nothing_else() {
    let format = Format {
        has_colour: true,
        ..Format::default()
    };
    let json = r#"{"name": "text", "n": [1, true, null]}"#;
    let text = printed(format, &[json.as_bytes()]);
    assert_eq!(anstream::adapter::strip_str(&text).to_string(), json);
    for (style, token) in [
        (colour::NAME, "\"name\""),
        (colour::TEXT, "\"text\""),
        (colour::NUMBER, "1"),
        (colour::BOOLEAN, "true"),
        (colour::NULL, "null"),
    ] {
        assert!(text.contains(&format!("{style}{token}{style:#}")), "{text}");
    }
}

#[test]
fn what_could_steer_a_terminal_is_escaped_for_one() {
    let format = Format {
        is_for_terminal: true,
        ..Format::default()
    };
    let text = "\"\u{9b}2J\u{7f}\u{a0}é\u{85}\u{c2}\"";
    let shown = printed(format, &[text.as_bytes()]);
    assert_eq!(shown, "\"\\u009b2J\\u007f\u{a0}é\\u0085\u{c2}\"");
    assert_eq!(
        serde_json::from_str::<String>(&shown).unwrap(),
        serde_json::from_str::<String>(text).unwrap()
    );
    assert_eq!(printed(INDENTED, &[text.as_bytes()]), text);
}

#[test]
fn several_documents_come_one_after_the_other() {
    let mut printer = Printer::new(INDENTED);
    let mut text = Vec::new();
    for document in ["[1]", "{\"a\":2}", "3"] {
        printer.print(document.as_bytes(), &mut text);
        printer.end(&mut text);
        text.push(b'\n');
    }
    assert_eq!(text, b"[\n  1\n]\n{\n  \"a\": 2\n}\n3\n");
}

proptest! {
    #[test]
    fn nothing_but_space_between_tokens_is_changed(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = serde_json::to_string(&String::from_utf8_lossy(&bytes)).unwrap();
        let json = format!("[{text},{{{text}:{text}}}]");
        let expected = format!("[\n  {text},\n  {{\n    {text}: {text}\n  }}\n]");
        prop_assert_eq!(printed(INDENTED, &[json.as_bytes()]), expected);
    }

    #[test]
    fn it_does_not_matter_where_it_is_cut(cut in 0_usize..40) {
        let json = "[1.50,{\"\u{9b}a\\\"\":[true,null]},\"\u{e9}\",{}]".as_bytes();
        let format = Format { is_indented: true, has_colour: true, is_for_terminal: true };
        let (before, after) = json.split_at(cut.min(json.len()));
        prop_assert_eq!(printed(format, &[before, after]), printed(format, &[json]));
    }

    #[test]
    fn whatever_comes_ends_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let format = Format { is_indented: true, has_colour: true, is_for_terminal: true };
        let mut text = Vec::new();
        let mut printer = Printer::new(format);
        printer.print(&bytes, &mut text);
        printer.end(&mut text);
        prop_assert!(text.len() <= (bytes.len() + 1) * 160);
    }
}
