/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-mockfaults.c: each fault does on the wire what it is named for
 *
 * The client is a bare socket, which sees what an HTTP library would hide.
 */
#include "mockwire.h"

#include <string.h>

#define NO_BODY ""

#define JSON "Content-Type: application/json\r\n"
#define ADDRESS(text) "{\"images\":[\"" text "\"]}"

static const struct
{
  const char *fault;
  End end;
  const char *start; /* of the reply */
  const char *head;  /* is in it */
  const char *body;  /* is in it; NO_BODY: it is empty; NULL: whatever */
} post_rows[] = {
  { "ok", END_CLOSED, "HTTP/1.1 200 OK\r\n", JSON, "/gifs/" },
  { "status", END_CLOSED, "HTTP/1.1 503 ", "text/html", "<h1>Service Un" },
  { "400", END_CLOSED, "HTTP/1.1 400 ", JSON, "{\"detail\":\"Bad Request\"}" },
  { "401 message='no key'", END_CLOSED, "HTTP/1.1 401 ", JSON,
      "{\"detail\":\"no key\"}" },
  { "402", END_CLOSED, "HTTP/1.1 402 ", JSON, "{\"detail\":" },
  { "403", END_CLOSED, "HTTP/1.1 403 ", JSON, "{\"detail\":\"Forbidden\"}" },
  { "404 body=html", END_CLOSED, "HTTP/1.1 404 ", "text/html", "404 Not" },
  { "407", END_CLOSED, "HTTP/1.1 407 ", JSON, "{\"detail\":" },
  { "408 body=empty-body", END_CLOSED, "HTTP/1.1 408 ", "Length: 0\r\n",
      NO_BODY },
  { "409 body=error-object", END_CLOSED, "HTTP/1.1 409 ", JSON,
      "{\"error\":{\"message\":\"Conflict\"" },
  { "410", END_CLOSED, "HTTP/1.1 410 ", JSON, "{\"detail\":" },
  { "413", END_CLOSED, "HTTP/1.1 413 ", JSON, "{\"detail\":" },
  { "418", END_CLOSED, "HTTP/1.1 418 ", JSON, "teapot" },
  { "422", END_CLOSED, "HTTP/1.1 422 ", JSON, "\"loc\":[\"body\"" },
  { "423", END_CLOSED, "HTTP/1.1 423 ", JSON, "{\"detail\":\"Locked\"}" },
  { "429 retry-after=2", END_CLOSED, "HTTP/1.1 429 Too Many",
      "Retry-After: 2\r\n", "Too Many Requests" },
  { "429 retry-after-date=3600", END_CLOSED, "HTTP/1.1 429 ", " GMT\r\n",
      NULL },
  { "500", END_CLOSED, "HTTP/1.1 500 ", "text/plain", "Internal Server" },
  { "502", END_CLOSED, "HTTP/1.1 502 ", "text/html", "502 Bad Gateway" },
  { "503 retry-after=0", END_CLOSED, "HTTP/1.1 503 ", "Retry-After: 0\r\n",
      "503" },
  { "504", END_CLOSED, "HTTP/1.1 504 ", "text/html", "504" },
  { "520", END_CLOSED, "HTTP/1.1 520 ", "text/html", "520" },
  { "522", END_CLOSED, "HTTP/1.1 522 ", "text/html", "522" },
  { "524", END_CLOSED, "HTTP/1.1 524 ", "text/html", "A Timeout Occurred" },
  { "307 location=/x", END_CLOSED, "HTTP/1.1 307 ", "Location: /x\r\n",
      NO_BODY },
  { "301", END_CLOSED, "HTTP/1.1 301 ",
      "Location: http://mock.example/elsewhere\r\n", NO_BODY },
  { "detail-text", END_CLOSED, "HTTP/1.1 400 ", JSON, "{\"detail\":\"B" },
  { "detail-list", END_CLOSED, "HTTP/1.1 422 ", JSON,
      "\"loc\":[\"body\",\"images\",0,\"steps\"]" },
  { "detail-odd", END_CLOSED, "HTTP/1.1 422 ", JSON, "{\"detail\":[7," },
  { "error-text", END_CLOSED, "HTTP/1.1 400 ", JSON, "{\"error\":\"B" },
  { "error-object", END_CLOSED, "HTTP/1.1 403 ", JSON, "\"code\":403}}" },
  { "detail-text-200", END_CLOSED, "HTTP/1.1 200 ", JSON, "{\"detail\":\"" },
  { "error-text-200", END_CLOSED, "HTTP/1.1 200 ", JSON, "{\"error\":\"" },
  { "error-object-200 message='a \"b\"'", END_CLOSED, "HTTP/1.1 200 ", JSON,
      "{\"error\":{\"message\":\"a \\\"b\\\"\"," },
  { "rate-limit", END_CLOSED, "HTTP/1.1 403 ", JSON, "users can" },
  { "rate-limit-200", END_CLOSED, "HTTP/1.1 200 ", JSON, "per 2 minutes" },
  { "rate-limit-hours", END_CLOSED, "HTTP/1.1 403 ", JSON, "per 1 hours" },
  { "no-sampler", END_CLOSED, "HTTP/1.1 400 ", JSON, "doesn't have Euler" },
  { "no-model", END_CLOSED, "HTTP/1.1 200 ", JSON, "doesn't have anime" },
  { "banned", END_CLOSED, "HTTP/1.1 403 ", JSON, "banned" },
  { "paid-plan", END_CLOSED, "HTTP/1.1 413 ", JSON, "paid plan" },
  { "token-echo", END_CLOSED, "HTTP/1.1 403 ", JSON, "key KEY\\\"1 for" },
  { "token-echo-200", END_CLOSED, "HTTP/1.1 200 ", JSON,
      "\"code\":\"KEY\\\"1\"" },
  { "token-echo-html", END_CLOSED, "HTTP/1.1 502 ", "text/html", "KEY\"1" },
  { "html", END_CLOSED, "HTTP/1.1 502 ", "text/html", "<!DOCTYPE html>" },
  { "text", END_CLOSED, "HTTP/1.1 500 ", "text/plain", "Internal" },
  { "text-binary", END_CLOSED, "HTTP/1.1 500 ", "text/plain", "\xff\xfe" },
  { "auth", END_CLOSED, "HTTP/1.1 401 ", "WWW-Authenticate: Basic", NULL },
  { "proxy-auth", END_CLOSED, "HTTP/1.1 407 ", "Proxy-Authenticate: Basic",
      NULL },
  { "images-empty", END_CLOSED, "HTTP/1.1 200 ", JSON, "{\"images\":[]}" },
  { "images-missing", END_CLOSED, "HTTP/1.1 200 ", JSON, "{\"status\"" },
  { "images-null", END_CLOSED, "HTTP/1.1 200 ", JSON, "{\"images\":null}" },
  { "images-text", END_CLOSED, "HTTP/1.1 200 ", JSON,
      "{\"images\":\"http://mock.example/gifs/" },
  { "images-object", END_CLOSED, "HTTP/1.1 200 ", JSON, "{\"images\":{\"0\"" },
  { "images-number", END_CLOSED, "HTTP/1.1 200 ", JSON, "{\"images\":[42]}" },
  { "images-null-entry", END_CLOSED, "HTTP/1.1 200 ", JSON, "[null]" },
  { "images-nested", END_CLOSED, "HTTP/1.1 200 ", JSON, "[[\"http://" },
  { "images-objects", END_CLOSED, "HTTP/1.1 200 ", JSON, "[{\"url\":\"/gifs/" },
  { "images-base64", END_CLOSED, "HTTP/1.1 200 ", JSON, "[\"R0lGODlh" },
  { "images-remark", END_CLOSED, "HTTP/1.1 200 ", JSON, "\"detail\"" },
  { "image-url", END_CLOSED, "HTTP/1.1 200 ", JSON,
      "{\"image_url\":\"http://mock.example/gifs/" },
  { "image-data", END_CLOSED, "HTTP/1.1 200 ", JSON,
      "{\"data\":[{\"b64_json\":\"R0lGODlh" },
  { "job-id", END_CLOSED, "HTTP/1.1 202 ", JSON, "job-17" },
  { "json-truncated", END_CLOSED, "HTTP/1.1 200 ", JSON, "[\"http:/" },
  { "json-two-roots", END_CLOSED, "HTTP/1.1 200 ", JSON, "0{\"images\":[]}" },
  { "json-null", END_CLOSED, "HTTP/1.1 200 ", JSON, "null" },
  { "json-array", END_CLOSED, "HTTP/1.1 200 ", JSON, "[\"http://" },
  { "json-number", END_CLOSED, "HTTP/1.1 200 ", JSON, "42" },
  { "json-text", END_CLOSED, "HTTP/1.1 200 ", JSON, "\"done\"" },
  { "json-bad-utf8", END_CLOSED, "HTTP/1.1 200 ", JSON, "[\"\xff\xfe\"]" },
  { "json-nul", END_CLOSED, "HTTP/1.1 200 ", JSON, "\\u0000.gif" },
  { "json-deep", END_CLOSED, "HTTP/1.1 200 ", JSON, "[[[[[[[[[[[[[[[[" },
  { "json-large", END_CLOSED, "HTTP/1.1 200 ", "Content-Length: 2097",
      ",\"images\":[\"http://mock.example/gifs/" },
  { "json-endless", END_NEVER, "HTTP/1.1 200 ", JSON, "        " },
  { "json-drip rate=100000000", END_NEVER, "HTTP/1.1 200 ", JSON, "        " },
  { "raw-gif", END_CLOSED, "HTTP/1.1 200 ", "image/gif", "GIF89a" },
  { "raw-gif type=application/json", END_CLOSED, "HTTP/1.1 200 ", JSON,
      "GIF89a" },
  { "html-200", END_CLOSED, "HTTP/1.1 200 ", "text/html", "<!DOCTYPE" },
  { "address address=ftp://x/", END_CLOSED, "HTTP/1.1 200 ", JSON,
      ADDRESS ("ftp://x/") },
  { "address-relative", END_CLOSED, "HTTP/1.1 200 ", JSON, "[\"/gifs/" },
  { "address-no-scheme", END_CLOSED, "HTTP/1.1 200 ", JSON,
      "[\"//mock.example/gifs/" },
  { "address-two", END_CLOSED, "HTTP/1.1 200 ", JSON,
      ".gif\",\"http://mock.example/gifs/other.gif\"]}" },
  { "address-http", END_CLOSED, "HTTP/1.1 200 ", JSON, "[\"http://mock" },
  { "address-userinfo", END_CLOSED, "HTTP/1.1 200 ", JSON, "user:secret@" },
  { "address-file", END_CLOSED, "HTTP/1.1 200 ", JSON,
      ADDRESS ("file:///etc/passwd") },
  { "address-data", END_CLOSED, "HTTP/1.1 200 ", JSON,
      "[\"data:image/gif;base64,R0lGODlh" },
  { "address-unwritable", END_CLOSED, "HTTP/1.1 200 ", JSON, "x:/.//y" },
  { "address-ftp", END_CLOSED, "HTTP/1.1 200 ", JSON, "[\"ftp://" },
  { "address-garbage", END_CLOSED, "HTTP/1.1 200 ", JSON,
      ADDRESS ("no address at all") },
  { "address-empty", END_CLOSED, "HTTP/1.1 200 ", JSON, ADDRESS ("") },
  { "address-refused", END_CLOSED, "HTTP/1.1 200 ", JSON, "127.0.0.1:1/" },
  { "address-missing", END_CLOSED, "HTTP/1.1 200 ", JSON, "missing.gif" },
  { "silence", END_HELD, "HTTP/1.1 200 ", JSON, "/gifs/" },
  { "reset-before", END_RESET, "", "", NULL },
  { "reset-headers after=8", END_RESET, "HTTP/1.1", "", NULL },
  { "close-before", END_CLOSED, "", "", NULL },
  { "close-headers after=12", END_CLOSED, "HTTP/1.1 200", "", NULL },
  { "garbage", END_CLOSED, "SSH-2.0", "", NULL },
  { "early-hints", END_CLOSED, "HTTP/1.1 103 ", "", "HTTP/1.1 200 OK\r\n" },
  { "early-hints count=3", END_CLOSED, "HTTP/1.1 103 ", "",
      "HTTP/1.1 200 OK\r\n" },
  { "early-hints count=0", END_NEVER, "HTTP/1.1 103 ", "",
      "HTTP/1.1 103 Early" },
  { "early-continue", END_CLOSED, "HTTP/1.1 100 ", "", "HTTP/1.1 200 OK\r\n" },
  { "early-switch", END_CLOSED, "HTTP/1.1 101 ", "", "HTTP/1.1 200 OK\r\n" },
  { "head-endless", END_NEVER, "HTTP/1.1 200 ", "Via: x\r\nVia: x\r\n", NULL },
  { "trailers-endless", END_NEVER, "HTTP/1.1 200 ", "Encoding: chunked\r\n",
      "X-Mock: x\r\nX-Mock: x\r\n" },
  { "headers-many", END_CLOSED, "HTTP/1.1 200 ", "Via: x\r\nVia: x\r\n",
      "/gifs/" },
  { "headers-huge", END_CLOSED, "HTTP/1.1 200 ", "xxxxxxxxxxxxxxxx", "/gifs/" },
  { "empty-body", END_CLOSED, "HTTP/1.1 200 ", "Length: 0\r\n", NO_BODY },
  { "reset-body on=post after=4", END_RESET, "HTTP/1.1 200 ", JSON, "{\"im" },
  { "redirect on=post status=308", END_CLOSED, "HTTP/1.1 308 ",
      "Location: http://mock.example/generate-gif?hop=1\r\n", NO_BODY },
  { "gzip on=post", END_CLOSED, "HTTP/1.1 200 ", "Encoding: gzip\r\n",
      "\x1f\x8b" },
  { "chunked on=post", END_CLOSED, "HTTP/1.1 200 ", "Encoding: chunked\r\n",
      "\r\n0\r\n\r\n" },
  { "no-such-thing", END_CLOSED, "HTTP/1.1 400 ", JSON, "there is no fault" },
  { "429 colour=red", END_CLOSED, "HTTP/1.1 400 ", JSON, "no setting" },
  { "accept-reset", END_CLOSED, "HTTP/1.1 400 ", JSON, "before any prompt" },
};

