//! The contract's types and the connector's, case for case. No arm is `_`: a
//! case that is added must be thought of.

pub mod sweep;

use super::{bindings::jira::connector::types as wit, secrets::to_wit_store_error};
use crate::jira::{
    api_error::ApiError,
    connection::Account,
    error::{Action, Error, Kind},
    exchange::ApiResponse,
    http::{Method, TransportError},
    instant::UnixMs,
    oauth::{
        AffectedConnection, Authorize, Callback, ChooseSite, Connected, ConnectionState,
        ConnectionStatus, OauthOutcome, OauthStep,
    },
    paging::{
        options::Paginate,
        report::{ListEnd, ListReport, PagingStyle, Reason, Truncation},
    },
    rate_limit::RateLimit,
    refresh::RefreshOutcome,
    request::{ApiRequest, RedirectMode, RequestOptions},
    retry::RetryOptions,
    safety::RetryClass,
    site::Site,
    traits::RequestTraits,
};

pub fn from_wit_request(request: wit::Request) -> ApiRequest {
    ApiRequest {
        connection: request.connection,
        url_path: request.url_path,
        method: from_wit_method(request.method),
        query_params: request.query_params,
        headers: request.headers,
        cookies: request.cookies,
        body: request.body,
        json_object: request.json_object,
        raw_json: request.raw_json,
        options: request.options.map(from_wit_options).unwrap_or_default(),
        paginate: request.paginate.map(from_wit_paginate),
    }
}

fn from_wit_paginate(paginate: wit::Paginate) -> Paginate {
    Paginate {
        page_size: paginate.page_size,
        max_items: paginate.max_items,
        max_pages: paginate.max_pages,
        max_bytes: paginate.max_bytes,
        in_flight: paginate.in_flight,
        cursor: paginate.cursor,
    }
}

fn from_wit_method(method: wit::Method) -> Method {
    match method {
        wit::Method::Get => Method::Get,
        wit::Method::Head => Method::Head,
        wit::Method::Post => Method::Post,
        wit::Method::Put => Method::Put,
        wit::Method::Patch => Method::Patch,
        wit::Method::Delete => Method::Delete,
        wit::Method::Options => Method::Options,
        wit::Method::Trace => Method::Trace,
        wit::Method::Purge => Method::Purge,
    }
}

fn from_wit_options(options: wit::RequestOptions) -> RequestOptions {
    RequestOptions {
        timeout_ms: options.timeout_ms,
        max_response_bytes: options.max_response_bytes,
        redirect: options.redirect.map(|mode| match mode {
            wit::RedirectMode::Follow => RedirectMode::Follow,
            wit::RedirectMode::Manual => RedirectMode::Manual,
        }),
        experimental: options.experimental,
        retry: options.retry.map(|retry| RetryOptions {
            at_most: retry.at_most,
            only_undone: retry.only_undone,
        }),
    }
}

pub fn from_wit_step(step: wit::OauthStep) -> OauthStep {
    match step {
        wit::OauthStep::Authorize(step) => OauthStep::Authorize(Authorize {
            connection: step.connection,
            display_name: step.display_name,
            description: step.description,
            include_service_management: step.include_service_management,
            extra_scopes: step.extra_scopes,
        }),
        wit::OauthStep::Callback(step) => OauthStep::Callback(Callback {
            connection: step.connection,
            state: step.state,
            redirect_url: step.redirect_url,
        }),
        wit::OauthStep::ChooseSite(step) => OauthStep::ChooseSite(ChooseSite {
            connection: step.connection,
            site: step.site,
        }),
        wit::OauthStep::Refresh(connection) => OauthStep::Refresh(connection),
        wit::OauthStep::Status(connection) => OauthStep::Status(connection),
        wit::OauthStep::Disconnect(connection) => OauthStep::Disconnect(connection),
    }
}

pub fn to_wit_response(response: ApiResponse) -> wit::Response {
    wit::Response {
        status: response.status,
        headers: response.headers.into_pairs(),
        body: response.body,
        list: response.list.map(to_wit_list),
        trace_id: response.trace_id,
        rate_limit: response.rate_limit.map(to_wit_rate_limit),
        attempts: response.attempts,
        waited_ms: response.waited_ms,
        probably_done: response.probably_done,
        refresh: response.refresh.map(to_wit_refresh),
    }
}

fn to_wit_refresh(outcome: RefreshOutcome) -> wit::RefreshOutcome {
    match outcome {
        RefreshOutcome::Fresh => wit::RefreshOutcome::Fresh,
        RefreshOutcome::Waited => wit::RefreshOutcome::Waited,
        RefreshOutcome::Rotated => wit::RefreshOutcome::Rotated,
        RefreshOutcome::Recovered => wit::RefreshOutcome::Recovered,
        RefreshOutcome::Reauthorize => wit::RefreshOutcome::Reauthorize,
        RefreshOutcome::Failed => wit::RefreshOutcome::Failed,
    }
}

