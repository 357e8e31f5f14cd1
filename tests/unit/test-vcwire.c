/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcwire.h"
#include "vctext.h"

#include <string.h>

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#define TOKEN "sk/k\"1-long"
#define API "https://api.example/v1/generate-gif"
/* A GIF of one pixel. */
#define GIF "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="

static const char *const secrets[] = { TOKEN, NULL };

/* --- The request --- */

static VcRequest *
request_new (const char *prompt, const char *negative_prompt)
{
  VcRequest *request = vc_request_new ();

  request->token = g_strdup ("t");
  request->sampler = g_strdup ("DPM++ 2S a");
  request->prompt = g_strdup (prompt);
  request->negative_prompt = g_strdup (negative_prompt);
  request->steps = 50;
  return request;
}

static char *
request_json (const VcRequest *request)
{
  g_autoptr (GBytes) body = vc_wire_request (request);
  gsize size;
  const char *data = g_bytes_get_data (body, &size);

  return g_strndup (data, size);
}

static void
test_the_request_is_exactly_this (void)
{
  g_autoptr (VcRequest) all =
      request_new ("a \"fox\" in {snow}, [((x))]\n\\ 🦊", "");
  g_autoptr (VcRequest) unset = request_new ("p", NULL);
  g_autofree char *a = request_json (all);
  g_autofree char *b = request_json (unset);

  g_assert_cmpstr (a, ==,
      "{\"token\":\"t\",\"sampler\":\"DPM++ 2S a\",\"prompt\":\"a \\\"fox\\\" "
      "in {snow}, [((x))]\\n\\\\ 🦊\",\"negative_prompt\":\"\","
      "\"cfg_scale\":0,\"steps\":50}");
  g_assert_cmpstr (b, ==,
      "{\"token\":\"t\",\"sampler\":\"DPM++ 2S a\",\"prompt\":\"p\","
      "\"cfg_scale\":0,\"steps\":50}");
}

