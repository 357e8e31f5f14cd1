/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockkind.c: the table of faults, what their rows mean, and the few effects
 * that are more than a value in a row
 */
#include "mockkind.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define JSON "application/json"
#define LARGE_JSON (2 * 1024 * 1024)
#define DEEP_JSON 500000
#define HUGE_HEADER (1024 * 1024)
#define MANY_HEADERS 7250 /* 58 kB of them */
#define EMPTY_BLOCKS 8192
#define SPACES_BLOCK (64 * 1024)

/* Where a reply stops. AT_HEAD is in the status line, AT_BODY after half of the
 * body; the setting "after" gives another number of bytes. */
typedef enum
{
  AT_NOWHERE,
  AT_START,
  AT_HEAD,
  AT_BODY,
} Place;

enum
{
  GZIPPED = 1 << 0,
  ENDLESS_BODY = 1 << 1,
  CHUNKS_BROKEN = 1 << 2,
  /* How a picture is served. */
  WEAK_TAG = 1 << 3,
  NO_TAG = 1 << 4,
  NO_DATE = 1 << 5,
  NO_RANGES = 1 << 6,
  LATE_RANGES = 1 << 7,
  FILE_CHANGED = 1 << 8, /* from its second GET on */
};

/* A row. What is left out does not change. In @text and @location stand for
 * themselves: $TOKEN $MESSAGE $STATUS $PHRASE $ADDRESS $IMAGE, of the picture's
 * address $SCHEME $HOST $ORIGIN $PATH, of the request's $SELF and $HOP. */
struct _MockFaultKind
{
  const char *name;
  guint stage;      /* unless told otherwise */
  guint status;     /* not 0: instead of the service's own reply */
  const char *type; /* Content-Type of @text */
  const char *text; /* the body */
  const char *location;
  const char *header[2]; /* name and value */
  const char *preface;   /* sent before the head */
  const char *repeated;  /* … and this behind it, count= times */
  Place hold, cut;
  MockEnd end;
  MockFraming framing;
  gint64 length; /* announced; 0: the body's and @more */
  gint64 more;
  guint rate; /* bytes per second */
  guint flags;
  void (*apply) (
      const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
  /* Whether the fault meets @request at all; NULL: it meets all. */
  gboolean (*condition) (const MockFault *fault, const MockRequest *request);
  MockAccept accept;
  const char *help;
};

static gint64
get_after (const MockFault *fault, const MockReply *reply)
{
  return mock_fault_get_number (
      fault, "after", (gint64) g_bytes_get_size (reply->body) / 2);
}

/* Number of hops behind @request: redirects of ours carry "?hop=N". */
static guint
count_hops (const MockRequest *request)
{
  guint hops = 0;

  if (request->query != NULL && g_str_has_prefix (request->query, "hop="))
    hops =
        (guint) g_ascii_strtoull (request->query + strlen ("hop="), NULL, 10);
  return hops;
}

static gboolean
has_hops_left (const MockFault *fault, const MockRequest *request)
{
  return count_hops (request) < mock_fault_get_number (fault, "hops", 1);
}

static gboolean
lacks_proxy_key (const MockFault *fault, const MockRequest *request)
{
  return soup_message_headers_get_one (request->headers, "Proxy-Authorization")
      == NULL;
}

static gboolean
wants_range (const MockFault *fault, const MockRequest *request)
{
  return soup_message_headers_get_one (request->headers, "Range") != NULL;
}

/* @text as it stands between the quotes of a JSON string. */
static char *
escape_json (const char *text)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);
  g_autofree char *quoted = NULL;

  json_node_set_string (node, text);
  quoted = json_to_string (node, FALSE);
  return g_strndup (quoted + 1, strlen (quoted) - 2);
}

static guint
get_status (const MockFault *fault)
{
  return fault->status != 0 ? fault->status : fault->kind->status;
}

/* The picture itself, for texts; transfer full. */
static char *
encode_gif (const MockFaultTarget *target)
{
  gsize size;
  const guint8 *data;

  if (target->gif == NULL)
    return g_strdup ("");
  data = g_bytes_get_data (target->gif->bytes, &size);
  return g_base64_encode (data, size);
}

/* The value of a placeholder, transfer full. */
static char *
get_value (
    const char *name, const MockFault *fault, const MockFaultTarget *target)
{
  const char *scheme = target->tls ? "https" : "http";
  const char *host =
      soup_message_headers_get_one (target->request->headers, "Host");
  const char *phrase = mock_status_get_phrase (get_status (fault));
  const char *given = NULL;

  host = host != NULL ? host : "127.0.0.1";
  if (g_str_equal (name, "TOKEN"))
    return g_strdup (target->token);
  if (g_str_equal (name, "STATUS"))
    return g_strdup_printf ("%u", get_status (fault));
  if (g_str_equal (name, "PHRASE"))
    return g_strdup (phrase);
  if (g_str_equal (name, "SCHEME"))
    return g_strdup (scheme);
  if (g_str_equal (name, "HOST"))
    return g_strdup (host);
  if (g_str_equal (name, "IMAGE"))
    return encode_gif (target);
  if (g_str_equal (name, "ORIGIN"))
    return g_strdup_printf ("%s://%s", scheme, host);
  if (g_str_equal (name, "SELF"))
    return g_strdup_printf ("%s://%s%s", scheme, host, target->request->path);
  if (g_str_equal (name, "HOP"))
    return g_strdup_printf ("%u", count_hops (target->request) + 1);
  if (g_str_equal (name, "PATH"))
    return g_strconcat (
        "/gifs/", target->gif != NULL ? target->gif->name : "none.gif", NULL);
  if (g_str_equal (name, "MESSAGE")) {
    given = mock_fault_get_text (fault, "message");
    if (given == NULL && get_status (fault) < 400)
      given = "Something went wrong";
    return g_strdup (given != NULL ? given : phrase);
  }
  g_assert (g_str_equal (name, "ADDRESS"));
  given = mock_fault_get_text (fault, "address");
  return g_strdup (given != NULL ? given : "http://127.0.0.1:1/none.gif");
}

