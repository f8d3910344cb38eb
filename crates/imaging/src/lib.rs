//! Pure pictures: bytes and a recipe in, rendered variants out.
