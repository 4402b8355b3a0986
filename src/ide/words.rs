//! The tokens around an offset: what is being written there.

use crate::syntax::token::{self, Kind, Token};

/// Where an offset stands among the tokens of a text.
#[derive(Debug)]
pub struct Cursor {
    pub tokens: Vec<Token>,
    /// The token that holds the offset or ends there: the word that is being written, or a string.
    pub under: Option<usize>,
    /// The token before that, or before the offset, that is no blank and no comment.
    pub before: Option<usize>,
    /// Whether a newline stands between that and the offset.
    pub new_line: bool,
}

impl Cursor {
    pub fn new(text: &str, offset: usize) -> Cursor {
        let tokens = token::tokens(text);
        let at = offset as u32;
        // Of two tokens that meet at the offset the left one is being written, unless only the right one is a word.
        let holds = |token: &Token| token.start < at && at <= token.end;
        let mut under = tokens.iter().position(holds).filter(|&i| tokens[i].kind.is_word() || is_string(tokens[i].kind));
        if under.is_none() {
            under = tokens.iter().position(|t| t.start == at && t.kind.is_word());
        }
        // Behind its closing quote a string is written, and behind `${` an expression begins.
        under = under.filter(|&i| !is_string(tokens[i].kind) || is_open(tokens[i].kind) || at < tokens[i].end);
        let end = under.map_or(at, |i| tokens[i].start);
        let before = tokens.iter().rposition(|t| t.end <= end && !t.kind.is_trivia() && t.start < t.end);
        let from = before.map_or(0, |i| i + 1);
        let new_line = tokens[from..].iter().take_while(|t| t.end <= end).any(|t| t.kind == Kind::Newline);
        Cursor { tokens, under, before, new_line }
    }

    pub fn kind_before(&self) -> Option<Kind> {
        self.before.map(|i| self.tokens[i].kind)
    }

    /// The token behind the word that is being written, on the same line; none where there is no such word.
    pub fn kind_behind(&self) -> Option<Kind> {
        let next = self.tokens[self.under? + 1..].iter().find(|token| token.kind != Kind::Blank)?;
        Some(next.kind)
    }

    pub fn is_in_string(&self) -> bool {
        self.under.is_some_and(|i| is_string(self.tokens[i].kind))
    }

