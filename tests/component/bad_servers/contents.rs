//! Bodies that are read: of errors, and compressed ones, which nobody has
//! asked for.

use super::fault::{Comes, Fault, body};

fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn refused(name: &str, body: impl AsRef<[u8]>) -> [Fault; 2] {
    let json = "Content-Type: application/json\r\n";
    let text = answer(400, json, body.as_ref());
    Fault::said(name, text, Comes::Status(400))
}

fn limited(name: &str, header: &str) -> [Fault; 2] {
    let text = answer(429, &format!("{header}\r\n"), b"");
    Fault::said(name, text, Comes::Status(429))
}

/// `{}`, as gzip packs it.
const PACKED: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00";

pub fn all() -> Vec<Fault> {
    let deep = |open: &str, close: &str| open.repeat(20_000) + &close.repeat(20_000);
    let many = format!(r#"{{"errorMessages":[{}"x"]}}"#, r#""x","#.repeat(10_000));
    let gzip = "Content-Encoding: gzip\r\n";
    [
        refused(
            "an error that is not UTF-8",
            b"{\"errorMessages\":[\"\xff\xfe\"]}",
        ),
        refused("an error of half a character", b"\xe2\x82"),
        refused("an error of arrays in arrays", deep("[", "]")),
        refused(
            "an error of objects in objects",
            deep(r#"{"errorMessages":"#, "}"),
        ),
        refused("an error of arrays without end", "[".repeat(40_000)),
        refused(
            "messages in messages",
            format!(r#"{{"errorMessages":{}}}"#, deep("[", "]")),
        ),
        refused("an error of half of its JSON", r#"{"errorMessages":["a"#),
        refused(
            "an error of huge numbers",
            r#"{"code":1e99999,"status":-99999999999999999999999999}"#,
        ),
        refused(
            "an error with a surrogate alone",
            r#"{"errorMessages":["\ud800"]}"#,
        ),
        refused("an error of ten thousand messages", many),
        refused("an error of zeros", [0; 1_000]),
        refused("an error of nothing", ""),
        refused("an error of nothing, in JSON", "null"),
        Fault::said(
            "an error in gzip that is none",
            answer(400, gzip, b"{}"),
            Comes::Status(400),
        ),
        Fault::said(
            "an error in gzip",
            answer(500, gzip, PACKED),
            Comes::Status(500),
        ),
        Fault::said(
            "a body in gzip, which nobody asked for",
            answer(200, gzip, PACKED),
            body(PACKED),
        ),
        Fault::said(
            "a body in gzip that is none",
            answer(200, gzip, b"{}"),
            body("{}"),
        ),
        Fault::said(
            "a body packed a hundred times",
            answer(200, &gzip.repeat(90), PACKED),
            body(PACKED),
        ),
        Fault::said(
            "a body of zeros",
            answer(200, "", &[0; 1_000]),
            body([0; 1_000]),
        ),
        limited(
            "a wait beyond numbers",
            "Retry-After: 99999999999999999999999999999999",
        ),
        limited("the longest wait", "Retry-After: 18446744073709551615"),
        limited("a wait of a fraction", "Retry-After: 1e400"),
        limited(
            "a reset beyond numbers",
            "X-RateLimit-Reset: 99999999999999999999999999999999",
        ),
        limited("the last reset", "X-RateLimit-Reset: 18446744073709551615"),
        limited(
            "a reset in the last year",
            "X-RateLimit-Reset: 9999-12-31T23:59:59Z",
        ),
        limited(
            "a limit beyond numbers",
            "RateLimit: \"a\";r=99999999999999999999;t=99999999999999999999",
        ),
        limited(
            "the longest limit",
            "RateLimit: \"a\";r=18446744073709551615;t=18446744073709551615",
        ),
    ]
    .concat()
}
