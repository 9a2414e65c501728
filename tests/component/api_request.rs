mod answers;
mod failures;
mod redirects;
mod refusals;
mod sending;
mod setup;
mod traits;
mod transport;
