//! Lossless tokens: every byte of a text belongs to exactly one.
//!
//! logos finds the tokens; a string is scanned by hand, since it may hold expressions: `"a ${b} c"` is an opening piece, the tokens of
//! `b`, and a closing piece, and a stack remembers which strings stand open. A one-line string that its line does not close ends with
//! the line, as [`Kind::BadString`], or, inside an interpolation, with one empty [`Kind::Broken`] for each string that was left open. A
//! text block may be closed by another one's opening quotes; so when one is still open at the end of the file, the text is read again
//! with text blocks ending at the first line that starts at column 0 like an entry.

use logos::Logos;

#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Kind {
    #[regex(r"[ \t\r]+")]
    #[token("\u{feff}")]
    Blank,
    #[token("\n")]
    Newline,
    #[regex(r"//[^\n]*", allow_greedy = true, priority = 4)]
    Comment,
    /// `/// …`, but not `//// …`.
    #[regex(r"///([^/\n][^\n]*)?", allow_greedy = true, priority = 20)]
    Doc,

    #[regex(r"[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*")]
    Word,
    #[regex(r"[0-9]+(\.[0-9]+)?(%|[A-Za-z][A-Za-z0-9]*)?")]
    Number,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("null")]
    Null,
    #[token("if")]
    If,
    #[token("then")]
    Then,
    #[token("else")]
    Else,
    #[token("for")]
    For,
    #[token("in")]
    In,
    #[token("and")]
    And,
    #[token("or")]
    Or,
    #[token("not")]
    Not,
    #[token("let")]
    Let,

    /// `"…"` without interpolation.
    #[token("\"")]
    String,
    /// `"…${`
    StringOpen,
    /// `}…${`
    StringMiddle,
    /// `}…"`
    StringClose,
    /// `"""…"""` without interpolation.
    #[token("\"\"\"")]
    Text,
    TextOpen,
    TextMiddle,
    TextClose,
    /// `r"…"`
    #[token("r\"")]
    #[token("r\"\"\"")]
    Raw,

    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token("=")]
    Eq,
    #[token("+=")]
    PlusEq,
    #[token("=>")]
    FatArrow,
    #[token("->")]
    Arrow,
    #[token(".")]
    Dot,
    #[token("?.")]
    OptDot,
    #[token("..")]
    DotDot,
    #[token("...")]
    Ellipsis,
    #[token("?")]
    Question,
    #[token("??")]
    Coalesce,
    #[token("|")]
    Pipe,
    #[token("==")]
    EqEq,
    #[token("!=")]
    NotEq,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEq,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEq,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,

    // What is not of the language, known so that it can be named.
    #[token("&&")]
    AmpAmp,
    #[token("||")]
    PipePipe,
    #[token("!")]
    Bang,
    #[token(";")]
    Semicolon,
    /// `# …` to the end of the line.
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Hash,
    /// `'…'` on one line, or a lone `'`.
    #[regex(r"'[^'\n]*'")]
    #[token("'")]
    SingleQuote,
    /// A `"…` that its line does not close.
    BadString,
    /// A `"""…` that nothing closes.
    BadText,
    /// `r"…` or `r"""…` that nothing closes.
    BadRaw,
    /// Empty: a string ends here although its interpolation is open.
    Broken,
    /// Any other text.
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

/// All tokens of a text, blanks and comments included.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(text, false);
    let mut out = Vec::with_capacity(text.len() / 4);
    out.extend(&mut lexer);
    if lexer.text_left_open {
        out.clear();
        out.extend(Lexer::new(text, true));
    }
    out
}

/// Gives each token to `each`, in order.
pub fn scan(text: &str, each: impl FnMut(Token)) {
    // Only a text block that is left open asks for a second look at the text.
    if memchr::memmem::find(text.as_bytes(), b"\"\"\"").is_none() {
        return Lexer::new(text, false).for_each(each);
    }
    tokens(text).into_iter().for_each(each);
}

impl Kind {
    pub fn is_trivia(self) -> bool {
        matches!(self, Kind::Blank | Kind::Newline | Kind::Comment | Kind::Doc)
    }

