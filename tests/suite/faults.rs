//! Every operation that the kinds declare against every way in which AWS, or what is in between, may fail: what is asked
//! comes from the catalog, so that a new kind is in it by itself. `ways` holds how an operation fails.

mod binary;
mod commands;
mod deeds;
mod planned;
mod read_only;
mod readings;
mod ways;
mod writes;
