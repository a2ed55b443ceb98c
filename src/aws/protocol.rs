//! What an HTTP request to AWS asks, read from the request itself, and whether the body of an answer ends as the
//! protocol of that request ends. The parsers behind take an XML answer cut in half, or an empty JSON answer, for a
//! short list; here such an answer is named. No network, and no judgement of what an answer means.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde::de::IgnoredAny;

/// What one request asks of which protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Request {
    /// How the answer is written.
    protocol: Protocol,
    /// The action (`ListServices`); for REST the method, as the path says the rest.
    pub(super) action: String,
    /// Whether its answer may have no body at all.
    may_be_empty: bool,
}

/// How an answer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Protocol {
    /// XML whose root is named after the action: Query and EC2.
    Xml,
    /// XML whose root is named after what is listed: REST with XML.
    Document,
    /// One JSON object: awsJson and REST with JSON.
    Json,
    /// Something that its own reader checks (CBOR), or that is no service of AWS (instance metadata).
    Other,
}

/// How paths of the services begin that speak REST with XML: CloudFront, Route 53.
const XML_PATHS: [&str; 2] = ["2020-05-31/", "2013-04-01/"];

/// The operations of the JSON services whose output has no members, in the service models that botocore ships
/// (2026-11): some answer `{}`, some nothing. No reading operation is among them.
const VOID: &[&str] = &[
    "AddTagsToResource",
    "CreateLogGroup",
    "CreateLogStream",
    "DeleteLogStream",
    "DeleteRule",
    "DeleteScheduledAction",
    "DeregisterScalableTarget",
    "DisableRule",
    "EnableRule",
    "PutRetentionPolicy",
    "PutScheduledAction",
    "RemoveTagsFromResource",
    "TagResource",
    "UntagResource",
];

impl Request {
    /// Reads what `request` asks.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        let of = |protocol, action: &str, may_be_empty| Self { protocol, action: action.to_owned(), may_be_empty };
        let path = request.uri().split("://").last().and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
        if let Some((_, action)) = header("x-amz-target").rsplit_once('.') {
            return of(Protocol::Json, action, VOID.contains(&action));
        }
        if !header("smithy-protocol").is_empty() {
            return of(Protocol::Other, path.rsplit('/').next().unwrap_or_default(), true);
        }
        let is_signed = header("authorization").starts_with("AWS4-");
        if is_signed && header("content-type").starts_with("application/x-www-form-urlencoded") {
            let body = request.body().bytes().unwrap_or_default();
            let action = form_value(body, b"Action=").map(|value| String::from_utf8_lossy(value).into_owned());
            return of(Protocol::Xml, &action.unwrap_or_default(), false);
        }
        if is_signed {
            // Deleting and tagging answer with a status alone.
            let may_be_empty = request.method() == "DELETE" || (request.method() == "POST" && path.contains("tags/"));
            let xml = XML_PATHS.iter().any(|version| path.starts_with(version));
            return of(if xml { Protocol::Document } else { Protocol::Json }, request.method(), may_be_empty);
        }
        of(Protocol::Other, request.method(), true)
    }

    /// Why `body` is not a whole answer to it, if it is none. `status` is that of a success.
    pub(super) fn fault_in(&self, status: u16, body: &[u8]) -> Option<String> {
        let trimmed = body.trim_ascii();
        let why = match self.protocol {
            Protocol::Other => return None,
            Protocol::Json if trimmed.is_empty() && (self.may_be_empty || status == 204 || status == 202) => {
                return None;
            }
            _ if trimmed.is_empty() => "the answer is empty".to_owned(),
            _ if is_html(trimmed) => "an HTML page in place of AWS's answer (a proxy, or not AWS at all)".to_owned(),
            Protocol::Json => json_fault(trimmed)?,
            Protocol::Document => document_fault(trimmed)?,
            Protocol::Xml => xml_fault(trimmed, &self.action)?,
        };
        Some(why)
    }
}

/// The value behind `name` in a form, as far as it needs no unescaping: actions are letters.
fn form_value<'a>(form: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    form.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(name))
}

