//! Tests of the PostgreSQL adapter: the storage contract, and what is specific to PostgreSQL.

mod batches;
mod connecting;
mod consents;
mod contract;
mod dropped;
mod expiry;
mod fresh;
mod histories;
mod insights;
mod locked;
mod outage;
mod pages;
mod schema;
mod statements;
mod tls;
mod verifications;
mod webhooks;
