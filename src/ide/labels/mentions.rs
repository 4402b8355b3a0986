//! `$(NAME)` in a container's command, arguments and variables: the kubelet puts the value of the container's variable there.

use std::ops::Range;

/// The names that a text mentions, each with its place. `$$(NAME)` is none: it gives `$(NAME)`.
pub fn mentions(text: &str) -> Vec<(&str, Range<usize>)> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(found) = text[at..].find('$') {
        let after = at + found + 1;
        at = after;
        let rest = &text[after..];
        if rest.starts_with('$') {
            at += 1;
        } else if let Some(inner) = rest.strip_prefix('(')
            && let Some(length) = inner.find(|c: char| !is_part(c))
            && length > 0
            && inner[length..].starts_with(')')
        {
            let start = after + 1;
            out.push((&inner[..length], start..start + length));
            at = start + length;
        }
    }
    out
}

/// Whether the name of a variable may hold it.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn names_in_parentheses_are_mentioned() {
        let names = |text: &'static str| mentions(text).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names("--a=$(A) $(B_2)$(c.d)"), ["A", "B_2", "c.d"]);
        assert_eq!(names("$$(A) $$$(B) ${x} $(a b) $() $( $"), ["B"]);
        assert_eq!(mentions("ä$(A)"), [("A", 4..5)]);
    }
}
