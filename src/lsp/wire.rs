//! Messages on a stream: `Content-Length: n`, an empty line, and n bytes of JSON.
//!
//! A client may be wrong, or someone may type at it. What is not a message is answered with an error and skipped, up to the next header,
//! so that one bad message costs only itself; and no header can make the server take more memory than a message may have.

use lsp_server::{ErrorCode, Message, RequestId, Response};
use std::io::{self, BufRead, Read};

/// The largest message that is read.
pub const LARGEST: usize = 64 << 20;
/// A header line longer than this is none.
const LONGEST_HEADER: u64 = 4096;

/// What a stream gives next.
pub enum Read1 {
    Message(Message),
    /// What is wrong with what came instead.
    Bad(String),
    End,
}

/// The next message of a stream.
pub fn read(input: &mut impl BufRead) -> io::Result<Read1> {
    let Some(length) = header(input)? else { return Ok(Read1::End) };
    let length = match length {
        Ok(length) => length,
        Err(wrong) => return Ok(Read1::Bad(wrong)),
    };
    if length > LARGEST {
        io::copy(&mut input.take(length as u64), &mut io::sink())?;
        return Ok(Read1::Bad(format!("a message of {length} bytes is larger than {LARGEST}")));
    }
    let mut body = Vec::new();
    input.take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Ok(Read1::End);
    }
    Ok(match serde_json::from_slice::<Message>(&body) {
        Ok(message) => Read1::Message(message),
        Err(error) => Read1::Bad(format!("this is no message: {error}")),
    })
}

/// The length that a header tells; an error where there is none; nothing at the end of the stream.
fn header(input: &mut impl BufRead) -> io::Result<Option<Result<usize, String>>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.take(LONGEST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        match (text.is_empty(), length, text.split_once(':')) {
            (true, Some(length), _) => return Ok(Some(Ok(length))),
            (true, None, _) => {}
            (false, _, Some((name, value))) if name.eq_ignore_ascii_case("content-length") => match value.trim().parse() {
                Ok(value) => length = Some(value),
                Err(_) => return Ok(Some(Err(format!("`{}` is no length", value.trim())))),
            },
            (false, _, Some((name, _))) if name.eq_ignore_ascii_case("content-type") => {}
            (false, ..) => return Ok(Some(Err("a message begins with `Content-Length: n`".into()))),
        }
    }
}

/// The answer to what was no message.
pub fn parse_error(what: String) -> Message {
    let id: RequestId = 0.into();
    Message::Response(Response::new_err(id, ErrorCode::ParseError as i32, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut input = io::BufReader::new(bytes);
        let mut out = Vec::new();
        loop {
            match read(&mut input).expect("memory can be read") {
                Read1::Message(Message::Request(request)) => out.push(request.method),
                Read1::Message(_) => out.push("other".into()),
                Read1::Bad(_) => out.push("bad".into()),
                Read1::End => return out,
            }
        }
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_no_message_costs_only_itself() {
        let good = framed(r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#);
        assert_eq!(all(good.as_bytes()), ["a"]);
        assert_eq!(all(format!("{}{good}", framed("{not json")).as_bytes()), ["bad", "a"]);
        assert_eq!(all(format!("hello\n{good}").as_bytes()), ["bad", "a"]);
        assert_eq!(all(format!("Content-Length: x\r\n{good}").as_bytes()), ["bad", "a"]);
        assert_eq!(all(format!("Content-Length: 99999999999\r\n\r\n{good}").as_bytes()), ["bad"]);
        assert_eq!(all(b"Content-Length: 5\r\n\r\n{}"), Vec::<String>::new());
        assert_eq!(all(&[0xff, 0xfe, b'\n']), ["bad"]);
    }
}
