//! Regular expressions, compiled once for each distinct pattern.
//!
//! Refinements and `matches()` use a few patterns over and over, from several threads: each thread keeps its own most recent ones, so that
//! nobody waits. Size limits bound what one pattern may cost; matching is linear in the text, whatever the pattern.

mod go;

use ecow::EcoString;
use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::Arc;

/// A regular expression, shared; or why a pattern is none.
pub type Compiled = Result<Arc<Regex>, String>;
/// The same, or `None` where it is too large to be used.
pub type CompiledGo = Result<Option<Arc<Regex>>, String>;

/// A thread's patterns.
type Store<T> = RefCell<FxHashMap<EcoString, T>>;

/// The regular expression of a pattern, or why it is none: the end of a sentence.
pub fn compiled(pattern: &str) -> Compiled {
    thread_local! {
        static KNOWN: Store<Compiled> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| remembered(known, pattern, compile))
}

/// The same for a pattern that the API server compiles with Go's library; `None` where it is right, but too large to be used here.
pub fn compiled_go(pattern: &str) -> CompiledGo {
    thread_local! {
        static KNOWN: Store<CompiledGo> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| remembered(known, pattern, compile_go))
}

fn remembered<T: Clone>(known: &mut FxHashMap<EcoString, T>, pattern: &str, make: impl FnOnce(&str) -> T) -> T {
    if let Some(regex) = known.get(pattern) {
        return regex.clone();
    }
    if known.len() >= MOST_KEPT {
        known.clear();
    }
    let regex = make(pattern);
    known.insert(pattern.into(), regex.clone());
    regex
}

const MOST_KEPT: usize = 256;
const LONGEST_PATTERN: usize = 4096;
const COMPILED_SIZE: usize = 1 << 20;

fn compile(pattern: &str) -> Compiled {
    if pattern.len() > LONGEST_PATTERN {
        return Err(format!("it is longer than {LONGEST_PATTERN} bytes"));
    }
    // Shared as it is: a copy of an expression has no memory of its own to match with yet.
    built(pattern).map(Arc::new).map_err(explained)
}

fn compile_go(pattern: &str) -> CompiledGo {
    match built(&go::translated(pattern)?) {
        Ok(regex) => Ok(Some(Arc::new(regex))),
        Err(error @ regex::Error::Syntax(_)) => Err(explained(error)),
        Err(_) => Ok(None),
    }
}

fn built(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(COMPILED_SIZE).nest_limit(50).build()
}

fn explained(error: regex::Error) -> String {
    match error {
        // The library draws the pattern above its last line, which alone says what is wrong.
        regex::Error::Syntax(drawing) => {
            let last = drawing.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
        regex::Error::CompiledTooBig(_) => "its repetitions make it too large".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compiled_or_explained() {
        assert!(compiled("^[a-z]+$").is_ok_and(|r| r.is_match("abc") && !r.is_match("ABC")));
        assert_eq!(compiled("a(b").map(|_| ()), Err("unclosed group".into()));
        assert_eq!(compiled(r"(?=x)").map(|_| ()), Err("look-around, including look-ahead and look-behind, is not supported".into()));
        assert_eq!(compiled("((a{1000}){1000}){1000}").map(|_| ()), Err("its repetitions make it too large".into()));
        assert_eq!(compiled(&"a".repeat(5000)).map(|_| ()), Err("it is longer than 4096 bytes".into()));
    }

    #[test]
    fn many_patterns_do_not_grow_the_store_without_end() {
        for i in 0..2 * MOST_KEPT {
            assert!(compiled(&format!("a{{{i}}}")).is_ok());
        }
        assert!(compiled("a{1}").is_ok_and(|r| r.is_match("a")));
    }
}
