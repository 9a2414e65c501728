use super::*;
use crate::types::{Action, ErrorKind, TransportError};

fn progress(paginate: Paginate) -> Progress {
    Progress::new(paginate, None)
}

fn chunk(pages: u32, items: u64, end: ListEnd) -> Option<ListReport> {
    Some(ListReport {
        style: Some(PagingStyle::StartAt),
        pages,
        items,
        end,
    })
}

fn truncated(reason: TruncationReason, cursor: &str) -> ListEnd {
    ListEnd::Truncated(Truncation {
        reason,
        message: "as the component says".to_owned(),
        cursor: Some(cursor.to_owned()),
    })
}

fn cut(cursor: &str) -> ListEnd {
    truncated(TruncationReason::MaxPages, cursor)
}

/// Why the list is over; it has a cursor to go on from.
#[track_caller]
fn why_over(progress: &Progress) -> TruncationReason {
    assert_eq!(progress.share(4), None);
    match progress.report().unwrap().end {
        ListEnd::Truncated(truncation) => {
            assert!(truncation.cursor.is_some(), "{truncation:?}");
            truncation.reason
        }
        end => panic!("{end:?}"),
    }
}

fn failure() -> Error {
    Error {
        kind: ErrorKind::Transport(TransportError::TimedOut),
        action: Action::Retry,
        message: "no answer within 30 s".to_owned(),
        attempts: 1,
        waited_ms: 0,
        may_have_been_done: false,
        refresh: None,
        trace_id: None,
        traits: None,
    }
}

#[test]
fn a_chunk_goes_on_where_the_one_before_was_cut() {
    let mut progress = progress(Paginate {
        page_size: Some(50),
        max_items: Some(300),
        max_pages: Some(6),
        ..Paginate::default()
    });
    let first = progress.share(4).unwrap();
    assert_eq!((first.max_items, first.max_pages), (Some(300), Some(4)));
    progress.take(chunk(4, 200, cut("here")));
    let second = progress.share(4).unwrap();
    assert_eq!((second.max_items, second.max_pages), (Some(100), Some(2)));
    assert_eq!(second.cursor.as_deref(), Some("here"));
    assert_eq!(second.page_size, Some(50));
    progress.take(chunk(1, 20, ListEnd::Complete));
    assert_eq!(progress.report(), chunk(5, 220, ListEnd::Complete));
    assert_eq!(progress.share(4), None);
}

#[test]
fn what_was_asked_for_counts_over_all_chunks() {
    let mut items = progress(Paginate {
        max_items: Some(200),
        ..Paginate::default()
    });
    items.take(chunk(4, 200, cut("here")));
    assert_eq!(why_over(&items), TruncationReason::MaxItems);

    let mut shared = progress(Paginate {
        max_items: Some(220),
        ..Paginate::default()
    });
    shared.take(chunk(4, 200, cut("here")));
    shared.take(chunk(1, 20, truncated(TruncationReason::MaxItems, "there")));
    let ListEnd::Truncated(truncation) = shared.report().unwrap().end else {
        panic!("{:?}", shared.report());
    };
    assert_eq!(
        truncation.message,
        "max-items, 220, is reached; the cursor goes on"
    );

    let mut pages = progress(Paginate {
        max_pages: Some(4),
        ..Paginate::default()
    });
    pages.take(chunk(4, 200, cut("here")));
    assert_eq!(why_over(&pages), TruncationReason::MaxPages);
}

#[test]
fn a_list_without_end_ends_after_ten_thousand_pages() {
    let mut progress = progress(Paginate::default());
    let mut pages = 0;
    while let Some(share) = progress.share(16) {
        pages += share.max_pages.unwrap();
        progress.take(chunk(share.max_pages.unwrap(), 1, cut(&pages.to_string())));
    }
    assert_eq!(pages, 10_000);
    assert_eq!(why_over(&progress), TruncationReason::MaxPages);
}

