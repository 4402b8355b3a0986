//! Documentation of a project and of the standard library, as pages.
//!
//! [`book`] reads what is declared, with its comments, out of the syntax trees; nothing is evaluated. [`html`] and [`markdown`] write the
//! same book in two forms: a folder of pages that needs no server and nothing from elsewhere, or files that a code host shows.

mod book;
mod custom;
mod html;
mod markdown;

pub use book::Book;

/// A form of documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Html,
    Markdown,
}

/// The pages: relative paths and texts.
pub fn pages(book: &Book, form: Form) -> Vec<(String, String)> {
    match form {
        Form::Html => html::pages(book),
        Form::Markdown => markdown::pages(book),
    }
}
