/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcwire.h"
#include "vcimages.h"
#include "vcjson.h"
#include "vctext.h"

#include <string.h>

#include <libsoup/soup.h>

/* How much of a reply that makes no sense is shown. */
#define QUOTE_CHARS 60

#define SECONDS_MAX (24 * 60 * 60)

#define CLOUDFLARE "error code: "

/* What reading a reply takes, in pieces that cannot be refused one by one: bytes
 * for each of its bytes, and for each of those of a text that is quoted. */
#define ROOM_FACTOR 4
#define TEXT_ROOM_FACTOR 64
#define TEXT_MAX (64 * 1024)

static void
free_secret_bytes (gpointer data)
{
  vc_secret_free (data);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, int value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

GBytes *
vc_wire_request (const VcRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  char *json;

  json_builder_begin_object (builder);
  add_string (builder, "token", request->token);
  add_string (builder, "sampler", request->sampler);
  add_string (builder, "prompt", request->prompt);
  if (request->negative_prompt != NULL)
    add_string (builder, "negative_prompt", request->negative_prompt);
  add_int (builder, "cfg_scale", request->cfg_scale);
  add_int (builder, "steps", request->steps);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  return g_bytes_new_with_free_func (
      json, strlen (json), free_secret_bytes, json);
}

/* Seconds as servers write them: also a fraction, of which the next second is
 * meant, and several of them where a field was joined. -1: none. */
static int
read_seconds (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  int longest = -1;

  for (char **part = parts; *part != NULL; part++) {
    const char *number = g_strstrip (*part);
    gsize digits = strspn (number, "0123456789");
    const char *rest = number + digits;
    gboolean is_fraction =
        rest[0] == '.' && rest[1 + strspn (rest + 1, "0123456789")] == '\0';

    if (digits == 0 || (rest[0] != '\0' && !is_fraction))
      return -1;
    /* Also where it is out of range. */
    longest = MAX (longest,
        (int) MIN (g_ascii_strtoull (number, NULL, 10), SECONDS_MAX)
            + (is_fraction ? 1 : 0));
  }
  return longest;
}

int
vc_wire_retry_after (const char *field, GDateTime *now)
{
  g_autoptr (GDateTime) date = NULL;
  int seconds = read_seconds (field);
  GTimeSpan wait;

  if (seconds >= 0)
    return seconds;
  date = soup_date_time_new_from_http_string (field);
  if (date == NULL)
    return -1;
  wait = g_date_time_difference (date, now);
  /* Rounded up: a second too early is refused once more. */
  return CLAMP (
      (wait + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND, 0, SECONDS_MAX);
}

void
vc_reply_clear (VcReply *reply)
{
  g_clear_pointer (&reply->images, g_ptr_array_unref);
  g_clear_pointer (&reply->gif, g_bytes_unref);
  g_clear_pointer (&reply->server_message, g_free);
}

/* FastAPI's list: [{"loc": ["body", "cfg_scale"], "msg": "…"}, …]. Each entry
 * as "cfg-scale: …": our name for it. */
static void
append_validation_errors (GString *text, JsonArray *details)
{
  for (guint i = 0; i < json_array_get_length (details); i++) {
    JsonNode *entry = json_array_get_element (details, i);
    JsonNode *loc = vc_json_member (entry, "loc");
    const char *msg = vc_json_string (vc_json_member (entry, "msg"));
    const char *name = NULL;

    /* The last string names the parameter; integers are places inside it. */
    if (loc != NULL && JSON_NODE_HOLDS_ARRAY (loc)) {
      JsonArray *path = json_node_get_array (loc);

      for (guint k = 0; k < json_array_get_length (path); k++) {
        const char *part = vc_json_string (json_array_get_element (path, k));

        name = part != NULL ? part : name;
      }
    }
    if (name == NULL && msg == NULL)
      msg = vc_json_string (entry);
    if (name == NULL && msg == NULL)
      continue;

    g_string_append_printf (text, "%s", text->len > 0 ? "; " : "");
    if (name != NULL) {
      g_autofree char *property = g_strdelimit (g_strdup (name), "_", '-');

      g_string_append_printf (text, "%s: ", property);
    }
    g_string_append (text, msg != NULL ? msg : "refused");
  }
}

/* The error's text in any shape that the service or FastAPI gives them, NULL
 * where @root is no error. */
static char *
error_text (JsonNode *root, guint *ret_code)
{
  JsonNode *node = vc_json_member (root, "detail");
  JsonNode *code;
  const char *text;

  if (!vc_json_is_said (node))
    node = vc_json_member (root, "error");
  if (!vc_json_is_said (node))
    return NULL;

  code = vc_json_member (node, "code");
  if (code == NULL)
    code = vc_json_member (root, "code");
  if (code != NULL && JSON_NODE_HOLDS_VALUE (code)
      && json_node_get_value_type (code) == G_TYPE_INT64
      && json_node_get_int (code) >= 400 && json_node_get_int (code) < 600)
    *ret_code = json_node_get_int (code);

  text = vc_json_string (node);
  if (text == NULL)
    text = vc_json_string (vc_json_member (node, "message"));
  if (text == NULL)
    text = vc_json_string (vc_json_member (node, "msg"));
  if (text != NULL)
    return g_strdup (text);
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    GString *list = g_string_new (NULL);

    append_validation_errors (list, json_node_get_array (node));
    return g_string_free (list, FALSE);
  }
  return json_to_string (node, FALSE);
}

/* "… users can … once per 5 minutes": the service's rate limit, whatever its
 * status (seen with 403 and 200). */
static gboolean
is_rate_limit (const char *text, guint *ret_wait_s)
{
  static const struct
  {
    const char *unit;
    guint64 seconds;
  } units[] = { { "second", 1 }, { "minute", 60 }, { "hour", 60 * 60 },
    { "day", 24 * 60 * 60 } };
  g_autofree char *lower = g_ascii_strdown (text, -1);
  const char *per = lower;

  if (strstr (lower, "users can") == NULL)
    return FALSE;

  while ((per = strstr (per, "per ")) != NULL) {
    char *unit;
    guint64 count;

    per += strlen ("per ");
    count = g_ascii_strtoull (per, &unit, 10);
    if (unit == per)
      count = 1; /* "per minute" */
    unit += strspn (unit, " ");
    for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
      if (g_str_has_prefix (unit, units[i].unit)) {
        *ret_wait_s =
            MIN (MIN (count, SECONDS_MAX) * units[i].seconds, SECONDS_MAX);
        return TRUE;
      }
    }
  }
  return FALSE;
}