/* Every character but NUL comes back as it went, in 10,000 of them. */
static void
test_any_prompt_survives_the_json (void)
{
  g_autoptr (GString) prompt = g_string_new (NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (VcRequest) request = NULL;
  g_autofree char *json = NULL;

  for (gunichar c = 1; g_utf8_strlen (prompt->str, -1) < 10000; c += 7) {
    if (g_unichar_validate (c))
      g_string_append_unichar (prompt, c);
  }
  request = request_new (prompt->str, NULL);
  json = request_json (request);
  g_assert_true (json_parser_load_from_data (parser, json, -1, NULL));
  g_assert_cmpstr (
      json_object_get_string_member (
          json_node_get_object (json_parser_get_root (parser)), "prompt"),
      ==, prompt->str);
}

/* --- Replies --- */

typedef struct
{
  const char *body;
  guint status;
  int code;                   /* -1: images; -2: the GIF itself */
  const char *text;           /* in the error, or the first address */
  const char *server_message; /* NULL: not looked at */
  guint retry_after_s;
} Reply;

static const Reply replies[] = {
  { "{\"images\":[\"https://h/a.gif\"]}", 200, -1, "https://h/a.gif" },
  { "{\"images\":[\"/a.gif\",7]}", 200, -1, "https://api.example/a.gif" },
  { "{\"images\":[\"a.gif\"]}", 200, -1, "https://api.example/v1/a.gif" },
  { "{\"images\":[\"//h/a.gif\"]}", 201, -1, "https://h/a.gif" },
  { "{\"images\":[\"https://u:p@h/a.gif\"]}", 200, -1, "https://h/a.gif" },
  { " \n{\"error\":null,\"images\":[\"https://h/a.gif\"]}\n", 200, -1,
      "https://h/a.gif" },
  { "{\"error\":false,\"detail\":\"\",\"images\":[\"https://h/a\"]}", 200, -1,
      "https://h/a" },
  { "{\"detail\":[],\"error\":{},\"images\":[\"https://h/a\"]}", 200, -1,
      "https://h/a" },

  /* An image is one, whatever is said beside it. */
  { "{\"images\":[\"https://h/a\"],\"detail\":\"Users can make 1 per minute\"}",
      200, -1, "https://h/a", "Users can make 1 per minute" },
  { "{\"images\":[\"https://h/a\"],\"error\":{\"code\":403}}", 200, -1,
      "https://h/a" },
  { "{\"request_id\":7,\"images\":[\"https://h/a\"]}", 200, -1, "https://h/a" },
  { "{\"images\":[\"https://h/a\"]}", 500, VC_ERROR_SERVICE, "answered 500" },

  /* Addresses as servers write them. */
  { "\357\273\277{\"images\":[\"https://h/a\"]}", 200, -1, "https://h/a" },
  { "{\"images\":[\" \\thttps://h/a.gif\\n\"]}", 200, -1, "https://h/a.gif" },
  { "{\"images\":[\"https://h/100%.gif?a=%zz&b=%2f\"]}", 200, -1,
      "https://h/100%25.gif?a=%25zz&b=%2F" },
  { "{\"images\":[\"https://h/a b.gif\"]}", 200, -1, "https://h/a%20b.gif" },

  /* Relatives of the protocol. */
  { "{\"images\":[{\"url\":\"/a.gif\"}]}", 200, -1,
      "https://api.example/a.gif" },
  { "{\"images\":\"https://h/a\"}", 200, -1, "https://h/a" },
  { "{\"image\":\"https://h/a\"}", 200, -1, "https://h/a" },
  { "{\"image\":{\"url\":\"https://h/a\"}}", 200, -1, "https://h/a" },
  { "{\"image_url\":\"HTTPS://h/a\"}", 200, -1, "https://h/a" },
  { "{\"url\":\"http://h/a\"}", 200, -1, "http://h/a" },
  { "{\"output\":[\"https://h/a\",\"https://h/b\"]}", 200, -1, "https://h/a" },
  { "{\"output\":\"https://h/a\",\"url\":null}", 200, -1, "https://h/a" },
  { "{\"data\":[{\"url\":\"https://h/a\"}]}", 200, -1, "https://h/a" },
  { "{\"images\":[],\"data\":[{\"url\":\"https://h/a\"}]}", 200, -1,
      "https://h/a" },
  { "{\"url\":\"https://h/page\",\"image\":\"https://h/a\"}", 200,
      VC_ERROR_REPLY, "{\"url\":\"https://h/page\"" },
  { "{\"detail\":\"done\",\"image_url\":\"https://h/a\"}", 200, -1,
      "https://h/a" },
  { "{\"error\":\"users can make 1 per minute\",\"image\":\"https://h/a\"}",
      200, -1, "https://h/a" },
  { "{\"error\":\"no\",\"image\":null}", 200, VC_ERROR_SERVICE, "\"no\"" },
  { "{\"error\":\"no\",\"image\":\"a.png\"}", 200, VC_ERROR_SERVICE, "\"no\"" },
  { "{\"detail\":\"no\",\"url\":\"https://h/help\"}", 200, VC_ERROR_SERVICE,
      "\"no\"" },
  { "{\"images\":\"a.gif\"}", 200, VC_ERROR_REPLY, "{\"images\":\"a.gif\"}" },
  { "{\"image\":\"/a.gif\"}", 200, VC_ERROR_REPLY, "{\"image\":\"/a.gif\"}" },
  { "{\"url\":\"ftp://h/a\"}", 200, VC_ERROR_REPLY, "names no image" },
  { "{\"data\":[{\"b64_json\":\"iVBORw0KGgo=\"}]}", 200, VC_ERROR_REPLY,
      "no address" },

  /* The image itself. */
  { "{\"images\":[\"data:image/gif;base64," GIF "\"]}", 200, -2 },
  { "{\"images\":[\" DATA:image/GIF;charset=x;Base64," GIF " \"]}", 201, -2 },
  { "{\"image\":\"data:;base64," GIF "\"}", 200, -2 },
  { "{\"image\":\"data:application/octet-stream; base64, " GIF "\"}", 200, -2 },
  { "{\"images\":[\"" GIF "\",\"https://h/a\"]}", 200, -2 },
  { "{\"images\":\"" GIF "\"}", 200, -2 },
  /* Joined of several. */
  { "{\"images\":\"R0lGODlhAQ==AAEAgAAA////AAAALAAAAAABAAEAAAICRAEAOw==\"}",
      200, -2 },
  { "{\"data\":[{\"b64_json\":\"" GIF "\"}]}", 200, -2 },
  { "{\"images\":[\"R0lGODlhAQABAIAAAP\\/\\/\\/"
    "wAAACwAAAAAAQABA\\nAACAkQBADs\"]}",
      200, -2 },
  { "{\"images\":[\"data:image/"
    "gif;base64,R0lGODlhAQABAIAAAP%2F%2F%2FwAAACwAAAAA"
    "AQABAAACAkQBADs%3D\"]}",
      200, -2 },
  { "{\"images\":[\"R0lGODlhAQABAIAAAP___wAAACwAAAAAAQABAAACAkQBADs\"]}", 200,
      -2 },
  { "{\"images\":[\"https://h/a\",\"" GIF "\"]}", 200, -1, "https://h/a" },
  { "{\"images\":[\"data:image/png;base64," GIF "\"]}", 200, VC_ERROR_REPLY,
      "no address" },
  { "{\"images\":[\"data:image/gif,GIF89a\"]}", 200, VC_ERROR_REPLY,
      "no address" },
  { "{\"images\":[\"data:image/gif;base64,iVBORw0KGgo=\"]}", 200,
      VC_ERROR_REPLY, "no address" },
  { "{\"images\":[\"data:image/gif;base64\"]}", 200, VC_ERROR_REPLY,
      "no address" },
  { "{\"images\":[\"R0lGOD?\"]}", 200, VC_ERROR_REPLY, "no address" },

  /* Later is not now. */
  { "{\"job_id\":\"j-17\"}", 200, VC_ERROR_REPLY, "j-17" },
  { "{\"request_id\":\"r-17\",\"images\":[]}", 200, VC_ERROR_REPLY, "r-17" },
  { "{\"id\":17}", 202, VC_ERROR_REPLY, "for later" },

  /* Gateways. */
  { "<html><h1>Just a moment</h1><script>key()</script></html>", 403,
      VC_ERROR_REFUSED, "gateway", "Just a moment" },
  { "\357\273\277<html>No</html>", 401, VC_ERROR_REFUSED, "A gateway" },
  { "<?xml version=\"1.0\"?><html>Too large</html>", 413, VC_ERROR_REFUSED,
      "A gateway before the service answered 413: \"Too large\"" },
  { "error code: 1020", 403, VC_ERROR_REFUSED, "gateway", "error code: 1020" },
  { "Forbidden", 403, VC_ERROR_NOT_AUTHORIZED, "The service answered 403" },
  { "<html><style>a{}</style>Log in</html>", 200, VC_ERROR_REPLY,
      "but \"Log in\"", "Log in" },

  { "{\"detail\":[{\"loc\":[\"body\",\"cfg_scale\"],\"msg\":\"too big\"}]}",
      422, VC_ERROR_PARAMETER, "cfg-scale: too big", "cfg-scale: too big" },
  { "{\"detail\":[{\"loc\":[\"body\",0,\"negative_prompt\",3],\"msg\":\"x\"},"
    "{\"msg\":\"y\"},{\"loc\":[\"body\",\"steps\"]}]}",
      422, VC_ERROR_PARAMETER, "negative-prompt: x; y; steps: refused" },
  { "{\"detail\":\"text\"}", 400, VC_ERROR_PARAMETER, "\"text\"", "text" },
  { "{\"detail\":null,\"error\":\"text\"}", 404, VC_ERROR_NOT_FOUND, "text" },
  { "{\"error\":\"text\"}", 200, VC_ERROR_SERVICE, "answered 200", "text" },
  { "{\"error\":true}", 200, VC_ERROR_SERVICE, "true" },
  { "{\"error\":{\"message\":\"text\",\"code\":403}}", 200,
      VC_ERROR_NOT_AUTHORIZED, "text", "text" },
  { "{\"error\":{\"message\":\"text\",\"code\":7}}", 200, VC_ERROR_SERVICE,
      "text" },
  { "{\"error\":{\"other\":1}}", 500, VC_ERROR_SERVICE, "{\"other\":1}" },
  { "{\"detail\":\"Free Users can make 1 GIF per 90 seconds\"}", 403,
      VC_ERROR_BUSY, "Users", NULL, 90 },
  { "{\"error\":\"users can make 5 per minute\"}", 200, VC_ERROR_BUSY, "users",
      NULL, 60 },
  { "{\"error\":\"users can make 5 per 2 hours\"}", 200, VC_ERROR_BUSY, "users",
      NULL, 7200 },
  { "{\"error\":\"users can make 5 per 99 days\"}", 200, VC_ERROR_BUSY, "users",
      NULL, 86400 },
  { "{\"error\":\"users can do much per se\"}", 200, VC_ERROR_SERVICE,
      "per se" },
  { "{\"detail\":\"The server doesn't have Foo sampler\"}", 500,
      VC_ERROR_PARAMETER, "Foo" },
  { "{\"detail\":\"bad key " TOKEN "\"", 401, VC_ERROR_NOT_AUTHORIZED,
      "bad key [secret]" },
  { "{\"detail\":\"key sk\\/k\\\"1-long and sk%2Fk%221-long\"}", 401,
      VC_ERROR_NOT_AUTHORIZED, "key [secret] and [secret]" },
  { "no json: sk\\/k\\\"1-long", 401, VC_ERROR_NOT_AUTHORIZED,
      "no json: [secret]" },
  { "<html><h1>Bad</h1>\n<p>gate\tway</p></html>", 502, VC_ERROR_SERVICE,
      "Bad gate way", "Bad gate way" },
  { "", 503, VC_ERROR_BUSY, "without a word" },
  { "", 200, VC_ERROR_REPLY, "is empty" },
  { "{}", 200, VC_ERROR_REPLY, "names no image", "{}" },
  { "{\"images\":{}}", 200, VC_ERROR_REPLY, "names no image" },
  { "{\"images\":[[]]}", 200, VC_ERROR_REPLY, "no address" },
  { "{\"images\":[\"http://[\"]}", 200, VC_ERROR_REPLY, "no address" },
  { "{\"images\":[\"x:/.//y\"]}", 200, VC_ERROR_REPLY, "no address" },
  { "{\"images\":[\"x:///../..//y\"]}", 200, -1, "x:////y" },
  { "{\"images\":[\"https://h/\\u0000.gif\"]}", 200, VC_ERROR_REPLY,
      "not the JSON" },
  { "0{\"images\":[]}", 200, VC_ERROR_REPLY, "not the JSON" },
  { "{\"images\":[]}{}", 200, VC_ERROR_REPLY, "not the JSON" },
  { "{\"images\":[", 200, VC_ERROR_REPLY, "not the JSON" },
  { "{\"images\":[\"\xff\"]}", 200, VC_ERROR_REPLY, "not the JSON" },
  { "]", 200, VC_ERROR_REPLY, "not the JSON" },
  { "\"", 200, VC_ERROR_REPLY, "not the JSON" },
  { "\"\\", 200, VC_ERROR_REPLY, "not the JSON" },
  { "[\"\\", 200, VC_ERROR_REPLY, "not the JSON" },
};

static void
assert_is_gif (GBytes *gif)
{
  gsize size;
  g_autofree guint8 *wanted = g_base64_decode (GIF, &size);
  g_autoptr (GBytes) bytes = g_bytes_new (wanted, size);

  g_assert_true (g_bytes_equal (gif, bytes));
}

static void
check_reply (const Reply *row)
{
  /* Exactly its size: a read behind the end is seen by a sanitizer. */
  g_autoptr (GBytes) body = g_bytes_new (row->body, strlen (row->body));
  g_autoptr (GUri) base = g_uri_parse (API, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GError) error = NULL;
  /* TAP is lines of UTF-8. */
  g_autofree char *shown =
      vc_text_quote (row->body, MIN (strlen (row->body), 60), NULL);
  VcReply reply;
  gboolean good =
      vc_wire_read_reply (body, row->status, base, secrets, &reply, &error);

  g_test_message ("%u %s", row->status, shown != NULL ? shown : "");
  if (row->code < 0) {
    g_assert_no_error (error);
    g_assert_true (good);
    g_assert_cmpuint (reply.gif != NULL, ==, row->code == -2);
    if (reply.gif != NULL)
      assert_is_gif (reply.gif);
    else
      g_assert_cmpstr (g_ptr_array_index (reply.images, 0), ==, row->text);
  } else {
    g_assert_false (good);
    g_assert_error (error, VC_ERROR, row->code);
    g_assert_nonnull (strstr (error->message, row->text));
    g_assert_null (strstr (error->message, TOKEN));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_assert_null (reply.images);
    g_assert_null (reply.gif);
  }
  if (row->server_message != NULL)
    g_assert_cmpstr (reply.server_message, ==, row->server_message);
  g_assert_cmpuint (reply.retry_after_s, ==, row->retry_after_s);
  vc_reply_clear (&reply);
}

static void
test_each_shape_of_a_reply_is_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    check_reply (&replies[i]);
}

