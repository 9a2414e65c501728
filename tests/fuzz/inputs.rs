//! An input, taken apart and checked: what each target does with one, by its
//! name.

use crate::checks::{
    NOW,
    callbacks::only_the_state_given_out_spends_a_code,
    cursors::a_cursor_leads_to_a_page_of_its_own_request,
    cycle_periods::a_cycle_is_bounded_or_not_believed,
    error_bodies::an_error_body_is_read_whatever_it_is,
    headers::no_header_or_cookie_says_what_only_the_connection_may,
    pages::{
        Style, a_document_is_what_the_library_reads, any_answers_end_in_a_list_or_an_error,
        pages_become_the_list,
    },
    paths::no_path_leads_out_of_the_site,
    rate_limits::{Circumstances, what_limits_say_is_bounded_and_never_shortens_a_wait},
};

/// A way of paging, and the answers of a server.
pub fn answers(input: &[u8]) {
    let Some((style, bodies)) = input.split_first() else {
        return;
    };
    let style = Style::ALL[usize::from(*style) % Style::ALL.len()];
    let bodies: Vec<_> = bodies.split(|byte| *byte == 0).collect();
    any_answers_end_in_a_list_or_an_error(style, &bodies);
}

/// The state of a session, and the redirect URL that came back.
pub fn callbacks(input: &str) {
    if let [state, redirect_url] = parts(input).as_slice() {
        only_the_state_given_out_spends_a_code(redirect_url, state);
    }
}

/// A cursor, or one without its check.
pub fn cursors(input: &str) {
    a_cursor_leads_to_a_page_of_its_own_request(input);
}

/// The header `Cycle-Period`.
pub fn cycle_periods(input: &str) {
    a_cycle_is_bounded_or_not_believed(input);
}

/// A document of a page.
pub fn documents(input: &str) {
    a_document_is_what_the_library_reads(input);
}

const STATUSES: &[u16] = &[
    400, 401, 403, 404, 408, 409, 410, 413, 429, 500, 502, 503, 504,
];

/// The body of an error.
pub fn error_bodies(input: &[u8]) {
    let Some((status, body)) = input.split_first() else {
        return;
    };
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    an_error_body_is_read_whatever_it_is(status, body);
}

/// Headers, and cookies behind an empty name.
pub fn headers(input: &str) {
    let mut headers = pairs(&parts(input));
    let cookies = match headers.iter().position(|(name, _)| name.is_empty()) {
        Some(at) => headers.split_off(at).split_off(1),
        None => Vec::new(),
    };
    no_header_or_cookie_says_what_only_the_connection_may(&headers, &cookies);
}

/// A way of paging, the size of pages, and items.
pub fn pages(input: &str) {
    let parts = parts(input);
    let [style, size, items @ ..] = parts.as_slice() else {
        return;
    };
    let style = Style::ALL[number(style) % Style::ALL.len()];
    pages_become_the_list(style, number(size) % 8, items);
}

/// A path, and query parameters.
pub fn paths(input: &str) {
    let parts = parts(input);
    let (path, query_params) = parts.split_at(1);
    no_path_leads_out_of_the_site(&path.concat(), &pairs(query_params));
}

/// Circumstances, and headers about rate limits.
pub fn rate_limits(input: &str) {
    let parts = parts(input);
    let [given, headers @ ..] = parts.as_slice() else {
        return;
    };
    let digits: Vec<_> = given.bytes().map(u64::from).collect();
    let digit = |at| digits.get(at).copied().unwrap_or_default();
    let given = Circumstances {
        now: NOW.plus(digit(0) << (digit(1) % 50)),
        chance: digit(2) as u8,
        retries: (digit(3) % 6) as u8,
        remaining_ms: digit(4) << (digit(5) % 50),
    };
    what_limits_say_is_bounded_and_never_shortens_a_wait(&pairs(headers), given);
}

/// The parts of an input.
fn parts(input: &str) -> Vec<&str> {
    input.split('\0').collect()
}

/// The parts of an input in pairs.
fn pairs(parts: &[&str]) -> Vec<(String, String)> {
    let pair = |pair: &[&str]| match pair {
        [name, value] => ((*name).into(), (*value).into()),
        _ => (pair.concat(), String::new()),
    };
    parts.chunks(2).map(pair).collect()
}

/// A small number, the first part of an input.
fn number(part: &str) -> usize {
    part.bytes().next().map_or(0, usize::from)
}