static void
verify_wire (const Wire *wire, End end, const char *start, const char *head,
    const char *body)
{
  g_assert_cmpint (wire->end, ==, end);
  g_assert_true (g_str_has_prefix (wire->bytes->str, start));
  g_assert_nonnull (strstr (wire->bytes->str, head));
  if (g_strcmp0 (body, NO_BODY) == 0)
    g_assert_cmpuint (body_size (wire), ==, 0);
  else if (body != NULL)
    g_assert_nonnull (
        memmem (find_body (wire), body_size (wire), body, strlen (body)));
}

static void
test_fault_of_the_post_is_what_it_is_named_for (void)
{
  g_autoptr (MockServer) server = start_server (&small);

  for (guint i = 0; i < G_N_ELEMENTS (post_rows); i++) {
    g_autofree char *prompt =
        g_strconcat ("it's a fault:", post_rows[i].fault, NULL);

    g_test_message ("%s", post_rows[i].fault);
    {
      g_auto (Wire) wire = post_prompt (server, prompt, post_rows[i].end);

      verify_wire (&wire, post_rows[i].end, post_rows[i].start,
          post_rows[i].head, post_rows[i].body);
    }
  }
  g_assert_cmpuint (mock_server_count (server, MOCK_EVENT_POST_RECEIVED), ==,
      G_N_ELEMENTS (post_rows));
}