static void
test_nesting_is_read_to_a_depth_only (void)
{
  for (guint depth = 2; depth < 500000; depth *= 3) {
    g_autoptr (GString) text =
        g_string_new ("{\"images\":[\"https://h/a\"],\"x\":");
    const Reply good = { NULL, 200, -1, "https://h/a" };
    const Reply bad = { NULL, 200, VC_ERROR_REPLY, "not the JSON" };
    Reply row = depth < 31 ? good : bad;

    for (guint i = 0; i < depth; i++)
      g_string_append_c (text, '[');
    for (guint i = 0; i < depth; i++)
      g_string_append_c (text, ']');
    g_string_append_c (text, '}');
    row.body = text->str;
    check_reply (&row);
  }
}

/* In what json-glib takes besides JSON, nobody would count. */
static void
test_nesting_is_not_hidden (void)
{
  static const struct
  {
    const char *begin, *open, *end;
  } rows[] = { { "['\"',", "[", "'\"']" },
    { "{'images':['\"',", "[", "'\"']}" }, { "[/*\"*/", "[", "/*\"*/]" },
    { "[//\"\n", "[", "//\"\n]" }, { "[[", "'}',[", "]]" },
    { "[[", "/*]*/[", "]]" }, { "[#\"\n", "[", "#\"\n]" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) text = g_string_new (rows[i].begin);
    Reply row = { NULL, 200, VC_ERROR_REPLY, "not the JSON" };

    for (guint n = 0; n < 150000; n++)
      g_string_append (text, rows[i].open);
    g_string_append (text, rows[i].end);
    row.body = text->str;
    check_reply (&row);
  }
}