/* @text with its placeholders filled in; transfer full. */
static char *
expand (const char *text, gboolean is_json, const MockFault *fault,
    const MockFaultTarget *target)
{
  GString *expanded = g_string_new (NULL);

  while (*text != '\0') {
    gsize length = strcspn (text, "$");

    g_string_append_len (expanded, text, (gssize) length);
    text += length;
    if (*text == '$') {
      gsize name_length = strspn (text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
      g_autofree char *name = g_strndup (text + 1, name_length);
      g_autofree char *value = get_value (name, fault, target);
      g_autofree char *escaped =
          is_json ? escape_json (value) : g_strdup (value);

      g_string_append (expanded, escaped);
      text += 1 + name_length;
    }
  }
  return g_string_free (expanded, FALSE);
}

static void
set_text_of (const MockFaultKind *kind, const MockFault *fault,
    const MockFaultTarget *target, MockReply *reply)
{
  gboolean is_json = g_strcmp0 (kind->type, "application/json") == 0;
  g_autofree char *text = expand (kind->text, is_json, fault, target);

  mock_reply_set_text (reply, kind->type, text);
}

/* What the service, or the proxy in front of it, sends with a status. */
static const char *
get_usual_body (guint status)
{
  if (status == 422)
    return "detail-list";
  if (status == 500)
    return "text";
  if (status > 500)
    return "html";
  return status >= 400 ? "detail-text" : "empty-body";
}

static void
set_usual_body (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  guint status = get_status (fault);
  const char *body = mock_fault_get_text (fault, "body");
  const MockFaultKind *kind =
      mock_kind_find (body != NULL ? body : get_usual_body (status));

  if (kind->text != NULL)
    set_text_of (kind, fault, target, reply);
  if (status >= 300 && status < 400) {
    g_autofree char *elsewhere =
        expand ("$ORIGIN/elsewhere", FALSE, fault, target);

    mock_reply_set_header (reply, "Location", elsewhere);
  }
}

static void
add_huge_header (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  g_autofree char *value = g_strnfill (HUGE_HEADER, 'x');

  mock_reply_set_header (reply, "X-Mock", value);
}

static void
add_many_headers (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  gint64 count = mock_fault_get_number (fault, "count", MANY_HEADERS);

  for (gint64 i = 0; i < count; i++)
    soup_message_headers_append (reply->headers, "Via", "x");
}

/* "bytes=100-": there are 100. */
static void
refuse_range (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  const char *range =
      soup_message_headers_get_one (target->request->headers, "Range");
  g_autofree char *value = g_strdup_printf ("bytes */%.*s",
      (int) strspn (range + strlen ("bytes="), "0123456789"),
      range + strlen ("bytes="));

  mock_reply_set_header (reply, "Content-Range", value);
}

static void
repeat_length (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  gsize size = g_bytes_get_size (reply->body);
  g_autofree char *value =
      g_strdup_printf ("%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT, size,
          (gsize) mock_fault_get_number (fault, "length", (gint64) size));

  mock_reply_set_header (reply, "Content-Length", value);
}

/* As it is given: no check, no encoding. */
static void
set_disposition (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  const char *message = mock_fault_get_text (fault, "message");

  mock_reply_set_header (
      reply, "Content-Disposition", message != NULL ? message : "inline");
}

/* RFC 1952 §2.3, RFC 1951 §3.2.4: much that stands for nothing. */
static void
set_empty_gzip (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  static const guint8 head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
  static const guint8 empty_block[] = { 0, 0, 0, 0xff, 0xff };
  GByteArray *body = g_byte_array_new ();

  g_byte_array_append (body, head, sizeof head);
  for (guint i = 0; i < EMPTY_BLOCKS; i++)
    g_byte_array_append (body, empty_block, sizeof empty_block);
  mock_reply_take_body (reply, NULL, g_byte_array_free_to_bytes (body));
  reply->endless_from = sizeof head;
}

static void
pad_json (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  GByteArray *body = g_byte_array_new ();
  static const char head[] = "{\"padding\":\"", tail[] = "\",";
  g_autofree char *padding = g_strnfill (LARGE_JSON, 'x');
  gsize size;
  const guint8 *true_body = g_bytes_get_data (reply->body, &size);

  g_byte_array_append (body, (const guint8 *) head, strlen (head));
  g_byte_array_append (body, (const guint8 *) padding, LARGE_JSON);
  g_byte_array_append (body, (const guint8 *) tail, strlen (tail));
  if (size > 1)
    g_byte_array_append (body, true_body + 1, (guint) size - 1);
  mock_reply_take_body (
      reply, "application/json", g_byte_array_free_to_bytes (body));
}

static void
set_deep_json (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  GString *body = g_string_new ("{\"images\":");

  for (guint i = 0; i < DEEP_JSON; i++)
    g_string_append_c (body, '[');
  for (guint i = 0; i < DEEP_JSON; i++)
    g_string_append_c (body, ']');
  g_string_append_c (body, '}');
  mock_reply_take_body (
      reply, "application/json", g_string_free_to_bytes (body));
}

/* White space before a JSON text may be as long as it likes. */
static void
set_spaces (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_reply_take_body (reply, JSON,
      g_bytes_new_take (g_strnfill (SPACES_BLOCK, ' '), SPACES_BLOCK));
}

static void
set_gif (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  if (target->gif != NULL)
    mock_reply_take_body (reply, "image/gif", g_bytes_ref (target->gif->bytes));
}

static void
truncate_gif (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  gsize size = g_bytes_get_size (reply->body);
  gsize kept = MIN (size, (gsize) get_after (fault, reply));

  mock_reply_take_body (
      reply, "image/gif", g_bytes_new_from_bytes (reply->body, 0, kept));
}

/* clang-format off */
#define ANSWER(status_, text_) \
  MOCK_STAGE_POST, .status = status_, .type = JSON, .text = text_
#define REDIRECT .status = 302, .text = ""
#define ENDLESS .flags = ENDLESS_BODY, .framing = MOCK_FRAMING_CLOSE
/* clang-format on */

static const MockFaultKind table[] = {
  /* Nothing, or a bare status (200 to 599 are names too). */
  { "ok", MOCK_STAGE_POST, .help = "changes nothing: leaves a request out" },
  { "status", MOCK_STAGE_POST, .status = 503, .apply = set_usual_body,
      .help = "status= with the body the service or its proxy would send" },

  /* Errors in the shapes that other clients have met. */
  { "detail-text", ANSWER (400, "{\"detail\":\"$MESSAGE\"}"),
      .help = "{\"detail\":\"text\"}" },
  { "detail-list",
      ANSWER (422,
          "{\"detail\":[{\"loc\":[\"body\",\"cfg_scale\"],\"msg\":\"ensure "
          "this value is less than or equal to "
          "20\",\"type\":\"value_error.number.not_le\",\"ctx\":{\"limit_"
          "value\":20}},{\"loc\":[\"body\",\"images\",0,\"steps\"],\"msg\":"
          "\"value is not a valid "
          "integer\",\"type\":\"type_error.integer\"}]}"),
      .help = "FastAPI detail list, loc of strings and integers" },
  { "detail-odd",
      ANSWER (422,
          "{\"detail\":[7,null,{\"msg\":5},{\"loc\":\"body\"},{\"loc\":[],"
          "\"msg\":\"\"}]}"),
      .help = "a detail list of other types than promised" },
  { "error-text", ANSWER (400, "{\"error\":\"$MESSAGE\"}"),
      .help = "{\"error\":\"text\"}" },
  { "error-object",
      ANSWER (403, "{\"error\":{\"message\":\"$MESSAGE\",\"code\":403}}"),
      .help = "{\"error\":{\"message\":\"text\",\"code\":403}}" },
  { "detail-text-200", ANSWER (200, "{\"detail\":\"$MESSAGE\"}"),
      .help = "detail-text with status 200" },
  { "error-text-200", ANSWER (200, "{\"error\":\"$MESSAGE\"}"),
      .help = "error-text with status 200" },
  { "error-object-200",
      ANSWER (200, "{\"error\":{\"message\":\"$MESSAGE\",\"code\":403}}"),
      .help = "error-object with status 200" },
  { "rate-limit",
      ANSWER (
          403, "{\"detail\":\"Free users can generate 1 GIF per 60 seconds\"}"),
      .help = "rate limit by text, status 403" },
  { "rate-limit-200",
      ANSWER (
          200, "{\"error\":\"Free users can generate 3 GIFs per 2 minutes\"}"),
      .help = "rate limit by text, status 200" },
  { "rate-limit-hours",
      ANSWER (
          403, "{\"detail\":\"Basic users can make 10 requests per 1 hours\"}"),
      .help = "rate limit in hours" },
  { "no-sampler",
      ANSWER (400, "{\"detail\":\"The server doesn't have Euler sampler\"}"),
      .help = "\"doesn't have X sampler\"" },
  { "no-model",
      ANSWER (200, "{\"error\":\"The server doesn't have anime model\"}"),
      .help = "\"doesn't have X model\", status 200" },
  { "banned", ANSWER (403, "{\"detail\":\"Your API key is banned\"}"),
      .help = "a key that is not let in" },
  { "paid-plan", ANSWER (413, "{\"detail\":\"Upgrade to a paid plan\"}"),
      .help = "413, needs a paid plan" },
  { "token-echo",
      ANSWER (403, "{\"detail\":\"Invalid API key $TOKEN for this plan\"}"),
      .help = "the error text repeats the key" },
  { "token-echo-200",
      ANSWER (
          200, "{\"error\":{\"message\":\"key=$TOKEN\",\"code\":\"$TOKEN\"}}"),
      .help = "the same with status 200, twice" },
  { "token-echo-html", MOCK_STAGE_POST, .status = 502, .type = "text/html",
      .text = "<html><head><title>$TOKEN</title></head><body>Bad key "
              "$TOKEN</body></html>",
      .help = "the same in a page" },
  { "html", MOCK_STAGE_POST, .status = 502, .type = "text/html; charset=UTF-8",
      .text =
          "<!DOCTYPE html>\n<html><head><title>$STATUS "
          "$PHRASE</title></head>\n<body><h1>$MESSAGE</h1><p>The web server "
          "reported error $STATUS.</p></body></html>\n",
      .help = "the page of a proxy" },
  { "text", MOCK_STAGE_POST, .status = 500, .type = "text/plain; charset=utf-8",
      .text = "$MESSAGE", .help = "text/plain" },
  { "text-binary", MOCK_STAGE_POST, .status = 500, .type = "text/plain",
      .text = "\001\002\377\376bad \033[31mbytes\r\n",
      .help = "control characters, no UTF-8" },
  { "auth", ANSWER (401, "{\"detail\":\"Not authenticated\"}"),
      .header = { "WWW-Authenticate", "Basic realm=\"mock\"" },
      .help = "401 with WWW-Authenticate" },
  { "proxy-auth", MOCK_STAGE_POST, .status = 407, .type = "text/html",
      .text = "<html><body>Proxy Authentication Required</body></html>",
      .header = { "Proxy-Authenticate", "Basic realm=\"mock\"" },
      .condition = lacks_proxy_key,
      .help = "407 until the request carries Proxy-Authorization" },

  /* A reply with status 200 that is not what was promised. */
  { "images-empty", ANSWER (200, "{\"images\":[]}"),
      .help = "no address in \"images\"" },
  { "images-missing", ANSWER (200, "{\"status\":\"done\"}"),
      .help = "no \"images\"" },
  { "images-null", ANSWER (200, "{\"images\":null}"),
      .help = "\"images\" is null" },
  { "images-text", ANSWER (0, "{\"images\":\"$ORIGIN$PATH\"}"),
      .help = "\"images\" is a string" },
  { "images-object", ANSWER (0, "{\"images\":{\"0\":\"$ORIGIN$PATH\"}}"),
      .help = "\"images\" is an object" },
  { "images-number", ANSWER (200, "{\"images\":[42]}"),
      .help = "the address is a number" },
  { "images-null-entry", ANSWER (200, "{\"images\":[null]}"),
      .help = "the address is null" },
  { "images-nested", ANSWER (0, "{\"images\":[[\"$ORIGIN$PATH\"]]}"),
      .help = "the address is an array" },
  { "images-objects", ANSWER (0, "{\"images\":[{\"url\":\"$PATH\"}]}"),
      .help = "\"images\" is a list of objects" },
  { "images-base64", ANSWER (0, "{\"images\":[\"$IMAGE\"]}"),
      .help = "the GIF itself in base64" },
  { "images-remark",
      ANSWER (0,
          "{\"images\":[\"$PATH\"],\"detail\":\"Free users can generate 1 "
          "GIF per 60 seconds\"}"),
      .help = "an address, and a remark about the next request" },
  { "image-url", ANSWER (0, "{\"image_url\":\"$ORIGIN$PATH\"}"),
      .help = "another member has the address" },
  { "image-data", ANSWER (0, "{\"data\":[{\"b64_json\":\"$IMAGE\"}]}"),
      .help = "another member has the GIF itself" },
  { "job-id", ANSWER (202, "{\"job_id\":\"job-17\"}"),
      .help = "202 and no image yet" },
  { "json-truncated", ANSWER (200, "{\"images\":[\"http:/"),
      .help = "JSON that breaks off" },
  { "json-two-roots", ANSWER (200, "0{\"images\":[]}"),
      .help = "two JSON texts in one" },
  { "json-null", ANSWER (200, "null"), .help = "JSON null" },
  { "json-array", ANSWER (0, "[\"$ORIGIN$PATH\"]"), .help = "a bare array" },
  { "json-number", ANSWER (200, "42"), .help = "a bare number" },
  { "json-text", ANSWER (200, "\"done\""), .help = "a bare string" },
  { "json-bad-utf8", ANSWER (200, "{\"images\":[\"\377\376\"]}"),
      .help = "bytes that are no UTF-8" },
  { "json-nul", ANSWER (200, "{\"images\":[\"http://127.0.0.1/\\u0000.gif\"]}"),
      .help = "an escaped NUL in the address" },
  { "json-deep", ANSWER (200, ""), .apply = set_deep_json,
      .help = "half a million nested arrays" },
  { "json-large", MOCK_STAGE_POST, .apply = pad_json,
      .help = "2 MiB of JSON, good but for its size" },
  { "json-endless", ANSWER (200, ""), .apply = set_spaces, ENDLESS,
      .help = "white space without end" },
  { "json-drip", ANSWER (200, ""), .apply = set_spaces, ENDLESS, .rate = 100,
      .help = "the same at 100 bytes per second, or rate=" },
  { "raw-gif", MOCK_STAGE_POST, .apply = set_gif,
      .help = "the GIF itself, image/gif or type=" },
  { "html-200", MOCK_STAGE_POST, .status = 200, .type = "text/html",
      .text =
          "<!DOCTYPE html>\n<html><body>Checking your browser</body></html>",
      .help = "a page with status 200" },

  /* Addresses. Each is one a client has to refuse or to resolve. */
  { "address", ANSWER (0, "{\"images\":[\"$ADDRESS\"]}"),
      .help = "the one in address=" },
  { "address-relative", ANSWER (0, "{\"images\":[\"$PATH\"]}"),
      .help = "\"/gifs/X.gif\"" },
  { "address-no-scheme", ANSWER (0, "{\"images\":[\"//$HOST$PATH\"]}"),
      .help = "\"//host/gifs/X.gif\"" },
  { "address-two",
      ANSWER (0, "{\"images\":[\"$ORIGIN$PATH\",\"$ORIGIN/gifs/other.gif\"]}"),
      .help = "a second address, of nothing" },
  { "address-http", ANSWER (0, "{\"images\":[\"http://$HOST$PATH\"]}"),
      .help = "http, also from an https server" },
  { "address-userinfo",
      ANSWER (0, "{\"images\":[\"$SCHEME://user:secret@$HOST$PATH\"]}"),
      .help = "name and password in it" },
  { "address-file", ANSWER (0, "{\"images\":[\"file:///etc/passwd\"]}"),
      .help = "a file of the client's" },
  { "address-data",
      ANSWER (0, "{\"images\":[\"data:image/gif;base64,$IMAGE\"]}"),
      .help = "a data: address, of the GIF" },
  { "address-unwritable", ANSWER (0, "{\"images\":[\"x:/.//y\"]}"),
      .help = "an address that GLib reads and cannot write" },
  { "address-ftp", ANSWER (0, "{\"images\":[\"ftp://127.0.0.1/x.gif\"]}"),
      .help = "another scheme" },
  { "address-garbage", ANSWER (0, "{\"images\":[\"no address at all\"]}"),
      .help = "not an address" },
  { "address-empty", ANSWER (0, "{\"images\":[\"\"]}"),
      .help = "an empty string" },
  { "address-refused",
      ANSWER (0, "{\"images\":[\"http://127.0.0.1:1/x.gif\"]}"),
      .help = "a port where nobody listens" },
  { "address-missing",
      ANSWER (0, "{\"images\":[\"$ORIGIN/gifs/missing.gif\"]}"),
      .help = "an address that is 404" },

  /* Transport, on the POST unless told otherwise. */
  { "silence", MOCK_STAGE_POST, .hold = AT_START,
      .help = "no reply until released" },
  { "reset-before", MOCK_STAGE_POST, .cut = AT_START, .end = MOCK_END_RESET,
      .help = "TCP reset instead of a reply" },
  { "reset-headers", MOCK_STAGE_POST, .cut = AT_HEAD, .end = MOCK_END_RESET,
      .help = "TCP reset in the status line, or after=" },
  { "close-before", MOCK_STAGE_POST, .cut = AT_START, .end = MOCK_END_CLOSE,
      .help = "end of stream instead of a reply" },
  { "close-headers", MOCK_STAGE_POST, .cut = AT_HEAD, .end = MOCK_END_CLOSE,
      .help = "end of stream in the status line, or after=" },
  { "garbage", MOCK_STAGE_POST, .preface = "SSH-2.0-this_is_not_HTTP\r\n",
      .cut = AT_START, .end = MOCK_END_CLOSE,
      .help = "bytes that are not HTTP" },
  { "early-hints", MOCK_STAGE_POST,
      .repeated = "HTTP/1.1 103 Early Hints\r\nLink: </mock>\r\n\r\n",
      .help = "a 103 before the reply, or count=" },
  { "early-continue", MOCK_STAGE_POST,
      .repeated = "HTTP/1.1 100 Continue\r\n\r\n",
      .help = "a 100 before the reply, or count=" },
  { "early-switch", MOCK_STAGE_POST,
      .repeated = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: mock\r\n"
                  "Connection: upgrade\r\n\r\n",
      .help = "a 101 before the reply, or count=" },
  { "head-endless", MOCK_STAGE_POST, .preface = "HTTP/1.1 200 OK\r\n",
      .repeated = "Via: x\r\n", .help = "a head without end" },
  { "trailers-endless", MOCK_STAGE_POST,
      .preface = "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n0\r\n",
      .repeated = "X-Mock: x\r\n",
      .help = "no body, and trailers without end" },
  { "headers-many", MOCK_STAGE_POST, .apply = add_many_headers,
      .help = "58 kB of one header, or count= of it" },
  { "gzip-empty", MOCK_STAGE_GET, .apply = set_empty_gzip, ENDLESS,
      .header = { "Content-Encoding", "gzip" },
      .help = "gzip'd nothing without end" },
  { "headers-huge", MOCK_STAGE_POST, .apply = add_huge_header,
      .help = "a header of 1 MiB" },
  { "empty-body", ANSWER (200, ""), .help = "no body, Content-Length 0" },

  /* Transport, on the GET unless told otherwise; "after" is half of the body. */
  { "drip", MOCK_STAGE_GET, .rate = 65536,
      .help = "a body at rate= bytes per second (65536)" },
  { "hold-body", MOCK_STAGE_GET, .hold = AT_BODY,
      .help = "stops after= bytes until released" },
  { "reset-body", MOCK_STAGE_GET, .cut = AT_BODY, .end = MOCK_END_RESET,
      .help = "TCP reset after= bytes of the body" },
  { "close-body", MOCK_STAGE_GET, .cut = AT_BODY, .end = MOCK_END_CLOSE,
      .help = "end of stream after= bytes of the body" },
  { "length-long", MOCK_STAGE_GET, .more = 1000, .end = MOCK_END_CLOSE,
      .help = "announces 1000 bytes more than come, or length=" },
  { "length-short", MOCK_STAGE_GET, .more = -10, .end = MOCK_END_CLOSE,
      .help = "announces 10 bytes too few, or length=" },
  { "length-huge", MOCK_STAGE_GET, .length = (gint64) 1 << 40,
      .end = MOCK_END_CLOSE, .help = "announces 1 TiB, or length=" },
  { "length-negative", MOCK_STAGE_GET, .length = -5, .end = MOCK_END_CLOSE,
      .help = "announces -5 bytes" },
  { "length-twice", MOCK_STAGE_GET, .framing = MOCK_FRAMING_CLOSE,
      .apply = repeat_length,
      .help = "announces its length twice in one field, then as length=" },
  { "no-length", MOCK_STAGE_GET, .framing = MOCK_FRAMING_CLOSE,
      .help = "no length, ended by closing" },
  { "chunked", MOCK_STAGE_GET, .framing = MOCK_FRAMING_CHUNKED,
      .help = "chunked" },
  { "chunked-cut", MOCK_STAGE_GET, .framing = MOCK_FRAMING_CHUNKED,
      .cut = AT_BODY, .end = MOCK_END_CLOSE, .help = "chunked, breaks off" },
  { "chunked-broken", MOCK_STAGE_GET, .framing = MOCK_FRAMING_CHUNKED,
      .flags = CHUNKS_BROKEN, .end = MOCK_END_CLOSE,
      .help = "chunk sizes that are no numbers" },
  { "gzip", MOCK_STAGE_GET, .flags = GZIPPED | NO_RANGES,
      .help = "gzip'd, and says so" },
  { "gzip-broken", MOCK_STAGE_GET, .header = { "Content-Encoding", "gzip" },
      .help = "says gzip, is not" },
  { "endless", MOCK_STAGE_GET, ENDLESS, .help = "the body again and again" },
  { "disposition", MOCK_STAGE_GET, .apply = set_disposition,
      .help = "message= as Content-Disposition" },
  { "cookie", MOCK_STAGE_GET, .header = { "Set-Cookie", "mock=1; Path=/" },
      .help = "sets a cookie" },

  /* The file. */
  { "not-gif", MOCK_STAGE_GET, .status = 200, .type = "image/gif",
      .text = "\211PNG\r\n\032\n, not a GIF",
      .help = "other bytes as image/gif" },
  { "gif-html", MOCK_STAGE_GET, .status = 200, .type = "text/html",
      .text = "<!DOCTYPE html>\n<html><body>Gone fishing</body></html>",
      .help = "a page with status 200" },
  { "gif-empty", MOCK_STAGE_GET, .status = 200, .type = "image/gif", .text = "",
      .help = "no bytes at all" },
  { "gif-short", MOCK_STAGE_GET, .status = 200, .type = "image/gif",
      .text = "GIF8", .help = "four bytes" },
  { "gif-truncated", MOCK_STAGE_GET, .apply = truncate_gif,
      .help = "the first half, or after=, as if it were all" },
  { "gone", MOCK_STAGE_GET, .status = 410, .type = JSON,
      .text = "{\"detail\":\"Gone\"}", .help = "410" },
  { "etag-changed", MOCK_STAGE_GET, .flags = FILE_CHANGED,
      .help = "another file from its second GET on" },
  { "etag-weak", MOCK_STAGE_GET, .flags = WEAK_TAG, .help = "a weak ETag" },
  { "etag-none", MOCK_STAGE_GET, .flags = NO_TAG, .help = "no ETag" },
  { "validators-weak", MOCK_STAGE_GET, .flags = WEAK_TAG | NO_DATE,
      .help = "a weak ETag, no Last-Modified" },
  { "validators-none", MOCK_STAGE_GET, .flags = NO_TAG | NO_DATE,
      .help = "neither" },
  { "range-ignored", MOCK_STAGE_GET, .flags = NO_RANGES, .help = "no ranges" },
  { "range-wrong", MOCK_STAGE_GET, .flags = LATE_RANGES,
      .help = "a 206 that begins one byte late, and says so" },
  { "range-refused", MOCK_STAGE_GET, .status = 416, .text = "",
      .header = { "Content-Range", "bytes */0" }, .condition = wants_range,
      .help = "416 to each range" },
  { "range-cut", MOCK_STAGE_GET, .status = 416, .text = "",
      .apply = refuse_range, .condition = wants_range,
      .help = "416 to each range, as if the file ended where it begins" },

  /* Redirects: status= gives another than 302, on=post moves them. */
  { "redirect", MOCK_STAGE_GET, REDIRECT, .location = "$SELF?hop=$HOP",
      .condition = has_hops_left,
      .help = "hops= redirects (1), then the file" },
  { "redirect-loop", MOCK_STAGE_GET, REDIRECT, .location = "$SELF",
      .help = "to itself" },
  { "redirect-to", MOCK_STAGE_GET, REDIRECT, .location = "$ADDRESS",
      .help = "to location=" },
  { "redirect-file", MOCK_STAGE_GET, REDIRECT, .location = "file:///etc/passwd",
      .help = "to a file" },
  { "redirect-data", MOCK_STAGE_GET, REDIRECT,
      .location = "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
      .help = "to a data: address" },
  { "redirect-ftp", MOCK_STAGE_GET, REDIRECT,
      .location = "ftp://127.0.0.1/x.gif", .help = "to another scheme" },
  { "redirect-http", MOCK_STAGE_GET, REDIRECT, .location = "http://$HOST$PATH",
      .help = "to http, also from an https server" },
  { "redirect-garbage", MOCK_STAGE_GET, REDIRECT, .location = "http://[",
      .help = "to no address" },
  { "redirect-nowhere", MOCK_STAGE_GET, REDIRECT, .help = "without Location" },

  /* Before any request; on=connection. */
  { "accept-silence", MOCK_STAGE_CONNECTION, .accept = MOCK_ACCEPT_SILENCE,
      .help = "accepts and is silent: no TLS, no reply" },
  { "accept-reset", MOCK_STAGE_CONNECTION, .accept = MOCK_ACCEPT_RESET,
      .help = "accepts and resets" },
  { "accept-close", MOCK_STAGE_CONNECTION, .accept = MOCK_ACCEPT_CLOSE,
      .help = "accepts and closes" },
  { "accept-garbage", MOCK_STAGE_CONNECTION, .accept = MOCK_ACCEPT_GARBAGE,
      .help = "accepts and says something that is neither TLS nor HTTP" },
};

const MockFaultKind *
mock_kind_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].name, name))
      return &table[i];
  return NULL;
}

