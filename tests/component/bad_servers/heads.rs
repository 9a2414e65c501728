//! Heads of answers that are too long, or nothing that HTTP knows.

use super::fault::{Act, Comes, Fault, body};

/// A head with this line in it, and a short body.
fn with(line: impl AsRef<[u8]>) -> Vec<u8> {
    let (before, after) = ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", "\r\n\r\nabc");
    [before.as_bytes(), line.as_ref(), after.as_bytes()].concat()
}

fn status(line: &str) -> String {
    format!("{line}\r\nContent-Length: 3\r\n\r\nabc")
}

fn endless(name: &str, begun: &str, piece: &[u8]) -> [Fault; 2] {
    let acts = vec![Act::Say(begun.into()), Act::Flood(piece.repeat(512))];
    Fault::http(name, acts, Comes::Protocol)
}

pub fn all() -> Vec<Fault> {
    let many: String = (0..1_000).map(|n| format!("X-{n}: a\r\n")).collect();
    let ok = "HTTP/1.1 200 OK\r\n";
    [
        Fault::said("another protocol", "SMTP ready\r\n\r\n", Comes::Protocol),
        Fault::said("zeros", vec![0; 64], Comes::Protocol),
        Fault::said(
            "the frames of HTTP/2",
            [0, 0, 0, 4, 0, 0, 0, 0, 0].repeat(4),
            Comes::Protocol,
        ),
        Fault::said(
            "a version that does not exist",
            status("HTTP/3.9 200 OK"),
            Comes::Protocol,
        ),
        Fault::said(
            "a status of two digits",
            status("HTTP/1.1 20 OK"),
            Comes::Protocol,
        ),
        Fault::said(
            "a status of four digits",
            status("HTTP/1.1 2000 OK"),
            Comes::Protocol,
        ),
        Fault::said(
            "a status of letters",
            status("HTTP/1.1 abc OK"),
            Comes::Protocol,
        ),
        Fault::said(
            "a status of zeros",
            status("HTTP/1.1 000 OK"),
            Comes::Protocol,
        ),
        Fault::said(
            "a status that nobody knows",
            status("HTTP/1.1 999 Odd"),
            Comes::Status(999),
        ),
        Fault::said(
            "a status without a reason",
            status("HTTP/1.1 200"),
            body("abc"),
        ),
        Fault::said(
            "a reason that is not UTF-8",
            [
                &b"HTTP/1.1 200 \xff\xfe"[..],
                b"\r\nContent-Length: 3\r\n\r\nabc",
            ]
            .concat(),
            body("abc"),
        ),
        Fault::said(
            "another protocol from now on",
            status("HTTP/1.1 101 Switching Protocols"),
            Comes::Status(101),
        ),
        Fault::said("a name with a space", with("X A: b"), Comes::Protocol),
        Fault::said(
            "a name that is not ASCII",
            with("X-\u{e4}: b"),
            Comes::Protocol,
        ),
        Fault::said("no name", with(": b"), Comes::Protocol),
        Fault::said("no colon", with("X-A"), Comes::Protocol),
        Fault::said("a value with a zero", with("X-A: \0"), Comes::Protocol),
        Fault::said(
            "a value that goes on in the next line",
            with("X-A: b\r\n c"),
            Comes::Protocol,
        ),
        Fault::said(
            "a value that is not UTF-8",
            with(b"X-A: \xff\xfe"),
            body("abc"),
        ),
        Fault::said(
            "lines that end as on Unix",
            "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
            body("abc"),
        ),
        Fault::said("a thousand headers", with(many.trim_end()), Comes::Protocol),
        Fault::said(
            "a value of a million bytes",
            with(format!("X-A: {}", "b".repeat(1_000_000))),
            Comes::Protocol,
        ),
        endless("a status line without end", "HTTP/1.1 200 ", b"O"),
        endless("a name without end", ok, b"X"),
        endless("a value without end", "HTTP/1.1 200 OK\r\nX-A: ", b"b"),
        endless("headers without end", ok, b"X-A: b\r\n"),
    ]
    .concat()
}