#[test]
fn a_chunk_that_is_full_ends_no_list_unless_nothing_fits_in_it() {
    let mut progress = progress(Paginate::default());
    progress.take(chunk(1, 10, truncated(TruncationReason::MaxBytes, "a")));
    assert!(progress.share(4).is_some());
    progress.take(chunk(1, 0, truncated(TruncationReason::MaxBytes, "b")));
    assert_eq!(why_over(&progress), TruncationReason::MaxBytes);
}

#[test]
fn a_list_that_bends_back_or_stays_empty_ends() {
    let mut circle = progress(Paginate::default());
    for cursor in ["a", "b", "a"] {
        assert!(circle.share(1).is_some());
        circle.take(chunk(1, 10, cut(cursor)));
    }
    assert_eq!(why_over(&circle), TruncationReason::NoProgress);

    let mut desert = progress(Paginate::default());
    let mut pages = 0;
    while desert.share(4).is_some() {
        pages += 4;
        desert.take(chunk(4, 0, cut(&pages.to_string())));
    }
    assert_eq!(pages, 24);
    assert_eq!(why_over(&desert), TruncationReason::NoProgress);
}

#[test]
fn an_error_is_the_callers_only_before_the_first_chunk() {
    let mut progress = progress(Paginate::default());
    assert_eq!(progress.fail(failure()), Some(failure()));
    assert!(progress.share(4).is_some() && progress.report().is_none());

    progress.take(chunk(4, 200, cut("here")));
    assert_eq!(progress.fail(failure()), None);
    let end = ListEnd::Truncated(Truncation {
        reason: TruncationReason::FailedPage(failure()),
        message: "after 4 pages: no answer within 30 s; the cursor goes on from there".to_owned(),
        cursor: Some("here".to_owned()),
    });
    assert_eq!(progress.report(), chunk(4, 200, end));
}

#[test]
fn the_time_is_for_all_chunks_together() {
    let second = Duration::from_secs(1);
    let mut progress = Progress::new(Paginate::default(), Some(3 * second));
    progress.spend(second);
    progress.take(chunk(4, 200, cut("a")));
    assert_eq!(progress.time_of_call(), Some(2 * second));
    progress.spend(2 * second);
    assert_eq!(progress.fail(failure()), None);
    assert_eq!(why_over(&progress), TruncationReason::Time);
}

#[test]
fn a_list_may_have_more_time_than_a_call() {
    let an_hour = Duration::from_secs(3_600);
    let mut progress = Progress::new(Paginate::default(), Some(an_hour));
    assert_eq!(progress.time_of_call(), Some(LONGEST));
    progress.spend(LONGEST);
    progress.take(chunk(4, 200, truncated(TruncationReason::Time, "here")));
    let next = progress.share(4).unwrap();
    assert_eq!(next.cursor.as_deref(), Some("here"));
    progress.spend(an_hour - LONGEST);
    progress.take(chunk(4, 200, truncated(TruncationReason::Time, "there")));
    assert_eq!(why_over(&progress), TruncationReason::Time);
}

#[test]
fn where_no_time_is_given_a_chunk_that_takes_long_ends_no_list() {
    let mut progress = progress(Paginate::default());
    progress.take(chunk(1, 10, truncated(TruncationReason::Time, "a")));
    assert_eq!(progress.time_of_call(), None);
    assert!(progress.share(4).is_some());
    progress.take(chunk(0, 0, truncated(TruncationReason::Time, "a")));
    assert_eq!(why_over(&progress), TruncationReason::Time);
}

#[test]
fn what_is_no_list_is_one_chunk() {
    for report in [None, chunk(1, 0, ListEnd::NotAList)] {
        let mut progress = progress(Paginate::default());
        progress.take(report);
        assert_eq!(progress.report().unwrap().end, ListEnd::NotAList);
        assert_eq!(progress.share(4), None);
    }
}
