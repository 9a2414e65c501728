use super::{done, outputs, refused};

#[test]
fn what_calls_itself_without_end_fails_and_cannot_be_caught() {
    for endless in [
        "def f: 1 + f; f",
        "def f: f | f; f",
        "def f: try f catch f; f",
        "def f: [(1, 2) | f]; f",
        "def f: {a: f}; f",
        "def f: (1, 2) + f; f",
        "def f: f as $x | $x; f",
        "def f: .a | f | .; path(f)",
        "def f(g): 1 + f(g | .); f(.)",
        "reduce range(1000000) as $i (.; .[0]?) |= 1",
    ] {
        let failure = refused(endless, "null");
        assert!(
            failure.message().ends_with("call themselves too deep"),
            "{endless}: {failure}"
        );
    }
    let deep = "def f: if . == 0 then 0 else . - 1 | 1 + f end; f";
    assert_eq!(done(deep, "5000"), ["5000"]);
}

#[test]
fn what_an_expression_nests_too_deep_fails_and_what_it_nests_less_is_bearable() {
    for deep in [
        "reduce range(300000) as $i (.; [.])",
        "reduce range(300000) as $i (.; {a: .})",
        "reduce range(300000) as $i (.; [[.][0:], 1])",
        "reduce range(300000) as $i ([.]; .[0] = .)",
        "reduce range(300000) as $i (.; [.] | to_entries)",
        "reduce range(20) as $i ({a: {}}; .. *= .)",
        "null | getpath([range(2000) | \"a\"]) = 1",
        "reduce range(1100) as $i (1; [., .])",
    ] {
        let failure = refused(deep, "1");
        assert!(
            failure.message().ends_with("deeper than 1024 levels"),
            "{deep}: {failure}"
        );
    }
    let nested = "reduce range(1023) as $i ([]; [.])";
    assert_eq!(done(&format!("{nested} | tojson | length"), "1"), ["2048"]);
    assert_eq!(done(&format!("{nested} | ..[0] = 1"), "1"), ["[1]"]);
    let pairs = "reduce range(5000) as $i ([]; [.[1:], [0]]) | length";
    assert_eq!(done(pairs, "1"), ["2"]);
}

#[test]
fn what_is_long_or_makes_what_is_long_aborts_nothing() {
    for long in [
        "(",
        "[",
        "-",
        "[.[",
        "try ",
        "{a:",
        "1 as $x | ",
        "if 1 then ",
    ] {
        refused(&long.repeat(130_000 / long.len()), "1");
    }
    let within = |open: &str, within: &str, close: &str| {
        let times = 130_000 / (open.len() + close.len());
        open.repeat(times) + within + &close.repeat(times)
    };
    assert_eq!(done(&within("(", "1", ")"), "1"), ["1"]);
    for (open, close) in [
        ("-", ""),
        ("[", "]"),
        ("1 as $x | ", ""),
        ("def f: 1; ", ""),
    ] {
        // It may fail, and nothing else.
        let _ = outputs(&within(open, "1", close), "1");
    }
    refused("\"x\" * 1e12", "1");
    refused("1000000000000 * \"x\"", "1");
    assert_eq!(done("\"ab\" * 2 | length", "1"), ["4"]);
    refused(".[1e12] = 1", "[]");
    let filters = "def f(g; $n): if $n == 0 then 1 else f(g | .; $n - 1) end; f(.; 1000000)";
    assert_eq!(done(filters, "1"), ["1"]);
    let path = "def f($n): if $n == 0 then . else .a | f($n - 1) end; path(f(1000000)) | length";
    assert_eq!(done(path, "null"), ["1000000"]);
}
