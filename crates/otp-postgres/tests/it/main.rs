//! Tests of the PostgreSQL adapter: the storage contract, and what only this adapter can get wrong.

mod contract;