/* Each costs time in a thread that many share. */
static void
test_values_are_read_up_to_a_number (void)
{
  for (guint n = 10; n < 1000000; n *= 10) {
    g_autoptr (GString) text = g_string_new ("{\"images\":[\"https://h/a\"");
    const Reply good = { NULL, 200, -1, "https://h/a" };
    const Reply bad = { NULL, 200, VC_ERROR_REPLY, "not the JSON" };
    Reply row = n < 10000 ? good : bad;

    for (guint i = 0; i < n; i++)
      g_string_append (text, ",\"b\"");
    g_string_append (text, "]}");
    row.body = text->str;
    check_reply (&row);
  }
}

static void
test_addresses_are_told_up_to_a_number (void)
{
  g_autoptr (GString) text = g_string_new ("{\"images\":[\"https://h/a\"");
  g_autoptr (GUri) base = g_uri_parse (API, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (VcReply) reply = { 0 };

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, ",\"b\"");
  g_string_append (text, "]}");
  body = g_bytes_new (text->str, text->len);
  vc_wire_read_reply (body, 200, base, secrets, &reply, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reply.images->len, >, 1);
  g_assert_cmpuint (reply.images->len, <, 100);
}

/* The text is cut after the secrets are out of them. */
static void
test_no_half_of_a_secret_stays_at_a_cut (void)
{
  for (guint lead = 0; lead < 600; lead += 7) {
    g_autoptr (GString) text = g_string_new (NULL);
    Reply row = { NULL, 500, VC_ERROR_SERVICE, "answered 500" };

    for (guint i = 0; i < lead; i++)
      g_string_append_c (text, 'x');
    for (guint i = 0; i < 700; i++)
      g_string_append (text, TOKEN);
    row.body = text->str;
    check_reply (&row);
  }
}

