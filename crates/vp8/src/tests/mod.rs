//! Tests of whole frames against two decoders.

mod decoders;
mod frames;
mod random_image;