fn to_wit_list(list: ListReport) -> wit::ListReport {
    wit::ListReport {
        style: list.style.map(to_wit_style),
        pages: list.pages,
        items: list.items,
        end: match list.end {
            ListEnd::Complete => wit::ListEnd::Complete,
            ListEnd::Truncated(truncation) => {
                wit::ListEnd::Truncated(to_wit_truncation(truncation))
            }
            ListEnd::NotAList => wit::ListEnd::NotAList,
        },
    }
}

fn to_wit_style(style: PagingStyle) -> wit::PagingStyle {
    match style {
        PagingStyle::StartAt => wit::PagingStyle::StartAt,
        PagingStyle::BareArray => wit::PagingStyle::BareArray,
        PagingStyle::NextPageToken => wit::PagingStyle::NextPageToken,
        PagingStyle::NextPageCursor => wit::PagingStyle::NextPageCursor,
        PagingStyle::StartingAfter => wit::PagingStyle::StartingAfter,
        PagingStyle::NextUrl => wit::PagingStyle::NextUrl,
        PagingStyle::Since => wit::PagingStyle::Since,
        PagingStyle::OffsetLimit => wit::PagingStyle::OffsetLimit,
        PagingStyle::StartLimit => wit::PagingStyle::StartLimit,
        PagingStyle::LinksNext => wit::PagingStyle::LinksNext,
        PagingStyle::OffsetSize => wit::PagingStyle::OffsetSize,
    }
}

fn to_wit_truncation(truncation: Truncation) -> wit::Truncation {
    wit::Truncation {
        reason: match truncation.reason {
            Reason::MaxItems => wit::TruncationReason::MaxItems,
            Reason::MaxPages => wit::TruncationReason::MaxPages,
            Reason::MaxBytes => wit::TruncationReason::MaxBytes,
            Reason::Time => wit::TruncationReason::Time,
            Reason::NoProgress => wit::TruncationReason::NoProgress,
            Reason::NotRepeatable => wit::TruncationReason::NotRepeatable,
            Reason::FailedPage(error) => wit::TruncationReason::FailedPage(to_wit_error(&error)),
        },
        message: truncation.message,
        cursor: truncation.cursor,
    }
}

fn to_wit_rate_limit(limit: RateLimit) -> wit::RateLimit {
    wit::RateLimit {
        retry_after_ms: limit.retry_after_ms,
        resets_at_unix_ms: to_wit_instant(limit.resets_at),
        limit: limit.limit,
        remaining: limit.remaining,
        near_limit: limit.near_limit,
        reason: limit.reason,
    }
}

fn to_wit_instant(instant: Option<UnixMs>) -> Option<u64> {
    instant.map(|UnixMs(ms)| ms)
}

pub fn to_wit_error(error: &Error) -> wit::Error {
    wit::Error {
        kind: to_wit_kind(error.kind()),
        action: match error.action() {
            Action::Reauthorize => wit::Action::Reauthorize,
            Action::FixConfiguration => wit::Action::FixConfiguration,
            Action::Retry => wit::Action::Retry,
            Action::FixRequest => wit::Action::FixRequest,
            Action::Report => wit::Action::Report,
        },
        message: error.to_string(),
        attempts: error.attempts(),
        waited_ms: error.waited_ms(),
        may_have_been_done: error.may_have_been_done(),
        refresh: error.refresh().map(to_wit_refresh),
        trace_id: error.trace_id().map(String::from),
        traits: error.traits().map(to_wit_traits),
    }
}

fn to_wit_traits(traits: RequestTraits) -> wit::RequestTraits {
    wit::RequestTraits {
        retry_class: match traits.retry_class {
            RetryClass::Safe => wit::RetryClass::Safe,
            RetryClass::Idempotent => wit::RetryClass::Idempotent,
            RetryClass::NotIdempotent => wit::RetryClass::NotIdempotent,
        },
        paging: traits.paging.map(to_wit_style),
    }
}

fn to_wit_kind(kind: &Kind) -> wit::ErrorKind {
    match kind {
        Kind::InvalidRequest(field) => wit::ErrorKind::InvalidRequest((*field).into()),
        Kind::ReauthorizationRequired(reason) => {
            wit::ErrorKind::ReauthorizationRequired((*reason).into())
        }
        Kind::Api(error) => wit::ErrorKind::Api(to_wit_api_error(error.clone())),
        Kind::RateLimited(limit) => wit::ErrorKind::RateLimited(to_wit_rate_limit(limit.clone())),
        Kind::Transport(error) => wit::ErrorKind::Transport(to_wit_transport_error(error.clone())),
        Kind::UnexpectedResponse(at) => wit::ErrorKind::UnexpectedResponse((*at).into()),
        Kind::LimitExceeded(name, value) => wit::ErrorKind::LimitExceeded(wit::Limit {
            name: (*name).into(),
            value: *value,
        }),
        Kind::SecretStore(error) => wit::ErrorKind::SecretStore(to_wit_store_error(error)),
        Kind::Configuration(what) => wit::ErrorKind::Configuration((*what).into()),
    }
}

