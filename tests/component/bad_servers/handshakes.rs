//! What goes wrong before there is a connection.

use super::fault::{Act, Comes, Fault, Opening, Over};

fn rude(name: &str, acts: Vec<Act>, comes: Comes) -> Fault {
    Fault {
        opening: Opening::Rude(acts),
        ..Fault::new(Over::Tls, name, Vec::new(), comes)
    }
}

/// The alert `handshake_failure` of a server that has nothing in common.
const ALERT: [u8; 7] = [0x15, 3, 3, 0, 2, 2, 40];

pub fn all() -> Vec<Fault> {
    let plain = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec();
    let record = [&[0x16, 3, 3, 0xff, 0xff][..], &[0xff; 64]].concat();
    vec![
        rude("no handshake, the end", vec![Act::Drop], Comes::Unconnected),
        rude(
            "no handshake, a reset",
            vec![Act::Reset],
            Comes::Unconnected,
        ),
        rude("no handshake, silence", vec![Act::Stall], Comes::TimedOut),
        rude(
            "no handshake, but HTTP",
            vec![Act::Say(plain), Act::Stall],
            Comes::NoTls,
        ),
        rude(
            "no handshake, but a record of nonsense",
            vec![Act::Say(record), Act::Stall],
            Comes::NoTls,
        ),
        rude(
            "an alert",
            vec![Act::Say(ALERT.to_vec()), Act::Stall],
            Comes::Interrupted,
        ),
        rude(
            "no handshake, but zeros without end",
            vec![Act::Flood(vec![0; 4096])],
            Comes::NoTls,
        ),
        Fault {
            opening: Opening::Untrusted,
            ..Fault::new(
                Over::Tls,
                "a certificate of a stranger",
                Vec::new(),
                Comes::NoTls,
            )
        },
    ]
}
