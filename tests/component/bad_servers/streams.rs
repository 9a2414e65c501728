//! HTTP/2: streams and connections that are reset, and frames that break its
//! rules.

use super::fault::{Act, Comes, Fault, Over, body};
use super::frames::{
    ACK, CONTINUATION, DATA, END_STREAM, Frame, GOAWAY, HEADERS, On, PADDED, PING, PUSH_PROMISE,
    RST_STREAM, SETTINGS, WINDOW_UPDATE, data, field, head,
};

/// The codes that there are (RFC 9113 section 7), and one that there is not.
const CODES: [u32; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0xdead];

fn fault(name: impl AsRef<str>, frames: impl IntoIterator<Item = Frame>, comes: Comes) -> Fault {
    let acts = frames.into_iter().map(Act::Send).collect();
    Fault::new(Over::H2, name, acts, comes)
}

fn reset(code: u32) -> Frame {
    Frame::on_request(RST_STREAM, 0, code.to_be_bytes())
}

/// Says that no stream after this one was looked at.
fn go_away(last: u32, code: u32) -> Frame {
    let payload = [last.to_be_bytes(), code.to_be_bytes()].concat();
    Frame::new(GOAWAY, 0, On::Connection, payload)
}

fn resets() -> Vec<Fault> {
    let mut faults = Vec::new();
    for code in CODES {
        // With it a server says that the answer is whole, and no more of the
        // request is needed (RFC 9113 section 8.1).
        let is_whole = code == 0;
        let comes = |text: &str| match is_whole {
            true => body(text),
            false => Comes::Interrupted,
        };
        let before_body = [head(0, &[]), reset(code)];
        let in_body = [head(0, &[]), data(0, b"ab"), reset(code)];
        faults.extend([
            fault(
                format!("reset {code} before the answer"),
                [reset(code)],
                Comes::Interrupted,
            ),
            fault(
                format!("reset {code} before the body"),
                before_body,
                comes(""),
            ),
            fault(format!("reset {code} in the body"), in_body, comes("ab")),
            fault(
                format!("reset {code} before all that was announced"),
                [
                    head(0, &[("content-length", "4")]),
                    data(0, b"ab"),
                    reset(code),
                ],
                Comes::Interrupted,
            ),
            fault(
                format!("the connection given up with {code}"),
                [go_away(0, code)],
                Comes::Interrupted,
            ),
        ]);
    }
    faults
}

fn cuts() -> Vec<Fault> {
    let answer = [
        head(0, &[("content-length", "4")]),
        data(END_STREAM, b"abcd"),
    ];
    let bytes: Vec<u8> = answer.iter().flat_map(|frame| frame.bytes(1)).collect();
    let mut faults = Vec::new();
    for (end, act) in [
        ("closed", None),
        ("dropped", Some(Act::Drop)),
        ("reset", Some(Act::Reset)),
    ] {
        for at in 0..bytes.len() {
            let said = Act::Say(bytes[..at].to_vec());
            let acts = [Some(said), act.clone()].into_iter().flatten().collect();
            let name = format!("{end} after byte {at}");
            faults.push(Fault::new(Over::H2, name, acts, Comes::Interrupted));
        }
    }
    faults
}