/* What the GET is to be like. "SIZE" in @head is the file's size. */
static const struct
{
  const char *fault;
  const char *request; /* headers */
  End end;
  const char *start, *head, *body;
  int size; /* of the body; -1: whole, -2: half, -3: whatever */
} get_rows[] = {
  { "ok on=get", "", END_CLOSED, "HTTP/1.1 200 ", "ETag: \"", "GIF89a", -1 },
  { "404 on=get", "", END_CLOSED, "HTTP/1.1 404 ", JSON, "Not Found", -3 },
  { "503 on=get retry-after=1", "", END_CLOSED, "HTTP/1.1 503 ",
      "Retry-After: 1\r\n", NULL, -3 },
  { "silence on=get", "", END_HELD, "HTTP/1.1 200 ", "", "GIF89a", -1 },
  { "reset-before on=get", "", END_RESET, "", "", NULL, -3 },
  { "empty-body on=get type=image/gif", "", END_CLOSED, "HTTP/1.1 200 ",
      "image/gif", NO_BODY, 0 },
  { "drip rate=1000000", "", END_CLOSED, "HTTP/1.1 200 ", "", "GIF89a", -1 },
  { "hold-body after=100", "", END_HELD, "HTTP/1.1 200 ", "", "GIF89a", -1 },
  { "hold-body", "", END_HELD, "HTTP/1.1 200 ", "", "GIF89a", -1 },
  { "reset-body after=100", "", END_RESET, "HTTP/1.1 200 ", "", "GIF", 100 },
  { "reset-body", "", END_RESET, "HTTP/1.1 200 ", "", "GIF89a", -2 },
  { "reset-body after=10", "Range: bytes=50-\r\n", END_RESET, "HTTP/1.1 206 ",
      "Content-Range: bytes 50-", NULL, 10 },
  { "close-body", "", END_CLOSED, "HTTP/1.1 200 ", "", "GIF89a", -2 },
  { "length-long length=999999", "", END_CLOSED, "HTTP/1.1 200 ",
      "Content-Length: 999999\r\n", "GIF89a", -1 },
  { "length-short length=9", "", END_CLOSED, "HTTP/1.1 200 ",
      "Content-Length: 9\r\n", "GIF89a", -1 },
  { "length-huge", "", END_CLOSED, "HTTP/1.1 200 ",
      "Content-Length: 1099511627776\r\n", "GIF89a", -1 },
  { "length-negative", "", END_CLOSED, "HTTP/1.1 200 ",
      "Content-Length: -5\r\n", "GIF89a", -1 },
  { "length-twice length=7", "", END_CLOSED, "HTTP/1.1 200 ", ", 7\r\n",
      "GIF89a", -1 },
  { "chunked", "", END_CLOSED, "HTTP/1.1 200 ", "Encoding: chunked\r\n",
      "\r\n0\r\n\r\n", -3 },
  { "chunked-broken", "", END_CLOSED, "HTTP/1.1 200 ", "chunked",
      "this is no number\r\n", -3 },
  { "gzip", "", END_CLOSED, "HTTP/1.1 200 ", "Content-Encoding: gzip\r\n",
      "\x1f\x8b", -3 },
  { "gzip", "Range: bytes=5-\r\n", END_CLOSED, "HTTP/1.1 200 ", "gzip",
      "\x1f\x8b", -3 },
  { "gzip-empty", "", END_NEVER, "HTTP/1.1 200 ", "Content-Encoding: gzip\r\n",
      "\x1f\x8b", -3 },
  { "gzip-broken", "", END_CLOSED, "HTTP/1.1 200 ",
      "Content-Encoding: gzip\r\n", "GIF89a", -1 },
  { "endless", "", END_NEVER, "HTTP/1.1 200 ", "", "GIF89a", -3 },
  { "disposition message=attachment", "", END_CLOSED, "HTTP/1.1 200 ",
      "Content-Disposition: attachment\r\n", "GIF89a", -1 },
  { "cookie", "", END_CLOSED, "HTTP/1.1 200 ", "Set-Cookie: mock=1", "GIF89a",
      -1 },
  { "not-gif", "", END_CLOSED, "HTTP/1.1 200 ", "image/gif", "\x89PNG", -3 },
  { "gif-html", "", END_CLOSED, "HTTP/1.1 200 ", "text/html", "<!DOC", -3 },
  { "gif-empty", "", END_CLOSED, "HTTP/1.1 200 ", "Content-Length: 0\r\n",
      NO_BODY, 0 },
  { "gif-short", "", END_CLOSED, "HTTP/1.1 200 ", "Content-Length: 4\r\n",
      "GIF8", 4 },
  { "gif-truncated after=50", "", END_CLOSED, "HTTP/1.1 200 ",
      "Content-Length: 50\r\n", "GIF89a", 50 },
  { "gone", "", END_CLOSED, "HTTP/1.1 410 ", JSON, "Gone", -3 },
  { "etag-weak", "", END_CLOSED, "HTTP/1.1 200 ", "ETag: W/\"", NULL, -1 },
  { "validators-weak", "", END_CLOSED, "HTTP/1.1 200 ", "ETag: W/\"", NULL,
      -1 },
  { "range-ignored", "Range: bytes=5-9\r\n", END_CLOSED, "HTTP/1.1 200 ", "",
      "GIF89a", -1 },
  { "range-wrong", "Range: bytes=5-9\r\n", END_CLOSED, "HTTP/1.1 206 ",
      "Content-Range: bytes 6-9/", NULL, 4 },
  { "range-refused", "Range: bytes=5-9\r\n", END_CLOSED, "HTTP/1.1 416 ", "",
      NO_BODY, 0 },
  { "range-cut", "Range: bytes=55-\r\n", END_CLOSED, "HTTP/1.1 416 ",
      "Content-Range: bytes */55\r\n", NO_BODY, 0 },
  { "range-refused", "", END_CLOSED, "HTTP/1.1 200 ", "", "GIF89a", -1 },
  { "redirect", "", END_CLOSED, "HTTP/1.1 302 ", ".gif?hop=1\r\n", NO_BODY, 0 },
  { "redirect-loop", "", END_CLOSED, "HTTP/1.1 302 ",
      "Location: http://mock.example/gifs/", NO_BODY, 0 },
  { "redirect-to location=http://a/ status=307", "", END_CLOSED,
      "HTTP/1.1 307 ", "Location: http://a/\r\n", NO_BODY, 0 },
  { "redirect-file", "", END_CLOSED, "HTTP/1.1 302 ", "file:///", NO_BODY, 0 },
  { "redirect-data", "", END_CLOSED, "HTTP/1.1 302 ", "data:", NO_BODY, 0 },
  { "redirect-ftp", "", END_CLOSED, "HTTP/1.1 302 ", "ftp://", NO_BODY, 0 },
  { "redirect-http", "", END_CLOSED, "HTTP/1.1 302 ",
      "Location: http://mock.example/gifs/", NO_BODY, 0 },
  { "redirect-garbage", "", END_CLOSED, "HTTP/1.1 302 ",
      "Location: http://[\r\n", NO_BODY, 0 },
  { "redirect-nowhere", "", END_CLOSED, "HTTP/1.1 302 ", "", NO_BODY, 0 },
  { "no-length", "", END_CLOSED, "HTTP/1.1 200 ", "", "GIF89a", -1 },
  { "chunked-cut", "", END_CLOSED, "HTTP/1.1 200 ", "chunked", "GIF89a", -3 },
  { "etag-none", "", END_CLOSED, "HTTP/1.1 200 ", "Last-Modified: ", NULL, -1 },
  { "validators-none", "", END_CLOSED, "HTTP/1.1 200 ", "", "GIF89a", -1 },
  { "etag-changed", "", END_CLOSED, "HTTP/1.1 200 ", "ETag: \"", "GIF89a", -1 },
};

