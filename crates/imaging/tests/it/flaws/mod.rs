//! Files with flaws that other readers accept, and the pixels that those show.

mod exif;
