use reqwest::header::HeaderMap;
use serde_json::Value;

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// Reads a whole response; an error is one of the connection.
    pub async fn of(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await? })
    }

    /// The same, if it has that status.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The same, if it is a problem of that status and code, as RFC 9457 wants it.
    #[track_caller]
    #[must_use]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.text);
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"), "{problem}");
        answer
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {:?}", self.text))
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The first cookie it sets, as a browser sends it back.
    pub fn cookie(&self) -> &str {
        let line = self.header("set-cookie").expect("a cookie is set");
        line.split(';').next().unwrap_or(line)
    }

    /// All that can be told apart: status, headers, body, without what names the one request.
    pub fn without_request(&self) -> (u16, Vec<(String, String)>, String) {
        let request = self.header("x-request-id").unwrap_or("there is none");
        let of_request = ["date", "x-request-id"];
        let headers = self.headers.iter().filter(|(name, _)| !of_request.contains(&name.as_str()));
        let mut headers: Vec<_> = headers
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                // What a cookie holds is drawn anew each time.
                let is_drawn = name == "set-cookie";
                (name.to_string(), if is_drawn { format!("{} bytes", value.len()) } else { value })
            })
            .collect();
        headers.sort();
        (self.status, headers, self.text.replace(request, ""))
    }
}