guint
mock_kind_get_stage (const MockFaultKind *kind)
{
  return kind->stage;
}

void
mock_kind_describe (GString *text)
{
  static const char *const stages[] = { "post", "get", "connection" };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_string_append_printf (text, "  %-18s %-11s %s\n", table[i].name,
        stages[table[i].stage], table[i].help);
}

const char *const *
mock_fault_list (void)
{
  static const char **names;

  if (g_once_init_enter (&names)) {
    const char **list = g_new0 (const char *, G_N_ELEMENTS (table) + 1);

    for (guint i = 0; i < G_N_ELEMENTS (table); i++)
      list[i] = table[i].name;
    g_once_init_leave (&names, list);
  }
  return names;
}

static gboolean
is_met (const MockFault *fault, const MockRequest *request)
{
  return fault->kind->condition == NULL
      || fault->kind->condition (fault, request);
}

gboolean
mock_kind_any_replaces (GPtrArray *faults, const MockRequest *request)
{
  for (guint i = 0; i < faults->len; i++) {
    const MockFault *fault = faults->pdata[i];

    if (fault->kind->status != 0 && is_met (fault, request))
      return TRUE;
  }
  return FALSE;
}

/* As if the file had been replaced: other bytes of the same length, which
 * differ from the first block of pixels on, under another tag and date. */
