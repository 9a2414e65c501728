mod bounds;
mod of_jq;

use super::*;

fn outputs(expression: &str, answer: &str) -> Result<Vec<String>, Failure> {
    let mut outputs = Vec::new();
    let filter = Filter::parse(expression)?;
    let _ = filter.apply([answer], |output| {
        let text = match output {
            Output::Text(text) => text,
            Output::Json(json) => json,
        };
        outputs.push(String::from_utf8(text).unwrap());
        Ok(())
    })?;
    Ok(outputs)
}

fn done(expression: &str, answer: &str) -> Vec<String> {
    outputs(expression, answer).unwrap()
}

fn refused(expression: &str, answer: &str) -> Failure {
    outputs(expression, answer).unwrap_err()
}

#[test]
fn texts_come_bare_and_all_else_as_json_on_one_line() {
    let answer = r#"{"key":"DEMO-1","n":null,"list":[1,{"a":"b"}]}"#;
    assert_eq!(
        done(".key, .n, .list, .list[0]", answer),
        ["DEMO-1", "null", r#"[1,{"a":"b"}]"#, "1"]
    );
    assert_eq!(done(".list[] | objects | @json", answer), [r#"{"a":"b"}"#]);
    assert_eq!(
        done(".text", r#"{"text":"two\nlines \u00e9"}"#),
        ["two\nlines é"]
    );
    assert!(done("empty", answer).is_empty());
}

#[test]
fn the_order_of_members_stays_and_so_do_the_digits_of_numbers() {
    let odd =
        r#"{"z":1.10,"a":12345678901234567890123,"m":1e2,"b":0.30000000000000000004,"c":1E400}"#;
    assert_eq!(done(".", odd), [odd]);
    assert_eq!(done(".a + 1", odd), ["12345678901234567890124"]);
}

#[test]
fn what_is_not_understood_is_told_with_its_place() {
    for (expression, why) in [
        (".[", "at its end: what is missing is a closing bracket"),
        ("\"a", "at its end: what is missing is a closing quote"),
        (".a | ", "at its end: what is missing is a term"),
        ("", "at its end: what is missing is a term"),
        (
            ".\"é\" | nonsense(1)",
            "at character 8: there is no function `nonsense` of 1 arguments",
        ),
        (
            ". | nope",
            "at character 5: there is no function `nope` without arguments",
        ),
        ("if . 1", "at character 6: `then` is missing"),
        (". )", "at character 3: this means nothing here"),
        (". .a 1", "at character 6: nothing more can be here"),
        (".a § .b", "at character 4: this means nothing here"),
        (". as $x | $y", "at character 11: there is no variable `$y`"),
        (
            "import \"a\" as a; .",
            "other files cannot be read from here",
        ),
    ] {
        let failure = Filter::parse(expression).err().unwrap();
        assert!(failure.message().contains(why), "{expression}: {failure}");
        assert_eq!(failure.exit(), Exit::Usage);
    }
}

#[test]
fn an_expression_sees_no_environment_and_no_other_input() {
    for outside in [
        "env",
        "$ENV",
        "input",
        "inputs",
        "$__prog_args",
        "input_filename",
    ] {
        let failure = Filter::parse(outside).err().unwrap();
        assert!(failure.message().contains("there is no"), "{failure}");
    }
}

#[test]
fn an_expression_that_fails_says_why_after_what_came_before() {
    let failure = refused(".a.b", r#"{"a":1}"#);
    assert!(
        failure
            .message()
            .contains("the filter failed; it says: cannot index 1"),
        "{failure}"
    );
    assert_eq!(failure.exit(), Exit::Other);
    assert!(
        refused("error(\"no such thing\")", "1")
            .message()
            .ends_with("no such thing")
    );
    assert!(
        refused("1, halt_error", "\"x\"")
            .message()
            .ends_with("with the code: 5")
    );
    assert!(
        refused("nan", "1")
            .message()
            .contains("cannot be written as JSON: NaN")
    );
    assert_eq!(done("1, halt, 2", "0"), ["1"]);
    let all = refused("error", &format!("\"{}\"", "x".repeat(10_000)));
    assert!(all.message().len() < 700);
}

#[test]
fn several_answers_are_filtered_until_the_expression_halts_or_fails() {
    let numbers = |expression| {
        let mut numbers = Vec::new();
        let filter = Filter::parse(expression).unwrap();
        let flow = filter.apply(["1", "2", "3"], |output| {
            numbers.push(output);
            Ok(())
        });
        (flow.map_err(|failure| failure.exit()), numbers.len())
    };
    assert_eq!(numbers("."), (Ok(ControlFlow::Continue(())), 3));
    let halting = "., if . == 2 then halt else empty end";
    assert_eq!(numbers(halting), (Ok(ControlFlow::Break(())), 2));
    let failing = "., if . == 2 then error else empty end";
    assert_eq!(numbers(failing), (Err(Exit::Other), 2));
}

#[test]
fn the_reason_stays_where_a_message_is_too_long() {
    let list = format!("[{{\"a\":\"{}\"}}]", "é".repeat(10_000));
    let failure = refused(".issues[].id", &list);
    assert!(
        failure.message().contains("it says: cannot index [{\"a\""),
        "{failure}"
    );
    assert!(
        failure.message().ends_with("}] with \"issues\""),
        "{failure}"
    );
    assert!(failure.message().chars().count() < 600, "{failure}");
}

#[test]
fn who_asks_a_list_for_a_member_is_told_what_a_list_is() {
    let hints = |expression, answer| refused(expression, answer).hints().concat();
    assert!(hints(".issues", "[1]").contains("`--paginate`"));
    assert_eq!(hints(".issues", "1"), "");
    assert_eq!(hints("error(\"no\")", "[1]"), "");
}

#[test]
fn rows_are_made_as_jq_makes_them() {
    let row = r#"["a \"b\"",1.50,null,true,"c,d","\t\n\r\\"]"#;
    assert_eq!(
        done("@csv", row),
        ["\"a \"\"b\"\"\",1.50,,true,\"c,d\",\"\t\n\r\\\""]
    );
    assert_eq!(
        done("@tsv", row),
        ["a \"b\"\t1.50\t\ttrue\tc,d\t\\t\\n\\r\\\\"]
    );
    assert_eq!(done("@csv, @tsv", "[\"\"]"), ["\"\"", ""]);
    assert_eq!(done("@csv", "[]"), [""]);
    assert_eq!(done(r#"@csv "row: \([1,"a"])""#, "0"), ["row: 1,\"a\""]);
    for wrong in ["1", "{}", "[[1]]", "[{}]"] {
        refused("@csv", wrong);
        refused("@tsv", wrong);
    }
}

#[test]
fn what_the_libraries_lack_is_there() {
    assert_eq!(
        done("@base32, (@base32 | @base32d)", "\"é\""),
        ["YOUQ====", "é"]
    );
    refused("@base32d", "\"1\"");
    assert_eq!(done("IN(1, 2), IN(.[]?; 3)", "2"), ["true", "false"]);
    assert_eq!(done("IN(.[]; 3)", "[1,3]"), ["true"]);
    assert_eq!(done("toarray, (65 | ascii)", "1"), ["[1]", "A"]);
    assert_eq!(
        done("tostream", r#"{"a":[1,{"b":2}],"c":[]}"#),
        [
            r#"[["a",0],1]"#,
            r#"[["a",1,"b"],2]"#,
            r#"[["a",1,"b"]]"#,
            r#"[["a",1]]"#,
            r#"[["c"],[]]"#,
            r#"[["c"]]"#,
        ]
    );
    assert_eq!(done("[tostream]", "1"), ["[[[],1]]"]);
}

#[test]
fn what_is_no_json_is_not_filtered() {
    for wrong in [
        "",
        "<html>",
        "{\"a\":1} {\"a\":2}",
        "[1",
        "NaN",
        "b\"a\"",
        "\"\u{1}\"",
    ] {
        let failure = refused(".", wrong);
        assert!(
            failure
                .message()
                .starts_with("the answer cannot be filtered: it is not JSON")
        );
    }
}

#[test]
fn what_is_nested_too_deep_is_refused_and_what_is_not_is_bearable() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(done("[.. | arrays] | length", &nested(DEEPEST)), ["256"]);
    assert_eq!(done("tojson | fromjson | length", &nested(DEEPEST)), ["1"]);
    assert!(
        refused(".", &nested(100_000))
            .message()
            .contains("deeper than 256 levels")
    );
    let text = format!("\"{}\"", nested(100_000));
    assert!(
        refused("fromjson", &text)
            .message()
            .contains("deeper than 256 levels")
    );
    assert!(
        refused("fromjson", "\"# \\\" [[[\"")
            .message()
            .contains("not JSON")
    );
    assert_eq!(depth(br#"{"a]":"[[\"[","b":[{}]}"#), 3);
}

#[test]
fn a_text_that_was_cut_within_a_character_can_be_filtered() {
    assert_eq!(done(".a", r#"{"a":"cut \ud83d"}"#), ["cut \u{fffd}"]);
}