fn to_wit_api_error(error: ApiError) -> wit::ApiError {
    wit::ApiError {
        status: error.status,
        headers: error.headers.into_pairs(),
        messages: error.messages,
        field_errors: error.field_errors,
        body: error.body,
        body_truncated: error.body_truncated,
    }
}

fn to_wit_transport_error(error: TransportError) -> wit::TransportError {
    match error {
        TransportError::Denied(why) => wit::TransportError::Denied(why),
        TransportError::NameUnresolved => wit::TransportError::NameUnresolved,
        TransportError::ConnectionFailed(why) => wit::TransportError::ConnectionFailed(why),
        TransportError::TlsFailed(why) => wit::TransportError::TlsFailed(why),
        TransportError::TimedOut => wit::TransportError::TimedOut,
        TransportError::Interrupted(why) => wit::TransportError::Interrupted(why),
        TransportError::ProtocolError(why) => wit::TransportError::ProtocolError(why),
    }
}

pub fn to_wit_outcome(outcome: OauthOutcome) -> wit::OauthOutcome {
    match outcome {
        OauthOutcome::Consent(consent) => wit::OauthOutcome::Consent(wit::Consent {
            url: consent.url,
            state: consent.state,
            expires_at_unix_ms: consent.expires_at.0,
        }),
        OauthOutcome::Connected(connected) => {
            let Connected {
                status,
                affected,
                refresh,
            } = *connected;
            wit::OauthOutcome::Connected(wit::Connected {
                status: to_wit_status(status),
                affected: affected.into_iter().map(to_wit_affected).collect(),
                refresh: refresh.map(to_wit_refresh),
            })
        }
        OauthOutcome::Sites(sites) => {
            wit::OauthOutcome::Sites(sites.into_iter().map(to_wit_site).collect())
        }
        OauthOutcome::Status(all) => {
            wit::OauthOutcome::Status(all.into_iter().map(to_wit_status).collect())
        }
        OauthOutcome::Disconnected(outcome) => wit::OauthOutcome::Disconnected(wit::Disconnected {
            existed: outcome.existed,
            revoke_url: outcome.revoke_url.into(),
        }),
    }
}

fn to_wit_site(site: Site) -> wit::Site {
    wit::Site {
        cloud_id: site.cloud_id,
        url: site.url,
        name: site.name,
        scopes: site.scopes.into_vec(),
    }
}

fn to_wit_account(account: Account) -> wit::Account {
    wit::Account {
        account_id: account.account_id,
        name: account.name,
        retrieved_at_unix_ms: account.retrieved_at.0,
    }
}

fn to_wit_affected(affected: AffectedConnection) -> wit::AffectedConnection {
    wit::AffectedConnection {
        connection: affected.connection,
        lost_scopes: affected.lost_scopes,
        lost_site: affected.lost_site,
        unchecked: affected.unchecked,
    }
}

fn to_wit_status(status: ConnectionStatus) -> wit::ConnectionStatus {
    wit::ConnectionStatus {
        connection: status.connection,
        display_name: status.display_name,
        description: status.description,
        service_management: status.service_management,
        state: match status.state {
            ConnectionState::Ready => wit::ConnectionState::Ready,
            ConnectionState::SiteNotChosen => wit::ConnectionState::SiteNotChosen,
            ConnectionState::ReauthorizationRequired => {
                wit::ConnectionState::ReauthorizationRequired
            }
            ConnectionState::Unreadable => wit::ConnectionState::Unreadable,
        },
        site: status.site.map(to_wit_site),
        account: status.account.map(to_wit_account),
        granted_scopes: status.granted_scopes,
        missing_scopes: status.missing_scopes,
        access_expires_at_unix_ms: to_wit_instant(status.access_expires_at),
        consented_at_unix_ms: to_wit_instant(status.consented_at),
        refreshed_at_unix_ms: to_wit_instant(status.refreshed_at),
        reauthorize_by_unix_ms: to_wit_instant(status.reauthorize_by),
        refreshes: wit::Refreshes {
            rotated: status.refreshes.rotated,
            recovered: status.refreshes.recovered,
            last: status.refreshes.last.map(|last| wit::LastRefresh {
                outcome: to_wit_refresh(last.outcome),
                at_unix_ms: last.at.0,
            }),
        },
    }
}