    /// Reserved words can be neither a bare key nor a name.
    pub fn is_reserved(self) -> bool {
        use Kind::*;
        matches!(self, True | False | Null | If | Then | Else | For | In | And | Or | Not | Let)
    }

    pub fn is_word(self) -> bool {
        self == Kind::Word || self.is_reserved()
    }

    /// Whether the token cannot be part of any program.
    pub fn is_bad(self) -> bool {
        use Kind::*;
        matches!(self, AmpAmp | PipePipe | Bang | Semicolon | Hash | SingleQuote | BadString | BadText | BadRaw | Broken | Unknown)
    }

    /// Whether a string, or the first piece of one, starts here.
    pub fn starts_string(self) -> bool {
        matches!(self, Kind::String | Kind::StringOpen | Kind::Text | Kind::TextOpen | Kind::Raw)
    }

    /// Whether an interpolation starts behind this token.
    pub fn opens_interpolation(self) -> bool {
        matches!(self, Kind::StringOpen | Kind::StringMiddle | Kind::TextOpen | Kind::TextMiddle)
    }

    /// Whether an interpolation ends before this token's text.
    pub fn closes_interpolation(self) -> bool {
        matches!(self, Kind::StringMiddle | Kind::StringClose | Kind::TextMiddle | Kind::TextClose)
    }
}

/// A string whose interpolation is being read.
struct Open {
    block: bool,
    /// Braces open inside the interpolation.
    braces: u32,
}

/// How a scan of a string's text ended.
enum End {
    Quote,
    Interpolation,
    Nothing,
}

struct Lexer<'t> {
    inner: logos::Lexer<'t, Kind>,
    text: &'t str,
    open: Vec<Open>,
    /// Whether text blocks end at a line that starts at column 0 like an entry.
    cautious: bool,
    /// Whether the end of the text was met in a text block.
    text_left_open: bool,
    /// `Broken` tokens still to give before `pending`.
    broken: usize,
    pending: Option<Token>,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    #[inline]
    fn next(&mut self) -> Option<Token> {
        if self.open.is_empty() && self.pending.is_none() && self.broken == 0 {
            return self.outside();
        }
        self.inside()
    }
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str, cautious: bool) -> Lexer<'t> {
        Lexer { inner: Kind::lexer(text), text, open: Vec::new(), cautious, text_left_open: false, broken: 0, pending: None }
    }

    /// The next token where no interpolation is open.
    #[inline]
    fn outside(&mut self) -> Option<Token> {
        let kind = self.inner.next()?;
        let start = self.inner.span().start as u32;
        let kind = match kind.unwrap_or(Kind::Unknown) {
            Kind::String => self.string(false, Kind::String),
            Kind::Text => self.string(true, Kind::Text),
            Kind::Raw => self.raw(),
            Kind::Unknown => self.unknown(),
            kind => kind,
        };
        Some(Token { kind, start, end: self.inner.span().end as u32 })
    }

    /// The next token where an interpolation is open.
    fn inside(&mut self) -> Option<Token> {
        if self.broken > 0 {
            self.broken -= 1;
            let at = self.pending.map_or(self.text.len() as u32, |token| token.start);
            return Some(Token { kind: Kind::Broken, start: at, end: at });
        }
        if let Some(token) = self.pending.take() {
            return Some(token);
        }
        let Some(mut token) = self.outside() else {
            self.text_left_open |= self.open.iter().any(|open| open.block);
            self.broken = self.open.len();
            self.open.clear();
            return if self.broken > 0 { self.inside() } else { None };
        };
        match token.kind {
            Kind::Newline => return self.newline(token),
            Kind::LBrace => self.innermost().braces += 1,
            Kind::RBrace if self.innermost().braces > 0 => self.innermost().braces -= 1,
            Kind::RBrace => {
                let block = self.open.pop().is_some_and(|open| open.block);
                token.kind = self.string(block, if block { Kind::TextClose } else { Kind::StringClose });
                token.end = self.inner.span().end as u32;
            }
            _ => {}
        }
        Some(token)
    }

    /// A newline inside an interpolation: it ends every one-line string and all strings in those.
    fn newline(&mut self, token: Token) -> Option<Token> {
        let all = self.cautious && starts_entry(&self.text[token.end as usize..]);
        let first = if all { Some(0) } else { self.open.iter().position(|open| !open.block) };
        let Some(first) = first else { return Some(token) };
        self.broken = self.open.len() - first;
        self.open.truncate(first);
        self.pending = Some(token);
        self.inside()
    }

    fn innermost(&mut self) -> &mut Open {
        self.open.last_mut().expect("called only while an interpolation is open")
    }

    /// Reads a string's text up to its end or the next interpolation; `closed` is the kind to give where it ends well.
    fn string(&mut self, block: bool, closed: Kind) -> Kind {
        let (len, end) = if block { scan_text(self.inner.remainder(), self.cautious) } else { scan_line(self.inner.remainder()) };
        self.inner.bump(len);
        match end {
            End::Quote => closed,
            End::Interpolation => {
                self.open.push(Open { block, braces: 0 });
                match closed {
                    Kind::String => Kind::StringOpen,
                    Kind::Text => Kind::TextOpen,
                    Kind::TextClose => Kind::TextMiddle,
                    _ => Kind::StringMiddle,
                }
            }
            End::Nothing if block => {
                self.text_left_open |= self.inner.remainder().is_empty();
                Kind::BadText
            }
            End::Nothing => Kind::BadString,
        }
    }

    fn raw(&mut self) -> Kind {
        let block = self.inner.slice().len() == 4;
        let rest = self.inner.remainder();
        let end = if block { memchr::memmem::find(rest.as_bytes(), b"\"\"\"") } else { raw_line_end(rest) };
        match end {
            Some(at) => {
                self.inner.bump(at + if block { 3 } else { 1 });
                Kind::Raw
            }
            None => {
                self.inner.bump(line_end(rest));
                Kind::BadRaw
            }
        }
    }

    /// Takes all text up to the next ASCII character into one token.
    fn unknown(&mut self) -> Kind {
        let more = self.inner.remainder().bytes().take_while(|byte| !byte.is_ascii()).count();
        self.inner.bump(more);
        Kind::Unknown
    }
}