/* A gateway says that it never reached the service: nothing was processed. */
static gboolean
is_unreached (guint status)
{
  return (status >= 521 && status <= 523) || status == 525 || status == 526
      || status == 530;
}

/* Whether it is a gateway's own: the service answers in JSON. Cloudflare tells
 * programs in plain text what it tells browsers in a page. */
static gboolean
is_of_gateway (const char *data, gsize size)
{
  return vc_text_is_page (data, size)
      || (size >= strlen (CLOUDFLARE)
          && memcmp (data, CLOUDFLARE, strlen (CLOUDFLARE)) == 0);
}

static VcErrorCode
code_of (guint status, const char *text, gboolean is_page)
{
  VcErrorCode code = vc_error_code_from_status (status);

  if (strstr (text, "doesn't have ") != NULL)
    return VC_ERROR_PARAMETER;
  if (status < 300)
    return VC_ERROR_SERVICE;
  /* What stands before the service has seen no key and knows no plan. */
  return is_page && (code == VC_ERROR_NOT_AUTHORIZED || code == VC_ERROR_PLAN)
      ? VC_ERROR_REFUSED
      : code;
}

static GError *
error_from_text (
    VcReply *reply, guint status, const char *text, gboolean is_page)
{
  VcErrorCode code = code_of (status, text, is_page);
  const char *who = is_page ? "A gateway before the service" : "The service";

  if (is_rate_limit (text, &reply->retry_after_s)) {
    reply->rate_limited = TRUE;
    code = VC_ERROR_BUSY;
  }
  if (reply->server_message == NULL)
    return g_error_new (
        VC_ERROR, code, "%s answered %u without a word.", who, status);
  return g_error_new (VC_ERROR, code, "%s answered %u: \"%s\".", who, status,
      reply->server_message);
}