    /// The words before the offset in its own entry, outermost block's head first: `extend`, `app` before the label of an `extend`.
    pub fn entry_words<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut out = Vec::new();
        let mut at = self.before;
        let mut line_breaks = self.new_line;
        while let Some(i) = at.filter(|_| !line_breaks) {
            let token = self.tokens[i];
            if !(token.kind.is_word() || token.kind == Kind::Dot || token.kind == Kind::String) {
                break;
            }
            out.push(&text[token.start as usize..token.end as usize]);
            let previous = self.tokens[..i].iter().rposition(|t| !t.kind.is_trivia());
            line_breaks = self.tokens[previous.map_or(0, |p| p + 1)..i].iter().any(|t| t.kind == Kind::Newline);
            at = previous;
        }
        out.reverse();
        out
    }

    /// The first two words of the other entries in the block around the offset.
    pub fn siblings<'t>(&self, text: &'t str) -> Vec<(&'t str, Option<&'t str>)> {
        let at = self.under.or(self.before.map(|i| i + 1)).unwrap_or(0);
        let open = self.opening(at);
        let mut out = Vec::new();
        let (mut depth, mut starts, mut i) = (0i32, true, open.map_or(0, |i| i + 1));
        while let Some(token) = self.tokens.get(i) {
            match token.kind {
                Kind::LBrace | Kind::LParen | Kind::LBracket => depth += 1,
                Kind::RBrace | Kind::RParen | Kind::RBracket if depth == 0 => break,
                Kind::RBrace | Kind::RParen | Kind::RBracket => depth -= 1,
                Kind::Newline | Kind::Comma if depth == 0 => starts = true,
                kind if kind.is_trivia() => {}
                _ if !starts || depth > 0 => {}
                kind if kind.is_word() || kind == Kind::String => {
                    if Some(i) != self.under && !self.is_label_under(i) {
                        out.push((unquoted(&text[token.start as usize..token.end as usize]), self.second(text, i)));
                    }
                    starts = false;
                }
                _ => starts = false,
            }
            i += 1;
        }
        out
    }

    /// What would close the brackets and strings that the offset's line opens before it and does not close behind it.
    pub fn closers(&self, text: &str, offset: usize) -> String {
        let line = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[offset..].find('\n').map_or(text.len(), |newline| offset + newline);
        let mut open: Vec<&str> = Vec::new();
        for token in self.tokens.iter().filter(|token| line <= token.start as usize && (token.end as usize) <= end) {
            let is_before = (token.end as usize) <= offset;
            match token.kind {
                Kind::LBrace if is_before => open.push("}"),
                Kind::LParen if is_before => open.push(")"),
                Kind::LBracket if is_before => open.push("]"),
                Kind::StringOpen if is_before => open.push("}\""),
                Kind::RBrace | Kind::RParen | Kind::RBracket | Kind::StringClose => drop(open.pop()),
                _ => {}
            }
        }
        open.into_iter().rev().collect()
    }

    /// The innermost bracket, or `${`, that is open at an offset.
    pub fn enclosing(&self, offset: usize) -> Option<usize> {
        self.opening(self.tokens.partition_point(|token| (token.end as usize) <= offset && (token.start as usize) < offset))
    }

    /// The words right before a bracket: `f`, `policies.f`.
    pub fn callee(&self, text: &str, bracket: usize) -> Option<String> {
        let last = self.tokens[..bracket].last().filter(|token| token.kind == Kind::Word)?;
        let name = &text[last.start as usize..last.end as usize];
        let before = &self.tokens[..bracket - 1];
        Some(match before {
            [.., module, dot] if dot.kind == Kind::Dot && module.kind == Kind::Word => {
                format!("{}.{name}", &text[module.start as usize..module.end as usize])
            }
            _ => name.to_string(),
        })
    }

    /// Which argument of a call an offset stands in, and its name where one is written.
    pub fn argument<'t>(&self, text: &'t str, bracket: usize, offset: usize) -> (usize, Option<&'t str>) {
        let (mut depth, mut position, mut first) = (0, 0, bracket + 1);
        for (i, token) in self.tokens.iter().enumerate().skip(bracket + 1) {
            if token.end as usize > offset {
                break;
            }
            match token.kind {
                Kind::LBrace | Kind::LParen | Kind::LBracket => depth += 1,
                Kind::RBrace | Kind::RParen | Kind::RBracket => depth -= 1,
                Kind::Comma if depth == 0 => (position, first) = (position + 1, i + 1),
                _ => {}
            }
        }
        let mut own = self.tokens[first..].iter().filter(|token| !token.kind.is_trivia());
        let named = match (own.next(), own.next()) {
            (Some(name), Some(eq)) if name.kind == Kind::Word && eq.kind == Kind::Eq && eq.end as usize <= offset => {
                Some(&text[name.start as usize..name.end as usize])
            }
            _ => None,
        };
        (position, named)
    }

    /// Whether the word behind the first one of an entry is being written.
    fn is_label_under(&self, first: usize) -> bool {
        let next = self.tokens[first + 1..].iter().position(|token| token.kind != Kind::Blank);
        self.under.is_some() && next.map(|next| first + 1 + next) == self.under
    }

    fn second<'t>(&self, text: &'t str, first: usize) -> Option<&'t str> {
        let next = self.tokens[first + 1..].iter().find(|t| t.kind != Kind::Blank)?;
        (next.kind.is_word() || next.kind == Kind::String).then(|| unquoted(&text[next.start as usize..next.end as usize]))
    }

    /// The innermost bracket that is open before a token.
    fn opening(&self, at: usize) -> Option<usize> {
        let mut depth = 0;
        for i in (0..at.min(self.tokens.len())).rev() {
            match self.tokens[i].kind {
                Kind::RBrace | Kind::RParen | Kind::RBracket => depth += 1,
                Kind::LBrace | Kind::LParen | Kind::LBracket if depth == 0 => return Some(i),
                Kind::LBrace | Kind::LParen | Kind::LBracket => depth -= 1,
                _ => {}
            }
        }
        None
    }
}

/// Whether an offset stands in a comment.
pub fn is_quiet(text: &str, offset: usize) -> bool {
    let at = offset as u32;
    let holds = |token: &Token| token.start < at && at <= token.end && matches!(token.kind, Kind::Comment | Kind::Doc | Kind::Hash);
    token::tokens(text).iter().any(holds)
}

pub fn is_string(kind: Kind) -> bool {
    use Kind::*;
    matches!(kind, String | StringOpen | StringMiddle | StringClose | Text | TextOpen | TextMiddle | TextClose | Raw | BadString | BadText)
}

/// Whether the string has no end.
fn is_open(kind: Kind) -> bool {
    matches!(kind, Kind::BadString | Kind::BadText)
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}