fn broken_rules() -> Vec<Fault> {
    let whole = || [head(0, &[]), data(END_STREAM, b"abc")];
    let on_connection =
        |kind, flags, payload: &[u8]| Frame::new(kind, flags, On::Connection, payload);
    let block = |bytes: &[u8]| Frame::on_request(HEADERS, 4 | END_STREAM, bytes);
    let before = |frame: Frame| [vec![frame], whole().to_vec()].concat();
    let broken = |name: &str, frames: Vec<Frame>| fault(name, frames, Comes::Interrupted);
    let mut faults = vec![
        broken(
            "text in place of frames",
            vec![
                Frame::new(b'T', b'T', On::Stream(0x5048_5454), "P/1.1 200 OK\r\n\r\n")
                    .telling(0x0048_5454),
            ],
        ),
        broken(
            "a frame of 16 megabytes",
            vec![data(0, b"abc").telling(0x00ff_ffff)],
        ),
        broken("data before the head", vec![data(END_STREAM, b"abc")]),
        broken("data on no stream", before(on_connection(DATA, 0, b"abc"))),
        broken(
            "data on a stream that nobody opened",
            before(Frame::new(DATA, 0, On::Stream(99), "abc")),
        ),
        broken(
            "a head on an even stream",
            before(Frame::new(HEADERS, 4, On::Stream(2), [0x88])),
        ),
        broken(
            "less data than was told",
            vec![
                head(0, &[("content-length", "5")]),
                data(END_STREAM, b"abc"),
            ],
        ),
        broken(
            "more data than was told",
            vec![
                head(0, &[("content-length", "2")]),
                data(END_STREAM, b"abc"),
            ],
        ),
        broken(
            "two lengths",
            vec![
                head(0, &[("content-length", "3"), ("content-length", "4")]),
                data(END_STREAM, b"abc"),
            ],
        ),
        broken(
            "a length that is none",
            vec![
                head(0, &[("content-length", "x")]),
                data(END_STREAM, b"abc"),
            ],
        ),
        broken(
            "a head that cannot be unpacked",
            vec![block(&[0xff, 0xff, 0xff, 0xff, 0xff])],
        ),
        broken(
            "a head that names nothing in the table",
            vec![block(&[0xfe])],
        ),
        broken("a head without a status", vec![block(&field(b"x-a", b"b"))]),
        broken("a head with two statuses", vec![block(&[0x88, 0x88])]),
        broken(
            "a status of letters",
            vec![block(&field(b":status", b"abc"))],
        ),
        broken(
            "a name in upper case",
            vec![block(&[&[0x88][..], &field(b"X-A", b"b")].concat())],
        ),
        broken(
            "a value with a line end",
            vec![block(&[&[0x88][..], &field(b"x-a", b"b\r\nc")].concat())],
        ),
        broken(
            "a header of the connection",
            vec![block(
                &[&[0x88][..], &field(b"connection", b"close")].concat(),
            )],
        ),
        broken(
            "padding that is longer than its frame",
            vec![head(0, &[]), data(PADDED, &[200, 1])],
        ),
        broken(
            "a head that never ends, and data",
            vec![
                Frame::on_request(HEADERS, 0, [0x88]),
                data(END_STREAM, b"abc"),
            ],
        ),
        broken(
            "more of a head that has ended",
            vec![head(0, &[]), Frame::on_request(CONTINUATION, 4, [0x88])],
        ),
        broken(
            "settings of half a setting",
            before(on_connection(SETTINGS, 0, &[0, 1, 0])),
        ),
        broken(
            "settings on a stream",
            before(Frame::on_request(SETTINGS, 0, [])),
        ),
        broken(
            "a setting of a window beyond numbers",
            before(on_connection(SETTINGS, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff])),
        ),
        broken(
            "a setting of frames that are too small",
            before(on_connection(SETTINGS, 0, &[0, 5, 0, 0, 0, 1])),
        ),
        broken(
            "an acknowledgement with a payload",
            before(on_connection(SETTINGS, ACK, &[0; 6])),
        ),
        broken(
            "a ping of seven bytes",
            before(on_connection(PING, 0, &[0; 7])),
        ),
        broken(
            "a ping on a stream",
            before(Frame::on_request(PING, 0, [0; 8])),
        ),
        broken(
            "a window that grows by nothing",
            before(on_connection(WINDOW_UPDATE, 0, &[0; 4])),
        ),
        broken(
            "a window that grows beyond numbers",
            before(on_connection(WINDOW_UPDATE, 0, &[0x7f, 0xff, 0xff, 0xff])),
        ),
        broken(
            "a push that nobody wants",
            before(Frame::on_request(PUSH_PROMISE, 4, [0, 0, 0, 2, 0x82])),
        ),
        broken(
            "a reset of three bytes",
            vec![Frame::on_request(RST_STREAM, 0, [0; 3])],
        ),
        broken(
            "a farewell of seven bytes",
            vec![on_connection(GOAWAY, 0, &[0; 7])],
        ),
    ];
    faults.extend([
        fault(
            "a frame that nobody knows",
            before(on_connection(0xee, 0xff, b"what")),
            body("abc"),
        ),
        fault(
            "a setting that nobody knows",
            before(on_connection(SETTINGS, 0, &[0xee, 0xee, 0, 0, 0, 1])),
            body("abc"),
        ),
        fault(
            "a farewell after the answer is under way",
            [go_away(1, 0), head(0, &[]), data(END_STREAM, b"abc")],
            body("abc"),
        ),
        fault(
            "a status that nobody knows",
            [block(&field(b":status", b"999"))],
            Comes::Status(999),
        ),
    ]);
    faults
}

fn floods() -> Vec<Fault> {
    let flood = |name: &str, first: Vec<Frame>, again: Frame, comes: Comes| {
        let first = first.into_iter().map(Act::Send);
        let acts = first.chain([Act::FloodWith(again)]).collect();
        Fault::new(Over::H2, name, acts, comes)
    };
    let on_connection = |kind, payload: &[u8]| Frame::new(kind, 0, On::Connection, payload);
    let begun = || vec![head(0, &[])];
    // The next request has a connection of its own, and the window is kept.
    let much = vec![
        Act::Send(go_away(1, 0)),
        Act::Send(head(0, &[])),
        Act::Repeat(data(0, &[b'x'; 4096]), 100),
        Act::Stall,
    ];
    vec![
        Fault::new(Over::H2, "more data than is allowed", much, Comes::TooLong),
        flood(
            "data of nothing without end",
            begun(),
            data(0, b""),
            Comes::Interrupted,
        ),
        flood(
            "a head without end",
            vec![Frame::on_request(HEADERS, 0, [0x88])],
            Frame::on_request(CONTINUATION, 0, field(b"x-a", &[b'b'; 100])),
            Comes::Interrupted,
        ),
        flood(
            "pings without end",
            vec![],
            on_connection(PING, &[0; 8]),
            Comes::TimedOut,
        ),
        flood(
            "settings without end",
            vec![],
            on_connection(SETTINGS, &[]),
            Comes::TimedOut,
        ),
        flood(
            "frames that nobody knows without end",
            vec![],
            on_connection(0xee, b"what"),
            Comes::TimedOut,
        ),
        flood(
            "announcements of an answer without end",
            vec![],
            Frame::on_request(HEADERS, 4, field(b":status", b"100")),
            Comes::TimedOut,
        ),
    ]
}

pub fn all() -> Vec<Fault> {
    [resets(), cuts(), broken_rules(), floods()].concat()
}