static void
change_file (const MockFaultTarget *target, MockServing *serving)
{
  gsize size;
  guint8 *bytes;

  if (target->n_gets == 0)
    return;
  bytes = g_bytes_unref_to_data (g_bytes_ref (serving->bytes), &size);
  for (gsize i = 13; i < MIN (size, 13 + 3 * 256); i++)
    bytes[i] = 255 - bytes[i];
  g_bytes_unref (serving->bytes);
  serving->bytes = g_bytes_new_take (bytes, size);
  g_free (serving->etag);
  serving->etag = g_strdup_printf ("\"changed-%u\"", target->n_gets);
  g_free (serving->modified);
  serving->modified = g_strdup ("Fri, 01 Jan 2100 00:00:00 GMT");
}

static void
serve_one (
    const MockFault *fault, const MockFaultTarget *target, MockServing *serving)
{
  guint flags = fault->kind->flags;

  if ((flags & FILE_CHANGED) != 0)
    change_file (target, serving);
  if ((flags & WEAK_TAG) != 0 && serving->etag != NULL) {
    g_autofree char *strong = serving->etag;

    serving->etag = g_strconcat ("W/", strong, NULL);
  }
  if ((flags & NO_TAG) != 0)
    g_clear_pointer (&serving->etag, g_free);
  if ((flags & NO_DATE) != 0)
    g_clear_pointer (&serving->modified, g_free);
  if ((flags & NO_RANGES) != 0)
    serving->range_ignored = TRUE;
  if ((flags & LATE_RANGES) != 0)
    serving->range_shift = 1;
}