static void
test_fault_of_the_get_is_what_it_is_named_for (void)
{
  g_autoptr (MockServer) server = start_server (&small);

  for (guint i = 0; i < G_N_ELEMENTS (get_rows); i++) {
    g_autofree char *prompt = g_strconcat ("fault:", get_rows[i].fault, NULL);
    g_auto (Wire) reply = post_prompt (server, prompt, END_CLOSED);
    g_auto (Wire) wire =
        get_file (server, &reply, get_rows[i].request, get_rows[i].end);
    g_autoptr (GBytes) gif = mock_server_ref_gif (server, -1);
    gsize size = g_bytes_get_size (gif);

    g_test_message ("%s", get_rows[i].fault);
    verify_wire (&wire, get_rows[i].end, get_rows[i].start, get_rows[i].head,
        get_rows[i].body);
    if (get_rows[i].size >= 0)
      g_assert_cmpuint (body_size (&wire), ==, get_rows[i].size);
    else if (get_rows[i].size >= -2)
      g_assert_cmpuint (
          body_size (&wire), ==, size / (gsize) -get_rows[i].size);
  }
}

/* What is not there cannot be a row of the table. */
static void
test_left_out_headers_are_left_out (void)
{
  const struct
  {
    const char *fault, *absent, *also_absent;
  } rows[] = {
    { "no-length", "Content-Length", "chunked" },
    { "chunked", "Content-Length", "\nnothing" },
    { "chunked-cut", "\r\n0\r\n\r\n", "Content-Length" },
    { "etag-none", "ETag", "\nnothing" },
    { "validators-none", "ETag", "Last-Modified" },
    { "validators-weak", "ETag: \"", "Last-Modified" },
    { "range-ignored", "Accept-Ranges", "206" },
    { "redirect-nowhere", "Location", "GIF" },
  };
  g_autoptr (MockServer) server = start_server (&small);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *prompt = g_strconcat ("fault:", rows[i].fault, NULL);
    g_auto (Wire) reply = post_prompt (server, prompt, END_CLOSED);
    g_auto (Wire) wire = get_file (server, &reply, "", END_CLOSED);

    g_test_message ("%s", rows[i].fault);
    g_assert_null (memmem (wire.bytes->str, wire.bytes->len, rows[i].absent,
        strlen (rows[i].absent)));
    g_assert_null (strstr (wire.bytes->str, rows[i].also_absent));
  }
}

