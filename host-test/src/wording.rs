//! What the component says, in the words of the command line: it speaks of its
//! exports and their fields, and here one types commands and options.

/// How the contract calls what to do, and how that is typed.
const PHRASES: [(&str, &str); 13] = [
    (
        "call servicedesk-request",
        "ask for it by `jira-host servicedesk`",
    ),
    ("call api-request", "ask for it by `jira-host api`"),
    (
        "an option of servicedesk-request",
        "an option of `jira-host servicedesk`",
    ),
    ("by oauth-exchange with authorize", "by `jira-host connect`"),
    (
        "call oauth-exchange with choose-site",
        "choose it by `jira-host connect`",
    ),
    (
        "authorize it again with include-service-management",
        "connect it again with `--service-management`",
    ),
    (
        "choose-site goes on from here",
        "`jira-host connect` goes on from here",
    ),
    (
        "choose-site asks for the sites anew",
        "`jira-host connect` asks for the sites anew",
    ),
    ("max-response-bytes", "`--max-bytes`"),
    ("max-items, ", "`--max-items`, "),
    ("max-pages, ", "`--max-pages`, "),
    ("see may-be-older", "see `--may-be-older`"),
    (
        "an input of its own: cookies",
        "an option of its own: `--cookie`",
    ),
];

/// A message with what to do in the command line's words.
pub(crate) fn of_message(message: &str) -> String {
    let typed = |message: String, (word, typed): &(&str, &str)| message.replace(word, typed);
    PHRASES.iter().fold(message.to_owned(), typed)
}

/// A refusal that begins with the contract's name of a field, with the command
/// line's.
pub(crate) fn of_refusal(field: &str, message: &str) -> String {
    let option = match field {
        "url-path" => "PATH",
        "query-params" => "--query",
        "headers" => "--header",
        "cookies" => "--cookie",
        "json-object" | "raw-json" | "body" => "the body",
        "max-response-bytes" => "--max-bytes",
        "paginate.cursor" | "cursor" => "--cursor",
        "connection" => "--connection",
        "paginate.page-size" => "--page-size",
        "extra-scopes" => "--scope",
        "display-name" => "--display-name",
        "description" => "--description",
        "site" => "--site",
        _ => return of_message(message),
    };
    match message.strip_prefix(field) {
        Some(why) => format!("{option}{}", of_message(why)),
        None => of_message(message),
    }
}