fn line_end(rest: &str) -> usize {
    memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())
}

fn raw_line_end(rest: &str) -> Option<usize> {
    memchr::memchr2(b'"', b'\n', rest.as_bytes()).filter(|&at| rest.as_bytes()[at] == b'"')
}

/// Length of a one-line string's text behind its opening, with the quote or the `${` that ends it.
fn scan_line(rest: &str) -> (usize, End) {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return (at + 1, End::Quote),
            b'\\' if bytes.get(at + 1).is_some_and(u8::is_ascii) && bytes[at + 1] != b'\n' => at += 2,
            b'$' if bytes.get(at + 1) == Some(&b'{') => return (at + 2, End::Interpolation),
            b'\n' => break,
            _ => at += 1,
        }
    }
    (at, End::Nothing)
}

/// The same for a text block.
fn scan_text(rest: &str, cautious: bool) -> (usize, End) {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' if bytes[at..].starts_with(b"\"\"\"") => return (at + 3, End::Quote),
            b'\\' if bytes.get(at + 1).is_some_and(u8::is_ascii) => at += 2,
            b'$' if bytes.get(at + 1) == Some(&b'{') => return (at + 2, End::Interpolation),
            b'\n' if cautious && starts_entry(&rest[at + 1..]) => return (at, End::Nothing),
            _ => at += 1,
        }
    }
    (at, End::Nothing)
}

/// Whether a line starts at column 0 as a declaration does: a word, perhaps a label, then `{`, `=` or `:`.
fn starts_entry(line: &str) -> bool {
    let line = line.lines().next().unwrap_or("");
    if !line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return false;
    }
    let head = line.split(['{', '=', ':']).next().unwrap_or("");
    let words = head.split_ascii_whitespace().count();
    head.len() < line.len() && words <= 3 && head.chars().all(|c| c.is_alphanumeric() || "_-. \t\"/$".contains(c))
}