fn is_html(body: &[u8]) -> bool {
    let start: Vec<u8> = body.iter().take(14).map(u8::to_ascii_lowercase).collect();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// Why `body` is not one whole JSON object, or is an error where a success was announced.
fn json_fault(body: &[u8]) -> Option<String> {
    if body.first() != Some(&b'{') {
        return Some("the answer is not a JSON object".to_owned());
    }
    if let Err(why) = serde_json::from_slice::<IgnoredAny>(body) {
        return Some(format!("the answer is cut off or is not JSON ({why})"));
    }
    // No output of AWS has this member: it is how the JSON protocols name an error.
    #[derive(serde::Deserialize)]
    struct Named {
        #[serde(rename = "__type")]
        name: Option<IgnoredAny>,
    }
    let is_error = serde_json::from_slice::<Named>(body).is_ok_and(|named| named.name.is_some());
    is_error.then(|| "the answer is an error under the status of a success".to_owned())
}

/// Why `body` is not one whole XML document.
fn document_fault(body: &[u8]) -> Option<String> {
    let Some(root) = root(body) else { return Some("the answer is not XML".to_owned()) };
    let end = body.strip_suffix(b">").map(<[u8]>::trim_ascii_end).unwrap_or_default();
    let closed = end.strip_suffix(root).is_some_and(|rest| rest.ends_with(b"</"));
    let whole = closed || is_alone(body, root);
    (!whole).then(|| "the answer is cut off: its XML does not end".to_owned())
}

/// Why `body` is not XML that begins with the answer to `action` and ends with the end of it.
fn xml_fault(body: &[u8], action: &str) -> Option<String> {
    if let Some(why) = document_fault(body) {
        return Some(why);
    }
    let root = root(body)?;
    let name = root.rsplit(|byte| *byte == b':').next().unwrap_or(root);
    let is_answer = name.strip_suffix(b"Response").is_some_and(|asked| action.is_empty() || asked == action.as_bytes());
    let name = String::from_utf8_lossy(name.get(..name.len().min(60)).unwrap_or_default());
    (!is_answer).then(|| format!("the answer is a {name}, not what {action} answers"))
}

/// Whether the root is `<DescribeTagsResponse/>`, an element without an inside, and nothing stands behind it.
fn is_alone(body: &[u8], root: &[u8]) -> bool {
    let at = body.windows(root.len()).position(|window| window == root).unwrap_or_default();
    let tag = body.get(at..).unwrap_or_default();
    let end = tag.iter().position(|byte| *byte == b'>').unwrap_or_default();
    end + 1 == tag.len() && tag.ends_with(b"/>")
}

/// The name of the first element, behind the declaration and comments.
fn root(mut body: &[u8]) -> Option<&[u8]> {
    body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    while body.starts_with(b"<?") || body.starts_with(b"<!") {
        let end: &[u8] = if body.starts_with(b"<!--") { b"-->" } else { b">" };
        let at = body.windows(end.len()).position(|window| window == end)?;
        body = body.get(at + end.len()..)?.trim_ascii_start();
    }
    let inside = body.strip_prefix(b"<")?;
    let end = inside.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>' || *byte == b'/')?;
    inside.get(..end).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;
    use rstest::rstest;

    use super::{HttpRequest, Request};

    fn asked(method: &str, uri: &str, headers: &[(&'static str, &str)], body: &str) -> Request {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).expect("a method");
        request.set_uri(uri.to_owned()).expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, (*value).to_owned());
        }
        Request::of(&request)
    }

    const SIGNED: (&str, &str) = ("authorization", "AWS4-HMAC-SHA256 Credential=AKID/…");

    fn json(action: &str) -> Request {
        asked("POST", "https://ecs.x.amazonaws.com/", &[SIGNED, ("x-amz-target", &format!("Ecs.{action}"))], "{}")
    }

    fn query(action: &str) -> Request {
        let form = ("content-type", "application/x-www-form-urlencoded");
        asked("POST", "https://rds.x.amazonaws.com/", &[SIGNED, form], &format!("Action={action}&Version=1"))
    }

    fn rest(method: &str, path: &str) -> Request {
        asked(method, &format!("https://scheduler.x.amazonaws.com/{path}"), &[SIGNED], "")
    }

    #[rstest]
    #[case::whole(r#"{"serviceArns":[]}"#, None)]
    #[case::with_space(" {} \n", None)]
    #[case::empty("", Some("empty"))]
    #[case::blank(" \r\n", Some("empty"))]
    #[case::cut(r#"{"serviceArns":["a","#, Some("cut off"))]
    #[case::twice("{}{}", Some("cut off or is not JSON"))]
    #[case::a_list("[]", Some("not a JSON object"))]
    #[case::nothing("null", Some("not a JSON object"))]
    #[case::a_page("<!DOCTYPE html><html></html>", Some("HTML"))]
    #[case::an_error(r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#, Some("is an error"))]
    fn a_json_answer_is_one_whole_object(#[case] body: &str, #[case] why: Option<&str>) {
        for asked in [json("ListServices"), rest("GET", "schedules")] {
            let fault = asked.fault_in(200, body.as_bytes());
            assert_eq!(fault.is_some(), why.is_some(), "{fault:?}");
            assert!(fault.unwrap_or_default().contains(why.unwrap_or_default()));
        }
    }

    #[rstest]
    #[case::whole("<DescribeDBInstancesResponse xmlns=\"x\"><A/></DescribeDBInstancesResponse>\n", None)]
    #[case::declared(
        "<?xml version=\"1.0\"?>\n<!-- a > b --><DescribeDBInstancesResponse ></DescribeDBInstancesResponse >",
        None
    )]
    #[case::alone("<?xml version=\"1.0\"?><DescribeDBInstancesResponse/>", None)]
    #[case::cut("<DescribeDBInstancesResponse><DBInstances><DBInstance>", Some("does not end"))]
    #[case::cut_behind_an_empty_element("<DescribeDBInstancesResponse><DBInstances/>", Some("does not end"))]
    #[case::cut_in_the_last_tag("<DescribeDBInstancesResponse></DescribeDBInstancesRespon", Some("does not end"))]
    #[case::cut_in_the_first_tag("<DescribeDBInst", Some("not XML"))]
    #[case::of_another_name("<DescribeTagsResponse></DescribeTagsResponse>", Some("a DescribeTagsResponse"))]
    #[case::an_error("<ErrorResponse><Error/></ErrorResponse>", Some("a ErrorResponse"))]
    #[case::json("{}", Some("not XML"))]
    #[case::empty("", Some("empty"))]
    fn an_xml_answer_ends_with_the_end_of_its_root(#[case] body: &str, #[case] why: Option<&str>) {
        let fault = query("DescribeDBInstances").fault_in(200, body.as_bytes());
        assert_eq!(fault.is_some(), why.is_some(), "{fault:?}");
        assert!(fault.clone().unwrap_or_default().contains(why.unwrap_or_default()), "{fault:?}");
    }

    #[test]
    fn only_operations_without_an_output_may_answer_nothing() {
        assert_eq!(json("EnableRule").fault_in(200, b""), None);
        assert_eq!(rest("DELETE", "schedules/x").fault_in(200, b""), None);
        assert_eq!(rest("POST", "tags/arn").fault_in(200, b""), None);
        assert_eq!(rest("PUT", "2015-03-31/functions/f/code").fault_in(204, b""), None);
        for asked in [json("RegisterTaskDefinition"), json("SendCommand"), rest("PUT", "schedules/x")] {
            assert!(asked.fault_in(200, b"").is_some(), "{asked:?}");
        }
    }

    #[test]
    fn what_is_no_service_of_aws_is_left_alone() {
        let metadata = asked("GET", "http://169.254.169.254/latest/meta-data/iam/", &[], "");
        assert_eq!(metadata.fault_in(200, b"role-name"), None);
        let cbor = [SIGNED, ("smithy-protocol", "rpc-v2-cbor")];
        let cbor = asked("POST", "https://x/service/Granite/operation/DescribeAlarms", &cbor, "");
        assert_eq!((cbor.fault_in(200, b"\xbf\xff"), cbor.action.as_str()), (None, "DescribeAlarms"));
    }
}
