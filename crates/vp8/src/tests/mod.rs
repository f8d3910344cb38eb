//! Tests of whole frames against two decoders.

mod api;
mod decoders;
mod frames;
mod huge;
mod instruction_sets;
mod random_image;