static gboolean
is_in_a_table (const char *name)
{
  gsize length = strlen (name);

  for (guint i = 0; i < G_N_ELEMENTS (post_rows); i++)
    if (strncmp (post_rows[i].fault, name, length) == 0
        && strchr (" ", post_rows[i].fault[length]) != NULL)
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (get_rows); i++)
    if (strncmp (get_rows[i].fault, name, length) == 0
        && strchr (" ", get_rows[i].fault[length]) != NULL)
      return TRUE;
  return g_str_has_prefix (name, "accept-");
}

static void
test_every_fault_is_tested_and_described (void)
{
  const char *const *names = mock_fault_list ();
  g_autofree char *description = mock_fault_describe ();

  for (guint i = 0; names[i] != NULL; i++) {
    g_test_message ("%s", names[i]);
    g_assert_true (is_in_a_table (names[i]));
    g_assert_nonnull (strstr (description, names[i]));
    g_assert_true (mock_fault_check (names[i], NULL));
  }
}

/* The reset may come while the client still connects. */
static void
test_accept_reset_resets_before_the_request (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  mock_server_push_fault (server, "accept-reset");
  connection = g_socket_client_connect_to_uri (
      client, mock_server_get_url (server), 80, NULL, &error);
  if (connection == NULL) {
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  } else {
    g_auto (Wire) wire = receive (connection);

    g_assert_cmpuint (wire.bytes->len, ==, 0);
    g_assert_cmpint (wire.end, ==, END_RESET);
  }
}