static void
test_broken_replies_do_no_harm (void)
{
  static const char good[] =
      "{\"detail\":[{\"loc\":[\"body\",1],\"msg\":\"\\u00e9\"}],"
      "\"images\":[\"https://h/a.gif\"]}";
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  g_autoptr (GUri) base = g_uri_parse (API, SOUP_HTTP_URI_FLAGS, NULL);

  for (guint round = 0; round < 20000; round++) {
    g_autofree char *text = g_memdup2 (good, sizeof (good));
    gsize size = g_rand_int_range (random, 0, sizeof (good));
    g_autoptr (GBytes) body = NULL;
    g_autoptr (GError) error = NULL;
    VcReply reply;

    for (guint i = 0; i < 3 && size > 0; i++)
      text[g_rand_int_range (random, 0, size)] = round % 2
          ? "{}[]\",:\\0 "[g_rand_int_range (random, 0, 10)]
          : (char) g_rand_int (random);
    body = g_bytes_new (text, size);
    if (vc_wire_read_reply (body, 200, base, secrets, &reply, &error))
      g_assert_true (reply.gif != NULL || reply.images->len > 0);
    else
      g_assert_nonnull (error);
    vc_reply_clear (&reply);
  }
}

static void
test_gateways_that_reached_nobody_are_told_apart (void)
{
  static const guint statuses[] = { 521, 522, 523, 525, 526, 530 };
  static const guint others[] = { 200, 403, 500, 502, 503, 504, 520, 524, 527 };
  g_autoptr (GBytes) body = g_bytes_new_static ("", 0);
  g_autoptr (GUri) base = g_uri_parse (API, SOUP_HTTP_URI_FLAGS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (statuses) + G_N_ELEMENTS (others); i++) {
    gboolean unreached = i < G_N_ELEMENTS (statuses);
    guint status =
        unreached ? statuses[i] : others[i - G_N_ELEMENTS (statuses)];
    g_auto (VcReply) reply = { 0 };

    g_assert_false (
        vc_wire_read_reply (body, status, base, secrets, &reply, NULL));
    g_assert_cmpint (reply.unreached, ==, unreached);
  }
}