void
mock_kind_serve (
    GPtrArray *faults, const MockFaultTarget *target, MockServing *serving)
{
  for (guint i = 0; i < faults->len; i++) {
    const MockFault *fault = faults->pdata[i];

    if (is_met (fault, target->request))
      serve_one (fault, target, serving);
  }
}

static void
set_retry_after (const MockFault *fault, MockReply *reply)
{
  const char *date = mock_fault_get_text (fault, "retry-after-date");
  const char *seconds = mock_fault_get_text (fault, "retry-after");

  if (seconds != NULL)
    mock_reply_set_header (reply, "Retry-After", seconds);
  if (date != NULL) {
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
    g_autoptr (GDateTime) then = g_date_time_add_seconds (
        now, (double) mock_fault_get_number (fault, "retry-after-date", 0));
    g_autofree char *text = soup_date_time_to_string (then, SOUP_DATE_HTTP);

    mock_reply_set_header (reply, "Retry-After", text);
  }
}

/* The settings that mean the same for every fault. */
static void
apply_settings (const MockFault *fault, MockReply *reply)
{
  const char *type = mock_fault_get_text (fault, "type");
  const char *location = mock_fault_get_text (fault, "location");

  if (fault->status != 0)
    reply->status = fault->status;
  if (type != NULL)
    mock_reply_set_header (reply, "Content-Type", type);
  if (location != NULL)
    mock_reply_set_header (reply, "Location", location);
  set_retry_after (fault, reply);
  reply->rate = (guint) mock_fault_get_number (fault, "rate", reply->rate);
  reply->latency_ms =
      (guint) mock_fault_get_number (fault, "latency-ms", reply->latency_ms);
}