static void
test_accept_close_closes_before_the_request (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autoptr (GSocketConnection) connection = NULL;
  g_auto (Wire) wire = { 0 };

  mock_server_push_fault (server, "accept-close");
  connection = open_connection (server);
  wire = receive (connection);
  g_assert_cmpuint (wire.bytes->len, ==, 0);
  g_assert_cmpint (wire.end, ==, END_CLOSED);
}

static void
test_accept_silence_takes_the_request_and_is_silent (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autofree char *request = format_post ("a fox", "");
  g_autoptr (GSocketConnection) connection = NULL;

  mock_server_push_fault (server, "accept-silence");
  connection = open_connection (server);
  send_text (connection, request);
  g_assert_true (mock_server_wait_for (server, MOCK_EVENT_HELD, 1, TIMEOUT_MS));
  g_assert_false (g_socket_condition_timed_wait (
      g_socket_connection_get_socket (connection), G_IO_IN, 100 * 1000, NULL,
      NULL));
  g_assert_cmpuint (
      mock_server_count (server, MOCK_EVENT_POST_RECEIVED), ==, 0);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_CLOSED, 1, TIMEOUT_MS));
}

static void
test_accept_garbage_is_not_http (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autoptr (GSocketConnection) connection = NULL;
  char first[4] = { 0 };

  mock_server_push_fault (server, "accept-garbage");
  connection = open_connection (server);
  g_assert_true (g_input_stream_read_all (
      g_io_stream_get_input_stream (G_IO_STREAM (connection)), first, 3, NULL,
      NULL, NULL));
  g_assert_cmpstr (first, ==, "220");
}

#define ADD(name) g_test_add_func ("/mockfaults/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (fault_of_the_post_is_what_it_is_named_for);
  ADD (fault_of_the_get_is_what_it_is_named_for);
  ADD (left_out_headers_are_left_out);
  ADD (every_fault_is_tested_and_described);
  ADD (accept_reset_resets_before_the_request);
  ADD (accept_close_closes_before_the_request);
  ADD (accept_silence_takes_the_request_and_is_silent);
  ADD (accept_garbage_is_not_http);
  return g_test_run ();
}
