//! Tests of whole frames against two decoders.

mod api;
mod decoders;
mod frames;
mod huge;
mod random_image;
