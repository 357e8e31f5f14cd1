/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockkind.c: puts the rows of the table to work
 */
#include "mockkind.h"
#include "mocktable.h"

#include <json-glib/json-glib.h>
#include <string.h>

const MockFaultKind *
mock_kind_find (const char *name)
{
  for (guint i = 0; i < mock_table_size; i++)
    if (g_str_equal (mock_table[i].name, name))
      return &mock_table[i];
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

  for (guint i = 0; i < mock_table_size; i++)
    g_string_append_printf (text, "  %-18s %-11s %s\n", mock_table[i].name,
        stages[mock_table[i].stage], mock_table[i].help);
}

const char *const *
mock_fault_list (void)
{
  static const char **names;

  if (g_once_init_enter (&names)) {
    const char **list = g_new0 (const char *, mock_table_size + 1);

    for (guint i = 0; i < mock_table_size; i++)
      list[i] = mock_table[i].name;
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

void
mock_kind_serve (
    GPtrArray *faults, const MockFaultTarget *target, MockServing *serving)
{
  for (guint i = 0; i < faults->len; i++) {
    const MockFault *fault = faults->pdata[i];

    if (fault->kind->serve != NULL && is_met (fault, target->request))
      fault->kind->serve (fault, target, serving);
  }
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
  if (g_str_equal (name, "ORIGIN"))
    return g_strdup_printf ("%s://%s", scheme, host);
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

void
mock_effect_status (
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