/* The beginning of @quote (NULL: nothing). The caller owns it. */
static char *
begin_of (const char *quote)
{
  return quote != NULL ? g_utf8_substring (
             quote, 0, MIN (g_utf8_strlen (quote, -1), QUOTE_CHARS))
                       : NULL;
}

/* Why a reply without an error has no image either; takes @cause. */
static GError *
no_image (JsonNode *root, guint status, const char *quote, GError *cause)
{
  static const char *const names[] = { "job_id", "request_id", "task_id" };
  g_autoptr (GError) owned = cause;
  g_autofree char *begin = begin_of (quote);
  gboolean is_later = status == SOUP_STATUS_ACCEPTED;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    is_later |= vc_json_is_said (vc_json_member (root, names[i]));
  if (begin == NULL)
    return g_error_new_literal (
        VC_ERROR, VC_ERROR_REPLY, "The service's reply is empty.");
  if (is_later)
    return g_error_new (VC_ERROR, VC_ERROR_REPLY,
        "The service answered %u and promises the image for later, which is "
        "not supported: \"%s\".",
        status, begin);
  if (cause != NULL)
    return g_error_new (
        VC_ERROR, VC_ERROR_REPLY, "%s: \"%s\".", cause->message, begin);
  return g_error_new (VC_ERROR, VC_ERROR_REPLY,
      "The service's reply is not the JSON of its protocol but \"%s\".", begin);
}

/* The error's text; NULL where it is no error. */
static char *
find_error_text (JsonNode *root, GBytes *body, gboolean is_page, guint status,
    guint *ret_code)
{
  gsize size;
  const char *data = g_bytes_get_data (body, &size);
  char *text = error_text (root, ret_code);

  if (text != NULL || (status >= 200 && status < 300))
    return text;
  if (is_page)
    return vc_text_of_page (data, size);
  return size > 0 ? g_strndup (data, size) : g_strdup ("");
}

gboolean
vc_wire_read_reply (GBytes *body, guint status, GUri *base,
    const char *const *secrets, VcReply *ret_reply, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (body, &size);
  g_autoptr (JsonNode) root = NULL;
  gboolean is_page;
  guint code = status;
  g_autofree char *text = NULL;
  g_auto (VcImages) images = { 0 };
  GError *cause = NULL;

  memset (ret_reply, 0, sizeof (*ret_reply));
  if (!vc_error_has_memory (
          ROOM_FACTOR * size + TEXT_ROOM_FACTOR * MIN (size, TEXT_MAX))) {
    g_propagate_error (error, vc_error_no_memory ());
    return FALSE;
  }
  root = vc_json_parse (data, size);
  is_page = root == NULL && is_of_gateway (data, size);
  text = find_error_text (root, body, is_page, status, &code);
  ret_reply->is_page = is_page;
  ret_reply->unreached = is_unreached (status);
  if (text != NULL)
    ret_reply->server_message = vc_text_quote (text, -1, secrets);

  /* An image is an image, whatever is remarked beside it. */
  if (status >= 200 && status < 300 && root != NULL
      && vc_images_read (root, text != NULL, base, &images, &cause)) {
    ret_reply->images = g_steal_pointer (&images.addresses);
    ret_reply->gif = g_steal_pointer (&images.gif);
    return TRUE;
  }
  if (text != NULL) {
    g_clear_error (&cause);
    /* A code inside a 200 is the real status. */
    g_propagate_error (error,
        error_from_text (
            ret_reply, status < 300 ? code : status, text, is_page));
    return FALSE;
  }

  if (is_page)
    text = vc_text_of_page (data, size);
  if (size > 0)
    ret_reply->server_message = text != NULL
        ? vc_text_quote (text, -1, secrets)
        : vc_text_quote (data, size, secrets);
  g_propagate_error (
      error, no_image (root, status, ret_reply->server_message, cause));
  return FALSE;
}