/* The columns that are about how a reply goes out. */
static void
apply_transport (const MockFault *fault, MockReply *reply)
{
  const MockFaultKind *kind = fault->kind;
  gint64 size = (gint64) g_bytes_get_size (reply->body);

  if (kind->header[0] != NULL)
    mock_reply_set_header (reply, kind->header[0], kind->header[1]);
  if (kind->preface != NULL)
    reply->preface = kind->preface;
  if (kind->repeated != NULL) {
    reply->repeated = kind->repeated;
    reply->repeat_count = (guint) mock_fault_get_number (
        fault, "count", kind->preface != NULL ? 0 : 1);
  }
  if (kind->hold != AT_NOWHERE)
    reply->hold_at =
        kind->hold == AT_START ? MOCK_AT_START : get_after (fault, reply);
  if (kind->cut == AT_HEAD)
    reply->headers_cut =
        (guint) mock_fault_get_number (fault, "after", strlen ("HTTP/1.1 2"));
  else if (kind->cut != AT_NOWHERE)
    reply->cut_at =
        kind->cut == AT_START ? MOCK_AT_START : get_after (fault, reply);
  if (kind->end != MOCK_END_NORMAL)
    reply->end = kind->end;
  if (kind->framing != MOCK_FRAMING_LENGTH)
    reply->framing = kind->framing;
  if (kind->length != 0 || kind->more != 0)
    reply->announced_length = mock_fault_get_number (fault, "length",
        kind->length != 0 ? kind->length : MAX (0, size + kind->more));
  if (kind->rate != 0)
    reply->rate = kind->rate;
  reply->gzipped |= (kind->flags & GZIPPED) != 0;
  reply->endless |= (kind->flags & ENDLESS_BODY) != 0;
  reply->chunks_broken |= (kind->flags & CHUNKS_BROKEN) != 0;
}

