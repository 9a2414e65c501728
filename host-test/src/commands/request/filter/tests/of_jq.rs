use super::{done, refused};

#[test]
fn what_is_deleted_does_not_move_what_else_is_deleted() {
    let four = "[0,1,2,3]";
    for (expression, left) in [
        ("del(.[0,2])", "[1,3]"),
        ("delpaths([[0],[1]])", "[2,3]"),
        ("delpaths([[0],[0]])", "[1,2,3]"),
        ("del(.[0:1], .[2])", "[1,3]"),
        ("del(.[1:][0], .[-1], .[9])", "[0,2]"),
        ("del(.[] | select(. > 1))", "[0,1]"),
        ("del(.[-5])", four),
        ("delpaths([[]])", "null"),
        ("delpaths([])", four),
    ] {
        assert_eq!(done(expression, four), [left], "{expression}");
    }
    let object = r#"{"a":1,"b":{"c":[{"d":1},2]},"e":null,"f":3}"#;
    assert_eq!(
        done("del(.a, .x.y, .e.z)", object),
        [r#"{"b":{"c":[{"d":1},2]},"e":null,"f":3}"#]
    );
    assert_eq!(
        done("del(.b.c[0].d, .b.c[1]) | .b", object),
        [r#"{"c":[{}]}"#]
    );
    assert_eq!(
        done("delpaths([[\"b\",\"c\"],[\"b\",\"c\",0]]) | .b", object),
        ["{}"]
    );
    for wrong in [
        "delpaths([[0]])",
        "delpaths([1])",
        "delpaths(1)",
        "delpaths([[\"a\",1]])",
    ] {
        refused(wrong, object);
    }
}

#[test]
fn what_is_set_where_nothing_is_comes_into_being() {
    for (expression, made) in [
        (".b.c = 2", r#"{"a":1,"b":{"c":2}}"#),
        (".b[2] = 1", r#"{"a":1,"b":[null,null,1]}"#),
        (".b[1:2] = [5]", r#"{"a":1,"b":[5]}"#),
        ("setpath([\"b\",0,\"c\"]; 3)", r#"{"a":1,"b":[{"c":3}]}"#),
        (".b += 2 | .c //= 3", r#"{"a":1,"b":2,"c":3}"#),
        ("pick(.b.c, .a)", r#"{"b":{"c":null},"a":1}"#),
        (".a |= empty", "{}"),
        (".b |= (2, 3)", r#"{"a":1,"b":2}"#),
    ] {
        assert_eq!(done(expression, r#"{"a":1}"#), [made], "{expression}");
    }
    let list = "[1,2,3]";
    assert_eq!(
        done(".[4] = 5, (.[-1] = 6)", list),
        ["[1,2,3,null,5]", "[1,2,6]"]
    );
    assert_eq!(done(".[] |= (., .)", list), [list]);
    assert_eq!(done(".[1:] |= map(. + 1)", list), ["[1,3,4]"]);
    assert_eq!(done("(.[] | select(. > 1)) |= empty", list), ["[1]"]);
    assert_eq!(done(".[1.7], .[0.5:1.5]", list), ["2", "[1,2]"]);
    for wrong in [".[-4] = 1", ".a = 1", ".[0].b = 1", ".[1:] = 1"] {
        refused(wrong, list);
    }
    refused(".a.b = 1, .[0] = 1", r#"{"a":1}"#);
}

#[test]
fn a_number_that_is_computed_is_written_as_a_whole_one_where_it_is() {
    let computed = "6/2, ([1,2,3] | add / length), 7/2, -6/2, 1.5 * 2, (9 | sqrt), 2e17/2, 5.5 % 2";
    let numbers = ["3", "2", "3.5", "-3", "3", "3", "100000000000000000", "1"];
    assert_eq!(done(computed, "0"), numbers);
    assert_eq!(
        done("[6/2], {a: (6/2)}, (6/2 | tostring)", "0"),
        ["[3]", r#"{"a":3}"#, "3"]
    );
    assert_eq!(done(".[length / 2]", "[1,2,3,4]"), ["3"]);
    assert_eq!(
        done("., 1.0, [.[] | -(-.)]", "[1.0,2e0]"),
        ["[1.0,2e0]", "1.0", "[1.0,2e0]"]
    );
    assert_eq!(done("5 | gamma | exp | round", "0"), ["24"]);
}

#[test]
fn texts_are_joined_and_trimmed_as_jq_does() {
    assert_eq!(
        done("join(\",\")", r#"["a",null,"b",1.50,true]"#),
        ["a,,b,1.50,true"]
    );
    assert_eq!(done("join(\",\")", "[]"), [""]);
    assert_eq!(done("join(null)", r#"["a","b"]"#), ["ab"]);
    refused("join(\",\")", "[[1]]");
    assert_eq!(
        done("ltrimstr(\"x\"), rtrimstr(\"x\"), ltrimstr(1)", "1"),
        ["1", "1", "1"]
    );
    assert_eq!(
        done(
            "ltrimstr(\"é\"), rtrimstr(\"é\"), rtrimstr(\"éaé\"), ltrimstr(\"a\")",
            "\"éaé\""
        ),
        ["aé", "éa", "", "éaé"]
    );
}

#[test]
fn entries_may_have_any_of_their_names() {
    let entries = r#"[{"name":"a","value":1},{"Name":"b","Value":2},{"k":"c","v":3},
                      {"K":"d","V":4},{"key":"e","value":null,"v":5},{"Key":6},{"key":false}]"#;
    assert_eq!(
        done("from_entries", entries),
        [r#"{"a":1,"b":2,"c":3,"d":4,"e":null,"6":null,"false":null}"#]
    );
    assert_eq!(
        done("with_entries(.value += 1 | .key |= length)", r#"{"ab":1}"#),
        [r#"{"2":2}"#]
    );
}

#[test]
fn paths_and_levels_are_those_of_jq() {
    assert_eq!(
        done("[leaf_paths]", r#"{"a":[1,{"b":"c"}]}"#),
        [r#"[["a",0],["a",1,"b"]]"#]
    );
    assert_eq!(
        done("flatten(1), ([] | flatten(1))", "[1,[2,[3]]]"),
        ["[1,2,[3]]", "[]"]
    );
    let doubled = "walk(if isnumber then (., .) else . end)";
    assert_eq!(done(doubled, r#"[1,{"a":2}]"#), [r#"[1,1,{"a":2}]"#]);
}

#[test]
fn what_is_of_json_is_as_in_jq() {
    assert_eq!(done("length", "\"éa\""), ["2"]);
    assert_eq!(
        done(".[] | length", r#"[null,-1.50,[1],{"a":1}]"#),
        ["0", "1.50", "1", "1"]
    );
    refused("length", "true");
    assert_eq!(done("has(0), has(1)", "[1]"), ["true", "false"]);
    assert_eq!(done("has(\"a\")", "{}"), ["false"]);
    refused("has(\"a\")", "[]");
    assert_eq!(
        done("indices(\"b\"), index(\"x\"), indices(\"\")", "\"ébab\""),
        ["[1,3]", "null", "[]"]
    );
    assert_eq!(
        done("indices(1), indices([1,2]), indices([])", "[1,2,1]"),
        ["[0,2]", "[0]", "[]"]
    );
    assert_eq!(
        done(
            "contains([{a: \"x\"}]), contains([\"\"])",
            r#"[{"a":"axb"},"c"]"#
        ),
        ["true", "true"]
    );
    assert_eq!(done("contains({a: {b: 2}})", r#"{"a":{"b":1}}"#), ["false"]);
    assert_eq!(done("bsearch(2), bsearch(0)", "[1,2]"), ["1", "-1"]);
}
