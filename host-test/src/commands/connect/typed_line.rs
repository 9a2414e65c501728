use std::io::{self, IsTerminal};

use tokio::sync::oneshot;

use crate::exit::{Exit, Failure};

/// A line of standard input. It is read on a thread of its own, which the end
/// of the program does not wait for.
pub(super) async fn line() -> Result<String, Failure> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        let _ = sender.send(read.map(|length| (length > 0).then_some(line)));
    });
    match receiver.await {
        Ok(Ok(Some(line))) => Ok(line),
        Ok(Err(error)) => Err(error.into()),
        // The end of the input, which a person types as Ctrl-D.
        Ok(Ok(None)) if !io::stdin().is_terminal() => Err(nobody_there()),
        Ok(Ok(None)) | Err(_) => Err(Failure::silent(Exit::Interrupted)),
    }
}

fn nobody_there() -> Failure {
    let why = "standard input has ended, and nothing was pasted into it";
    Failure::new(Exit::Usage, why).with_hint(
        "run it on a terminal; or keep standard input open, and write the address to it when the \
         browser is back",
    )
}