static void
apply_one (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  const MockFaultKind *kind = fault->kind;

  if (kind->status != 0) {
    soup_message_headers_clear (reply->headers);
    mock_reply_take_body (reply, NULL, g_bytes_new (NULL, 0));
    reply->status = kind->status;
  }
  if (kind->text != NULL)
    set_text_of (kind, fault, target, reply);
  if (kind->location != NULL) {
    g_autofree char *location = expand (kind->location, FALSE, fault, target);

    mock_reply_set_header (reply, "Location", location);
  }
  if (kind->apply != NULL)
    kind->apply (fault, target, reply);
  apply_transport (fault, reply);
  apply_settings (fault, reply);
}

void
mock_kind_apply (
    GPtrArray *faults, const MockFaultTarget *target, MockReply *reply)
{
  for (guint i = 0; i < faults->len; i++) {
    const MockFault *fault = faults->pdata[i];

    if (is_met (fault, target->request))
      apply_one (fault, target, reply);
  }
}

MockAccept
mock_kind_accept (GPtrArray *faults)
{
  MockAccept accept = MOCK_ACCEPT_SERVE;

  for (guint i = 0; i < faults->len; i++) {
    const MockFault *fault = faults->pdata[i];

    accept = fault->kind->accept;
  }
  return accept;
}