/* --- Small things --- */

static void
test_retry_after_is_seconds_or_a_date (void)
{
  static const struct
  {
    const char *field;
    int seconds;
  } rows[] = {
    { "", -1 },
    { "0", 0 },
    { "7", 7 },
    { "007", 7 },
    { "99999999999999999999999999", 86400 },
    { "-7", -1 },
    { "+7", -1 },
    { "7 s", -1 },
    { "7.5", 8 },
    { "7.5.1", -1 },
    { "0, 7 ,3", 7 },
    { "7,", -1 },
    { "soon", -1 },
    { "Thu, 01 Jan 2026 00:00:30 GMT", 30 },
    { "Thu, 01 Jan 2026 00:00:00 GMT", 0 },
    { "Wed, 31 Dec 2025 00:00:00 GMT", 0 },
    { "Fri, 01 Jan 2027 00:00:00 GMT", 86400 },
  };
  g_autoptr (GDateTime) now = g_date_time_new_utc (2026, 1, 1, 0, 0, 0);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (
        vc_wire_retry_after (rows[i].field, now), ==, rows[i].seconds);
}

#define ADD(name) g_test_add_func ("/vcwire/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (the_request_is_exactly_this);
  ADD (any_prompt_survives_the_json);
  ADD (each_shape_of_a_reply_is_read);
  ADD (nesting_is_read_to_a_depth_only);
  ADD (nesting_is_not_hidden);
  ADD (values_are_read_up_to_a_number);
  ADD (addresses_are_told_up_to_a_number);
  ADD (no_half_of_a_secret_stays_at_a_cut);
  ADD (broken_replies_do_no_harm);
  ADD (gateways_that_reached_nobody_are_told_apart);
  ADD (retry_after_is_seconds_or_a_date);
  return g_test_run ();
}
