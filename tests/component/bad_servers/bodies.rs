//! Bodies that are not as long as they say, or have no end.

use super::fault::{Act, Comes, Fault, body};
use super::trial::MAX_BYTES;

fn with_length(length: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n")
}

fn chunked(chunks: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
}

fn endless(name: &str, head: &str, piece: Vec<u8>, comes: Comes) -> [Fault; 2] {
    Fault::http(name, vec![Act::Say(head.into()), Act::Flood(piece)], comes)
}

pub fn all() -> Vec<Fault> {
    let one_too_many_answers = with_length("2") + "ab" + &with_length("8") + "smuggled";
    let a_million = "x".repeat(1_000_000);
    let one_too_many = "x".repeat(usize::try_from(MAX_BYTES).unwrap() + 1);
    let as_many_as_allowed = "x".repeat(usize::try_from(MAX_BYTES).unwrap());
    [
        // The next request must not be given the second one.
        Fault::http(
            "an answer too many",
            vec![Act::Say(one_too_many_answers.into()), Act::Stall],
            body("ab"),
        ),
        Fault::said(
            "a length of less than comes",
            with_length("2") + "abcd",
            body("ab"),
        ),
        Fault::said(
            "a length of nothing, and a body",
            with_length("0") + "abcd",
            body(""),
        ),
        Fault::said(
            "a length of a petabyte",
            with_length("1000000000000000") + "abc",
            Comes::Interrupted,
        ),
        Fault::said(
            "the longest length there is",
            with_length("18446744073709551614") + "abc",
            Comes::Protocol,
        ),
        Fault::said(
            "a length beyond numbers",
            with_length("99999999999999999999") + "abc",
            Comes::Protocol,
        ),
        Fault::said(
            "a negative length",
            with_length("-1") + "abc",
            Comes::Protocol,
        ),
        Fault::said(
            "a length with a sign",
            with_length("+3") + "abc",
            Comes::Protocol,
        ),
        Fault::said(
            "a length in hexadecimal",
            with_length("0x3") + "abc",
            Comes::Protocol,
        ),
        Fault::said(
            "a length of no digits",
            with_length("") + "abc",
            Comes::Protocol,
        ),
        Fault::said(
            "two lengths",
            with_length("3\r\nContent-Length: 4") + "abcd",
            Comes::Protocol,
        ),
        Fault::said(
            "two lengths in one",
            with_length("3, 4") + "abcd",
            Comes::Protocol,
        ),
        Fault::said(
            "a length and chunks",
            with_length("99\r\nTransfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n",
            body("abc"),
        ),
        Fault::said(
            "a coding that nobody knows",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: zebra\r\n\r\nabc",
            body("abc"),
        ),
        Fault::said(
            "as much as is allowed",
            with_length(&MAX_BYTES.to_string()) + &as_many_as_allowed,
            body(as_many_as_allowed.clone()),
        ),
        Fault::said(
            "one byte more than is allowed",
            with_length(&one_too_many.len().to_string()) + &one_too_many,
            Comes::TooLong,
        ),
        Fault::said(
            "a long body in one chunk",
            chunked(&format!("f4240\r\n{a_million}\r\n0\r\n\r\n")),
            Comes::TooLong,
        ),
        Fault::said(
            "a chunk of no size",
            chunked("\r\nabc\r\n0\r\n\r\n"),
            Comes::Interrupted,
        ),
        Fault::said(
            "a chunk of a size beyond numbers",
            chunked("fffffffffffffffff\r\nabc\r\n"),
            Comes::Interrupted,
        ),
        Fault::said(
            "a chunk of the longest size",
            chunked("ffffffffffffffff\r\nabc\r\n"),
            Comes::Interrupted,
        ),
        Fault::said(
            "a chunk of a negative size",
            chunked("-3\r\nabc\r\n0\r\n\r\n"),
            Comes::Interrupted,
        ),
        Fault::said(
            "a chunk of a size in words",
            chunked("three\r\nabc\r\n0\r\n\r\n"),
            Comes::Interrupted,
        ),
        Fault::said(
            "a chunk that is longer than its size",
            chunked("2\r\nabc\r\n0\r\n\r\n"),
            Comes::Interrupted,
        ),
        Fault::said(
            "chunks with nothing at their ends",
            chunked("3\r\nabc3\r\nabc0\r\n\r\n"),
            Comes::Interrupted,
        ),
        endless(
            "a body without end",
            "HTTP/1.1 200 OK\r\n\r\n",
            vec![b'x'; 4096],
            Comes::TooLong,
        ),
        endless(
            "chunks without end",
            &chunked(""),
            b"1\r\nx\r\n".repeat(512),
            Comes::TooLong,
        ),
        endless(
            "an extension of a chunk without end",
            &chunked("3;"),
            vec![b'x'; 4096],
            Comes::Interrupted,
        ),
        endless(
            "digits of a size without end",
            &chunked(""),
            vec![b'0'; 4096],
            Comes::TimedOut,
        ),
        endless(
            "trailers without end",
            &chunked("3\r\nabc\r\n0\r\n"),
            b"X-A: b\r\n".repeat(512),
            Comes::Interrupted,
        ),
    ]
    .concat()
}
