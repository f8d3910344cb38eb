//! What the fuzz targets share.

/// Lets panics of dependencies pass, and keeps those of this project's code deadly.
///
/// `render` catches a decoder's panic and calls the picture corrupt, so it is an outcome and no
/// finding. libFuzzer's own hook would end the run before it could be caught.
pub fn tolerate_panics_of_dependencies() {
    let deadly = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let foreign = panic
            .location()
            .is_some_and(|location| is_foreign(location.file()));
        if !foreign {
            deadly(panic);
        }
    }));
}

/// Whether a source file belongs to a dependency or to the standard library.
fn is_foreign(file: &str) -> bool {
    file.contains("/registry/src/") || file.starts_with("/rustc/")
}
