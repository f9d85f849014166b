//! A browser without a face: keeps its cookie, follows no redirect.

use std::cell::RefCell;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// What a person reads: tags taken away, entities put back.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut in_tag = false;
        for c in self.body.chars() {
            match c {
                '<' => in_tag = true,
                '>' => {
                    in_tag = false;
                    text.push(' ');
                }
                c if !in_tag => text.push(c),
                _ => {}
            }
        }
        let text = text
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#38;", "&");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The pop-up alone, without the list behind it.
    pub fn dialog(&self) -> Answer {
        let start = self.body.find("<dialog").unwrap();
        self.part(&self.body[start..])
    }

    /// A part of the page.
    pub fn part(&self, body: &str) -> Answer {
        Answer {
            status: self.status,
            location: None,
            headers: Vec::new(),
            body: body.to_string(),
        }
    }

    /// The value of the first field of that name.
    pub fn field(&self, name: &str) -> String {
        let tag_start = self
            .body
            .find(&format!("name=\"{name}\""))
            .unwrap_or_else(|| panic!("no field {name}"));
        let start = self.body[..tag_start].rfind('<').unwrap();
        let tag = &self.body[start..start + self.body[start..].find('>').unwrap()];
        let value = tag.split("value=\"").nth(1).unwrap_or_default();
        value
            .split('"')
            .next()
            .unwrap()
            .replace("&#38;", "&")
            .replace("&#39;", "'")
    }

    /// The message at a field, if something is wrong with it.
    pub fn error_at(&self, field: &str) -> Option<String> {
        let start = self.body.find(&format!("id=\"{field}-error\""))?;
        let rest = &self.body[start..];
        let inner = &rest[rest.find('>')? + 1..rest.find("</")?];
        Some(inner.to_string())
    }
}

/// A browser.
pub struct Client {
    agent: Agent,
    pub base: String,
    pub cookie: RefCell<Option<String>>,
    /// Recovery codes that were made in this browser, sealed.
    pub codes: RefCell<Option<String>>,
}

impl Client {
    pub fn new(base: &str) -> Client {
        let agent = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Client {
            agent,
            base: base.to_string(),
            cookie: RefCell::new(None),
            codes: RefCell::new(None),
        }
    }

    /// Another window of the same browser.
    pub fn again(&self) -> Client {
        let other = Client::new(&self.base);
        other.cookie.replace(self.cookie.borrow().clone());
        other
    }

    pub fn get(&self, path: &str) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        for cookie in [&self.cookie, &self.codes] {
            if let Some(cookie) = &*cookie.borrow() {
                request = request.header("cookie", cookie);
            }
        }
        self.read(request.call().unwrap())
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.post_raw(path, body.as_bytes(), &[])
    }

    pub fn post_raw(&self, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        self.send("POST", path, body, headers)
    }

    /// A form with files: name, file name where it is one, content.
    pub fn upload(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, file, content) in parts {
            let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
            body.extend_from_slice(
                format!(
                    "--boundary\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
                )
                .as_bytes(),
            );
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--boundary--\r\n");
        let mut request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", "multipart/form-data; boundary=boundary");
        if let Some(cookie) = &*self.cookie.borrow() {
            request = request.header("cookie", cookie);
        }
        self.read(request.send(&body[..]).unwrap())
    }

    pub fn send(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for cookie in [&self.cookie, &self.codes] {
            if let Some(cookie) = &*cookie.borrow() {
                request = request.header("cookie", cookie);
            }
        }
        let request = request.body(body.to_vec()).unwrap();
        let agent_request = self
            .agent
            .configure_request(request)
            .allow_non_standard_methods(true)
            .build();
        self.read(self.agent.run(agent_request).unwrap())
    }

    /// As `post`, where the program may be gone.
    pub fn attempt(&self, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.attempt_raw(path, "application/x-www-form-urlencoded", &body)
    }

    /// Hands in a list, where the program may be gone.
    pub fn attempt_upload(&self, path: &str, list: &str) -> Option<Answer> {
        let body = format!(
            "--boundary\r\ncontent-disposition: form-data; name=\"list\"\r\n\r\n{list}\r\n--boundary--\r\n"
        );
        self.attempt_raw(path, "multipart/form-data; boundary=boundary", &body)
    }

    fn attempt_raw(&self, path: &str, kind: &str, body: &str) -> Option<Answer> {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", kind);
        if let Some(cookie) = &*self.cookie.borrow() {
            request = request.header("cookie", cookie);
        }
        request.send(body).ok().map(|response| self.read(response))
    }

    fn read(&self, mut response: Response<ureq::Body>) -> Answer {
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        for (name, value) in &headers {
            // The program writes no address into a URL; a search is what the person typed.
            let leads_with_address = name == "location"
                && (value.contains('@') || value.contains("%40"))
                && !value.contains("q=");
            assert!(!leads_with_address, "an address in {value}");
            // The session's cookie; the one that leads back after signing in is looked at by its own tests.
            let is_session = value
                .split('=')
                .next()
                .is_some_and(|name| name.ends_with("session"));
            if name == "set-cookie" && is_session {
                let pair = value.split(';').next().unwrap().to_string();
                let ends = value.contains("Max-Age=0");
                self.cookie.replace((!ends).then_some(pair));
            } else if name == "set-cookie" && value.contains("recovery-codes=") {
                let pair = value.split(';').next().unwrap().to_string();
                let ends = value.contains("Max-Age=0");
                self.codes.replace((!ends).then_some(pair));
            }
        }
        Answer {
            status: response.status().as_u16(),
            location: headers
                .iter()
                .find(|(name, _)| name == "location")
                .map(|(_, value)| value.clone()),
            headers,
            body: response.body_mut().read_to_string().unwrap_or_default(),
        }
    }
}
